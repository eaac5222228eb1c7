"""E-mail and phone."""

from fraud.signals.table import Hit, at_least, hit, is_false, is_true, reached, signal, times
from ordersops.advice.facts import Evidence

SHARED = (2, 4)  # other customers with one number: the first may be family
DIGITS = 5  # digits at the end: a year of birth has four


@signal("email", "Throw-away e-mail", "email_disposable", source="fraud.md 4.2 #8")
def email_disposable(e: Evidence) -> Hit | None:
    return hit("The e-mail address is of a throw-away provider", is_true("email_disposable")) if e["email_disposable"] else None


@signal("email", "Free e-mail provider", "email_free", source="fraud.md 4.2 #9")
def email_free_provider(e: Evidence) -> Hit | None:
    return hit("The e-mail address is of a free provider", is_true("email_free")) if e["email_free"] else None


@signal("email", "E-mail made up by a machine", "email_random", "email_digits", source="fraud.md 4.2 #12")
def email_pattern(e: Evidence) -> Hit | None:
    if e["email_random"]:
        return hit("The name before the @ looks random", is_true("email_random"), level=1)
    if e["email_digits"] >= DIGITS:
        return hit("The name before the @ ends in a long number", at_least("email_digits", DIGITS))
    return None


@signal("email", "E-mail not verified", "email_verified", source="fraud.md 4.2 #16")
def email_unverified(e: Evidence) -> Hit | None:
    return hit("The store has not verified the e-mail address", is_false("email_verified")) if e["email_verified"] is False else None


@signal("phone", "Impossible phone number", "phone_valid", source="fraud.md 4.3 #17")
def phone_invalid(e: Evidence) -> Hit | None:
    return hit("No such phone number is possible", is_false("phone_valid")) if e["phone_valid"] is False else None


@signal("phone", "Phone of another country", "phone_country_fits", source="fraud.md 4.3 #18")
def phone_country_mismatch(e: Evidence) -> Hit | None:
    if e["phone_country_fits"]:
        return None
    return hit("The phone number is of a country that neither address is in", is_false("phone_country_fits"))


@signal("phone", "Phone of several customers", "emails_by_phone_30d", source="fraud.md 4.3 #20")
def phone_reused(e: Evidence) -> Hit | None:
    level = reached(e["emails_by_phone_30d"], *SHARED)
    if level is None:
        return None
    others = times(e["emails_by_phone_30d"], "other customer has", "other customers have")
    return hit(f"{others} given this phone number in the last month", at_least("emails_by_phone_30d", SHARED[level]), level=level)
