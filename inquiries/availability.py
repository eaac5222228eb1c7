"""Whether what somebody asks about can be sold now, and when more of it comes: from what the store states of its stock.

Which product is meant is read from the message's own words against the titles and numbers of what the store stocks. Where two fit
alike, none is meant for certain, and a person looks.
"""

import operator
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from uuid import UUID

from django.db.models import Q

from inquiries.entities import of_kind, titled
from inquiries.language import SMALL_WORDS
from ordersops.orders.keys import fold
from ordersops.stock.models import Item, Level
from ordersops.stock.queries import arriving

WORDS, SHORTEST = 8, 4  # of a message that are looked for, and letters of the shortest
CANDIDATES = 300
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_COMMON = {fold(word) for words in SMALL_WORDS.values() for word in words} | {
    "stock", "available", "still", "again", "lager", "verfugbar", "lieferbar", "vorratig", "ausverkauft", "wieder", "sold", "restock"
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """`ordered`: SKUs of the order that it is about, where nothing is named."""

    key: UUID
    store: UUID
    text: str
    ordered: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Available:
    """`units`: what can still be reserved at places that work; None where nothing is stated of it."""

    title: str
    units: int | None
    expected_at: datetime | None


def look(asked: Sequence[Asked]) -> dict[UUID, Available]:
    """What is known of the product of each question; those whose product is not certain are left out. Three queries, none for nothing."""
    if not asked:
        return {}
    candidates = _candidates(asked)
    meant = {one.key: item for one in asked if (item := _meant(one, [row for row in candidates if row.store_id == one.store]))}
    if not meant:
        return {}
    units: dict[UUID, int] = {}
    places = Level.objects.filter(item__in=[item.pk for item in meant.values()], location__is_active=True, location__paused=False)
    for level in places:
        units[level.item_id] = units.get(level.item_id, 0) + level.free
    more = arriving((item.store_id, item.sku) for item in meant.values() if item.sku)
    return {
        key: Available((item.title or item.sku)[:200], units.get(item.pk), more.get((item.store_id, item.sku)))
        for key, item in meant.items()
    }


def _candidates(asked: Iterable[Asked]) -> list[Item]:
    """What the messages can mean, by any of their longer words, or by what was ordered."""
    wanted = []
    for one in asked:
        words = _words(one.text)
        named = [Q(title__icontains=word) for word in words] + [Q(sku__iexact=word) for word in words]
        if one.ordered:
            named.append(Q(sku__in=list(one.ordered)[:20]))
        if named:
            wanted.append(Q(store=one.store) & reduce(operator.or_, named))
    return list(Item.objects.filter(reduce(operator.or_, wanted)).order_by("pk")[:CANDIDATES]) if wanted else []


def _words(text: str) -> list[str]:
    found = [match[0] for match in _WORD.finditer(text[:2000]) if len(match[0]) >= SHORTEST and fold(match[0]) not in _COMMON]
    return sorted(dict.fromkeys(found), key=len, reverse=True)[:WORDS]


def _meant(one: Asked, items: Sequence[Item]) -> Item | None:
    """The item whose number is written, or of whose title most is; what was ordered where that is one thing and nothing is named."""
    written = {word.casefold() for word in _words(one.text)}
    if numbered := [item for item in items if item.sku and item.sku.casefold() in written]:
        return _only(numbered)
    by_title = {item.title: item for item in items if item.title}
    spans = of_kind(titled(one.text, by_title), "product")
    longest = max((len(span.text) for span in spans), default=0)
    named = [by_title[str(span.value)] for span in spans if len(span.text) == longest and str(span.value) in by_title]
    return _only(named or [item for item in items if item.sku and item.sku in one.ordered])


def _only(items: Sequence[Item]) -> Item | None:
    return items[0] if len({item.pk for item in items}) == 1 else None
