"""How many of a product lie at which place, and what it asks of whoever handles it. Of every seventh nothing lies anywhere."""

from __future__ import annotations

from zlib import crc32

from .catalogue import Product

HAZARDOUS = ("GAS", "LEIM", "OEL")
BATTERIES = ("POWER", "SCHRAUB", "LICHT", "LAMP", "BEACON", "WATCH")
NOWHERE = 7


def units(product: Product, place: int) -> int:
    """How many lie at the first (0) or the second place (1)."""
    number = crc32(product.sku.encode())
    if number % NOWHERE == 0:
        return 0
    return 40 + number % 60 if place == 0 else 0 if product.grams > 2000 else 15 + number % 30


def needs(product: Product) -> list[str]:
    found = ["hazmat"] if any(word in product.sku for word in HAZARDOUS) else []
    found += ["lithium"] if any(word in product.sku for word in BATTERIES) else []
    return found + (["oversize"] if product.grams >= 9000 else [])
