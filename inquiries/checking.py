"""What a reply may say: nothing of how orders are judged, nothing that the snapshot does not carry, nobody else's data.

It is asked of every reply, whoever wrote it: sentences of ours, a model, a person who edited them. It does not read meaning: it takes
out of the text what stands in the facts, and whatever number, day, link or address is left was made up.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from inquiries.language import LANGUAGES
from inquiries.rendering import DATES, MONTHS, tellable, written
from ordersops.advice.facts import Evidence
from ordersops.orders.keys import fold
from ordersops.wording import leaks, told

LONGEST = 4_000
_DIGITS = re.compile(r"\S*\d\S*")
_EMAIL = re.compile(r"[\w.+-]+@[\w.-]+\.\w{2,}")
_LINK = re.compile(r"(?:https?://|www\.)\S+|\b[\w-]+\.(?:com|de|net|org|io|shop|info|eu)(?:/\S*)?\b", re.IGNORECASE)
_MONTHS = "|".join(name for names in MONTHS.values() for name in names if name not in {"May", "Mai", "March"})
_TIMES = re.compile(
    rf"\b(?:{_MONTHS})\b|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?\b"
    r"|\b(?:Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonnabend|Sonntag)s?\b"
    r"|\b(?:today|tomorrow|tonight|yesterday|next (?:week|month)|heute|übermorgen|gestern|nächste[nr]? (?:Woche|Monat))\b"
    r"|(?<!guten )(?<!Guten )\bmorgen\b"
)
_NUMBER_WORDS = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|thousand|twice"
    r"|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|dutzend|hundert|tausend|zweimal)\b",
    re.IGNORECASE,
)
_GREETED = re.compile(
    r"^\s*(?:Hello|Hi|Dear|Hallo|Guten Tag|Liebe[r]?|Sehr geehrte[r]?)(?:\s(?:Mr|Mrs|Ms|Mx|Dr|Herr|Frau|Prof)\.?)*"
    r"\s(?P<name>[A-ZÄÖÜ][\w'’-]+(?:\s[A-ZÄÖÜ][\w'’-]+){0,3})",
    re.MULTILINE,
)
_NO_NAMES = frozenset({"customer", "sir", "madam", "there", "kundin", "kunde", "damen", "team", "herren"})

_SENTENCE = re.compile(r"(?<=\d{4})\.\s|(?<!\d)[.!?;]\s|\n")


@dataclass(frozen=True, slots=True)
class Statement:
    """Something said, in words of each language, and whether the snapshot bears it out. `day`: the fact of its day.

    `anybody`: it is said of what is sold, not of an order, so that it needs no knowing who asks.
    """

    what: str
    holds: Callable[[Evidence], bool]
    words: tuple[str, ...]
    day: str = ""
    anybody: bool = False


_IS = r"(?:was|were|has been|have been|is) (?:already )?"
_WURDE = r"wurden? (?:\S+ ){0,6}?"
_IST = r"(?:ist|sind) (?:bereits )?"
_LEFT = frozenset({"shipped", "partially_shipped", "partially_delivered", "delivered"})
# A sentence that denies it is not meant, so `not` may not stand between.
STATEMENTS = (
    Statement(
        "delivered", lambda e: e.has("delivered_at"), (_IS + "delivered", _WURDE + "zugestellt", _IST + "zugestellt"), "delivered_at"
    ),
    Statement(
        "shipped",
        lambda e: e.has("shipped_at") or e["fulfilment"] in _LEFT,
        (
            _IS + "(?:shipped|dispatched|sent out)", "has (?:already )?left", "handed over to", "on its way",
            _WURDE + "(?:versandt|verschickt|übergeben)", "unterwegs",
        ),
        "shipped_at",
    ),
    Statement(
        "cancelled", lambda e: e["commercial"] == "cancelled", (_IS + "cancell?ed", _WURDE + "storniert", _IST + "storniert")
    ),
    Statement(
        "refunded",
        lambda e: e.has("refunded"),
        (
            _IS + "refunded", "we (?:have )?refunded", _WURDE + "(?:erstattet|zurückgezahlt)",
            r"(?:haben|hat) (?:\S+ ){0,6}?(?:erstattet|zurückgezahlt)",
        ),
        "refunded_at",
    ),
    Statement(
        "a refund to come",
        lambda e: False,
        (
            r"(?:will|shall|going to) (?:\w+ ){0,2}refund", "refund (?:is|will be) (?:on its way|processed|issued)",
            r"(?:werden|erhalten) (?:\S+ ){0,6}?(?:erstatten|erstattung|geld zurück)",
        ),
    ),
    Statement(
        "a replacement to come",
        lambda e: False,
        (
            "(?:will|shall|going to) (?:send|ship) (?:you )?(?:a |another |the )?(?:new|replacement|one)",
            r"(?:senden|schicken) (?:wir )?ihnen (?:\S+ ){0,3}?(?:ersatz|neue[nsr]?)",
        ),
    ),
    Statement(
        "a changed address",
        lambda e: bool(e["address_open"] and e["asked_country_same"] and e.has("asked_address")),
        (
            "(?:have changed|changed|are changing|updated|have updated) the (?:delivery |shipping )?address",
            r"ändern die (?:liefer)?adresse", r"(?:liefer)?adresse (?:\S+ ){0,6}?geändert",
        ),
    ),
    Statement(
        "in stock",
        lambda e: bool(e["product_units"]),
        (
            r"have (?:(?!no\b|not\b)\S+ ){0,12}?in stock", r"(?:is|are) (?:(?:still|currently|back|now) )?(?:in stock|available)",
            r"haben (?:(?!nicht|kein)\S+ ){0,12}?(?:auf lager|vorrätig)",
            r"(?:ist|sind) (?:(?:noch|wieder|zurzeit|derzeit) )?(?:auf lager|vorrätig|lieferbar|verfügbar)",
        ),
        anybody=True,
    ),
    Statement(
        "out of stock",
        lambda e: e.has("product_units") and not e["product_units"],
        (r"(?:not|no longer|out of) (?:in )?stock", "sold out", r"nicht (?:mehr )?(?:auf lager|vorrätig|lieferbar)", "ausverkauft"),
        anybody=True,
    ),
    Statement(
        "more to come",
        lambda e: e.has("product_expected"),
        (
            "expect (?:more|new stock|it back)", "back in stock (?:on|from)", "(?:erwarten wir|wir erwarten) nachschub",
            "wieder (?:da|auf lager) (?:ab|am)",
        ),
        "product_expected",
        anybody=True,
    ),
)  # fmt: skip
_SAID = tuple((one, re.compile(rf"(?<!\w)(?:{'|'.join(one.words)})(?!\w)", re.IGNORECASE)) for one in STATEMENTS)


@dataclass(frozen=True, slots=True)
class Fault:
    """`kind`: leak, number, time, statement, stranger, link, length."""

    kind: str
    words: str
    sentence: str


def faults(text: str, evidence: Evidence, *, subject: str = "") -> list[Fault]:
    """Why the reply may not leave, each thing once; [] where nothing stands against it."""
    whole = unicodedata.normalize("NFC", f"{subject}\n{text}")
    found = [*_length(text), *_leaks(whole), *_made_up(whole, evidence), *_statements(whole, evidence), *_strangers(whole, evidence)]
    return list({(one.kind, one.words): one for one in found}.values())


def _length(text: str) -> Iterator[Fault]:
    if len(text.strip()) < 2 or len(text) > LONGEST:
        yield Fault("length", "", f"A reply has between 2 and {LONGEST} characters.")


def _leaks(text: str) -> Iterator[Fault]:
    if words := leaks(text):
        yield Fault(
            "leak",
            ", ".join(words),
            f"It says {told(words)}: customers are not told how orders are judged, nor promised what nobody can keep.",
        )


def _made_up(text: str, evidence: Evidence) -> Iterator[Fault]:
    """Numbers, days and links that are in no fact that may be told to this person."""
    left = _without_facts(text, evidence)
    for match in _LINK.finditer(left):
        yield Fault("link", match[0], f"It holds the link “{match[0][:80]}”, which no fact carries.")
    left = _LINK.sub(" ", left)
    for match in _DIGITS.finditer(left):
        word = match[0].strip(".,;:!?()[]\"'")
        yield Fault("number", word, f"It states “{word[:80]}”, which no fact carries.")
    for pattern, kind in ((_TIMES, "time"), (_NUMBER_WORDS, "number")):
        for match in pattern.finditer(left):
            yield Fault(kind, match[0], f"It states “{match[0]}”, which no fact carries.")
    if any(not one.isascii() and unicodedata.numeric(one, None) is not None and not one.isdecimal() for one in left):
        yield Fault("number", "", "It writes a number in signs that cannot be checked.")


def _statements(text: str, evidence: Evidence) -> Iterator[Fault]:
    for one, pattern in _SAID:
        if (match := pattern.search(text)) and not ((one.anybody or evidence["identity_known"]) and one.holds(evidence)):
            yield Fault("statement", match[0], f"It says “{match[0][:80]}” ({one.what}), which the facts do not bear out.")
    for sentence in _SENTENCE.split(text):
        told_of = [one.day for one, pattern in _SAID if one.day and pattern.search(sentence)]
        days = [form for key in DATES for form in _days(evidence, key) if form in sentence]
        if told_of and days and not any(form in days for key in told_of for form in _days(evidence, key)):
            yield Fault("statement", days[0], f"It tells {days[0]} as the day of something that was on another day.")


def _days(evidence: Evidence, key: str) -> list[str]:
    return [form for language in LANGUAGES if (form := written(evidence, key, language))]


def _strangers(text: str, evidence: Evidence) -> Iterator[Fault]:
    known = {str(evidence[key]).casefold() for key in ("email", "sender_email") if evidence.has(key)}
    for match in _EMAIL.finditer(text):
        if match[0].casefold().rstrip(".") not in known:
            yield Fault("stranger", match[0], f"It names the address {match[0][:80]}, which is not this customer's.")
    names = set(fold(str(evidence["name"] or "")).split()) if evidence["identity_known"] else set()
    for match in _GREETED.finditer(text):
        if unknown := [word for word in fold(match["name"]).split() if word not in names | _NO_NAMES]:
            yield Fault(
                "stranger", match["name"], f"It greets “{match['name'][:80]}”; {' '.join(unknown)[:80]} is not the name on the order."
            )


def _without_facts(text: str, evidence: Evidence) -> str:
    """The text without what stands in the facts, the longest forms first."""
    about_order = bool(evidence["identity_known"])
    left = _EMAIL.sub(" ", text)
    for form in sorted(tellable(evidence, about_order=about_order), key=len, reverse=True):
        left = re.sub(rf"(?<![\w#]){re.escape(form)}(?!\w|[.,]\d)", " ", left)
    return left
