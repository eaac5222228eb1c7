"""Payment: what the issuer said, how often it was tried, and with what. An answer that did not come is neutral."""

from fraud.signals.table import Hit, at_least, hit, is_false, is_true, reached, signal
from ordersops.advice.facts import Evidence

ATTEMPTS = (2, 3, 5)
CARDS = (3, 4)


@signal("payment", "CVV does not match", "cvv_match", source="fraud.md 4.7 #45")
def cvv_fail(e: Evidence) -> Hit | None:
    return None if e["cvv_match"] else hit("The card's security code did not match", is_false("cvv_match"))


@signal("payment", "AVS: postcode does not match", "avs_postcode", source="fraud.md 4.7 #46")
def avs_postcode_fail(e: Evidence) -> Hit | None:
    return None if e["avs_postcode"] else hit("The issuer knows another postcode", is_false("avs_postcode"))


@signal("payment", "AVS: street does not match", "avs_street", source="fraud.md 4.7 #47")
def avs_street_fail(e: Evidence) -> Hit | None:
    return None if e["avs_street"] else hit("The issuer knows another street", is_false("avs_street"))


@signal("payment", "Card of another country", "card_country_fits", source="fraud.md 4.7 #49")
def card_country_mismatch(e: Evidence) -> Hit | None:
    return None if e["card_country_fits"] else hit("The card is of another country than the billing address", is_false("card_country_fits"))


@signal("payment", "Prepaid card and throw-away e-mail", "card_funding", "email_disposable", source="fraud.md 4.7 #50")
def prepaid_disposable(e: Evidence) -> Hit | None:
    if e["card_funding"].casefold() != "prepaid" or not e["email_disposable"]:
        return None
    return hit("A prepaid card together with a throw-away e-mail address", ("card_funding", "eq", "prepaid"), is_true("email_disposable"))


@signal("payment", "Prepaid card", "card_funding", source="fraud.md 4.7 #50")
def prepaid(e: Evidence) -> Hit | None:
    return hit("Paid with a prepaid card", ("card_funding", "eq", "prepaid")) if e["card_funding"].casefold() == "prepaid" else None


@signal("payment", "Failed attempts", "failed_attempts", source="fraud.md 4.7 #58")
def failed_attempts(e: Evidence) -> Hit | None:
    level = reached(e["failed_attempts"], *ATTEMPTS)
    if level is None:
        return None
    return hit(f"{e['failed_attempts']} payment attempts for this order failed", at_least("failed_attempts", ATTEMPTS[level]), level=level)


@signal("payment", "Several cards tried", "cards_tried", source="fraud.md 4.7 #52")
def cards_tried(e: Evidence) -> Hit | None:
    level = reached(e["cards_tried"], *CARDS)
    return (
        None
        if level is None
        else hit(f"{e['cards_tried']} cards were tried for this order", at_least("cards_tried", CARDS[level]), level=level)
    )


@signal("payment", "Wallet", "wallet", source="fraud.md 4.7 #54")
def wallet(e: Evidence) -> Hit | None:
    """The owner unlocked a device for it."""
    return hit("Paid from a wallet, which its owner had to unlock", ("wallet", "present", None))


@signal("payment", "Card checks passed", "cvv_match", "avs_street", "avs_postcode", source="fraud.md 5.4 A2")
def card_checks_passed(e: Evidence) -> Hit | None:
    if not (e["cvv_match"] and e["avs_street"] and e["avs_postcode"]):
        return None
    return hit(
        "The issuer confirmed security code, street and postcode", is_true("cvv_match"), is_true("avs_street"), is_true("avs_postcode")
    )
