"""Baskets and wishes: what is easily turned into money, what must go fast, and notes that press."""

import re

from ordersops.orders.keys import fold

_RESALEABLE = re.compile(
    r"\b(iphone|ipad|macbook|airpods|galaxy s\d+|pixel \d|laptop|notebook|tablet|smartphone|playstation|ps5|xbox|"
    r"nintendo|switch oled|console|graphics card|gpu|rtx \w+|drone|camera|kamera|lens|objektiv|headphones|kopfhorer|"
    r"smart ?watch|gps watch|rolex|sneakers?|handbag|perfume|gold|silver coin|satellite messenger|power bank|3d drucker|"
    r"3d printer|oszilloskop|oscilloscope|akkuschrauber)\b"
)
_EXPRESS = re.compile(r"\b(express|expedited|overnight|next day|next morning|same day|one day|1 day|air|rush|expressversand|urgent)\b")
_SCRIPTED = re.compile(r"\b(api|rest api|store api|headless|import)\b")
# What people write who want nobody to look: hurry, authority, a plea not to check, orders to the machine.
_PRESSURE = re.compile(
    r"\b(urgent|asap|immediately|ship today|need it tomorrow|hurry|do not call|dont call|do not verify|no verification|"
    r"skip|without verification|already approved|approved by|low risk|release it|set outcome|ignore|system|reviewer|"
    r"dringend|sofort|nicht anrufen|urgente|urgence)\b"
)


def resaleable(titles: list[str]) -> bool:
    return any(_RESALEABLE.search(fold(title)) for title in titles)


def express(method: str) -> bool:
    return bool(_EXPRESS.search(fold(method)))


def scripted(source: str) -> bool:
    return bool(_SCRIPTED.search(fold(source)))


def pressing_words(note: str) -> str | None:
    """The first pressing words of a note as they stand there, so that they can be quoted; None for a note that does not press."""
    found = _PRESSURE.search(note.casefold())
    return found.group(0) if found else None
