"""What a message names: order numbers, e-mail addresses, tracking numbers, an address, products. Each with where it stands.

An entity is a span of the message and nothing else: `text` is exactly `message[start:end]`. Whoever names one that does not stand
there (a model) is refused by `borne_out`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from ordersops.orders.keys import fold

MOST = 12  # of one kind
READ = 8_000  # characters of a message


@dataclass(frozen=True, slots=True)
class Entity:
    """`kind`: order, email, tracking, address or product. `value`: how it is compared; an address by its parts."""

    kind: str
    text: str
    start: int
    end: int
    value: Any = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,6}[a-zA-Z]{2,24}(?![\w-])")
# Named by a word before it, or by a hash sign.
_ORDER = re.compile(
    r"(?:\b(?:order|bestellung|auftrag|bestell(?:-?\s?nummer|-?\s?nr)|auftrags(?:-?\s?nummer|-?\s?nr)|order(?:-?\s?number|-?\s?no))"
    r"(?:\s*(?:number|nummer|no|nr|id|is|ist|lautet|:|\.|=|-))*\s*[#№]?\s*|(?<![\w&])[#№]\s?)"
    r"(?P<number>[A-Za-z]{0,6}-?\d[\dA-Za-z-]{1,18}\d|\d{2,20})(?![\w@])",
    re.IGNORECASE,
)
_LOOSE_ORDER = re.compile(r"(?<![\w#.,/@+-])(?P<number>[A-Z]{1,5}-?\d{3,10}|\d{4,9})(?![\w@]|[.,]\d|\s?(?:€|EUR|USD|Euro|Uhr)\b)")
# Carriers' own forms (UPU S10, UPS 1Z, DHL JJD and 00340), else what a word names.
_TRACKING = re.compile(
    r"(?<![\w-])(?:1Z[0-9A-Z]{16}|[A-Z]{2}\d{9}[A-Z]{2}|JJ?D\d{16,20}|00340\d{15}|JVGL\d{16,20}|(?<!\d)\d{20,22}(?!\d))(?![\w-])"
)
_NAMED_TRACKING = re.compile(
    r"\b(?:tracking|sendungs?(?:verfolgungs)?|paket)(?:\s*-?\s*(?:number|nummer|nr|no|id|code|is|ist|lautet|:|\.))+\s*"
    r"(?P<number>(?=[A-Za-z0-9-]*\d)[A-Za-z0-9][A-Za-z0-9-]{6,38})",
    re.IGNORECASE,
)
_STREET_END = r"(?:stra(?:ß|ss)e|str\.|weg|gasse|allee|platz|ring|damm|ufer|steig|chaussee|hof)"
_GERMAN_ADDRESS = re.compile(
    rf"(?P<street>(?:[A-ZÄÖÜ][\wäöüß.-]*\s){{0,3}}[A-ZÄÖÜ][\wäöüß.-]*?(?:{_STREET_END})"
    r"|(?:[A-ZÄÖÜ][\wäöüß.-]*\s){1,3}(?:Straße|Strasse|Str\.|Weg|Gasse|Allee|Platz|Ring|Damm|Ufer|Chaussee)"
    r"|(?:Am|An der|Im|Auf dem|Unter den|Zum|Zur)\s[A-ZÄÖÜ][\wäöüß-]+)"
    r"\s(?P<house>\d{1,4}\s?[a-zA-Z]?(?:\s?[-/]\s?\d{1,4})?)\s*(?:,|\n|\s)\s*(?P<postcode>(?:D-|A-|CH-)?\d{4,5})\s+"
    r"(?P<city>[A-ZÄÖÜ][\wäöüß-]+(?:\s(?:am|an der|im|bei|ob der|[A-ZÄÖÜ(])[\wäöüß/).-]*){0,3})",
)
_ENGLISH_STREET = r"(?:street|st|avenue|ave|road|rd|drive|dr|lane|ln|boulevard|blvd|court|ct|place|pl|way|terrace|close|square|sq|crescent)"
_ENGLISH_ADDRESS = re.compile(
    rf"(?P<house>\d{{1,5}}[A-Za-z]?)\s(?P<street>(?:[A-Z0-9][\w'.-]*\s){{1,4}}{_ENGLISH_STREET})\b\.?"
    r"(?:\s*,?\s*(?P<unit>(?:apt|apartment|unit|suite|flat|#)\.?\s?[\w-]{1,8}))?\s*(?:,|\n)\s*"
    r"(?P<city>[A-Z][A-Za-z.'-]+(?:\s[A-Z][A-Za-z.'-]+){0,3}?)\s*(?:,|\n|\s)\s*"
    r"(?:(?P<province>[A-Z]{2})\s*,?\s*(?P<zip>\d{5}(?:-\d{4})?)|(?P<postcode>[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}))",
    re.IGNORECASE,
)


def extract(message: str, *, products: Iterable[str] = ()) -> list[Entity]:
    """Everything named in the message, in its order; no two overlap. `products`: titles of what was ordered, looked for by their words."""
    text = message[:READ]
    found: list[Entity] = []
    for entity in (*_emails(text), *_addresses(text), *_trackings(text), *_orders(text), *_products(text, products)):
        if not any(entity.start < other.end and other.start < entity.end for other in found):
            found.append(entity)
    kinds: dict[str, int] = {}
    kept = []
    for entity in sorted(found, key=lambda one: one.start):
        kinds[entity.kind] = kinds.get(entity.kind, 0) + 1
        if kinds[entity.kind] <= MOST:
            kept.append(entity)
    return kept


def titled(message: str, products: Iterable[str]) -> list[Entity]:
    """Products that the message names, each by the longest run of its title's words; they may overlap."""
    return list(_products(message[:READ], products))


