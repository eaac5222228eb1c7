"""E-mail addresses: provider, and whether the name before the @ looks made up by a machine."""

import re

from disposable_email_domains import blocklist

from ordersops.orders.keys import fold

# The large free providers; anyone may have an account there in a minute.
FREE = frozenset(
    """
    gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com yahoo.co.uk yahoo.fr yahoo.de ymail.com icloud.com me.com
    aol.com gmx.de gmx.net gmx.com web.de mail.com mail.ru yandex.ru yandex.com proton.me protonmail.com pm.me zoho.com qq.com 163.com
    126.com naver.com orange.fr free.fr laposte.net libero.it wp.pl o2.pl seznam.cz tutanota.com tuta.io hushmail.com fastmail.com
    """.split()  # noqa: SIM905  one name a line would be a screen of its own
)
_VOWELS = set("aeiouy")
_CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxz]{5,}")
_SWITCHES = re.compile(r"(?<=[a-z])[0-9]+(?=[a-z])")


def parts(email: str) -> tuple[str, str]:
    """Local part and domain in lower case; empty where it is no address."""
    local, at, domain = email.strip().casefold().rpartition("@")
    return (local, domain) if at and local and "." in domain else ("", "")


def disposable(domain: str) -> str:
    """The domain on the shared list of throw-away ones, of which this is one or a subdomain; "" where there is none.

    Whoever owns such a domain takes mail for every subdomain, so what stands before it is text that the customer made up.
    """
    labels = domain.split(".")
    return next((base for start in range(len(labels) - 1) if (base := ".".join(labels[start:])) in blocklist), "")


def free(domain: str) -> bool:
    return domain in FREE


def digits_at_end(local: str) -> int:
    return len(local) - len(local.rstrip("0123456789"))


def random(local: str) -> bool:
    """No human hand: digits inside of words more than once, a run of five consonants, or hardly a vowel in eight letters."""
    name = fold(local.split("+", 1)[0]).replace(" ", "")
    letters = [mark for mark in name if mark.isalpha()]
    if not name.isascii() or len(letters) < 5:
        return False
    if len(_SWITCHES.findall(name)) >= 2 or _CONSONANTS.search(name):
        return True
    return len(letters) >= 8 and sum(mark in _VOWELS for mark in letters) * 6 < len(letters)