def of_kind(entities: Iterable[Entity], kind: str) -> list[Entity]:
    return [one for one in entities if one.kind == kind]


def borne_out(entity: Entity, message: str) -> bool:
    """Whether it stands in the message where it says."""
    return 0 <= entity.start < entity.end and message[entity.start : entity.end] == entity.text


def _emails(text: str) -> Iterator[Entity]:
    for match in _EMAIL.finditer(text):
        yield Entity("email", match[0], match.start(), match.end(), match[0].casefold())


def _orders(text: str) -> Iterator[Entity]:
    for pattern in (_ORDER, _LOOSE_ORDER):
        for match in pattern.finditer(text):
            yield Entity("order", match["number"], match.start("number"), match.end("number"), match["number"].upper())


def _trackings(text: str) -> Iterator[Entity]:
    for match in _TRACKING.finditer(text):
        yield Entity("tracking", match[0], match.start(), match.end(), match[0].upper())
    for match in _NAMED_TRACKING.finditer(text):
        yield Entity("tracking", match["number"], match.start("number"), match.end("number"), match["number"].upper())


def _addresses(text: str) -> Iterator[Entity]:
    for match in _GERMAN_ADDRESS.finditer(text):
        value = {"address1": f"{match['street']} {match['house']}".strip(), "postal_code": match["postcode"], "city": match["city"].strip()}
        yield _address(match, value)
    for match in _ENGLISH_ADDRESS.finditer(text):
        value = {
            "address1": f"{match['house']} {match['street']}", "address2": match["unit"] or "", "city": match["city"].strip(),
            "province": (match["province"] or "").upper(), "postal_code": match["zip"] or match["postcode"],
        }  # fmt: skip
        yield _address(match, {name: one for name, one in value.items() if one})


def _address(match: "re.Match[str]", value: dict[str, str]) -> Entity:
    return Entity("address", match[0].strip(), match.start(), match.start() + len(match[0].strip()), value)


def _products(text: str, products: Iterable[str]) -> Iterator[Entity]:
    """A title in whole, or its longest run of at least two words; a single word only where it is long enough to mean something."""
    words = [(fold(match[0]), match.start(), match.end()) for match in re.finditer(r"[\w-]+", text)]
    for title in dict.fromkeys(filter(None, products)):
        wanted = fold(title).split()
        for size in range(len(wanted), 0, -1):
            if size == 1 and len(wanted) > 1 and max(map(len, wanted)) < 6:
                break
            span = _run(words, wanted, size)
            if span:
                start, end = span
                yield Entity("product", text[start:end], start, end, title[:200])
                break


def _run(words: list[tuple[str, int, int]], wanted: list[str], size: int) -> tuple[int, int] | None:
    for first in range(len(wanted) - size + 1):
        run = wanted[first : first + size]
        if size == 1 and len(run[0]) < 5:
            continue
        for at in range(len(words) - size + 1):
            if [word for word, _, _ in words[at : at + size]] == run:
                return words[at][1], words[at + size - 1][2]
    return None
