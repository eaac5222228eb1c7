"""What people pay with. First digits are those of payment providers' published test cards."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

_BRANDS = (
    ("visa", "Visa", ("424242", "400000", "401288")),
    ("mastercard", "Mastercard", ("555555", "520082", "510510")),
    ("amex", "American Express", ("378282",)),
)


@dataclass(frozen=True)
class Card:
    """`avs` and `cvv` are the issuer's one-letter answers (Y match, N no match, U not available; M match, N no match)."""

    brand: str
    label: str
    bin: str
    last4: str
    fingerprint: str
    country: str
    funding: str
    wallet: str | None
    avs: str
    cvv: str
    expires: tuple[int, int]

    def failing(self, *, avs: str = "N", cvv: str = "N") -> Card:
        return replace(self, avs=avs, cvv=cvv, wallet=None)


def ordinary(rng: random.Random, country: str) -> Card:
    """A card of the owner's own country whose checks pass; outside the anglophone countries AVS is not available."""
    brand, label, bins = rng.choices(_BRANDS, (5, 4, 1))[0]
    wallet = rng.choices((None, "apple_pay", "google_pay"), (7, 2, 1))[0]
    return Card(
        brand=brand,
        label=label,
        bin=rng.choice(bins),
        last4=f"{rng.randrange(10000):04d}",
        fingerprint=f"{rng.getrandbits(64):016x}",
        country=country,
        funding=rng.choices(("credit", "debit"), (3, 2))[0],
        wallet=wallet,
        avs="Y" if country in {"US", "CA", "GB"} else "U",
        cvv="M",
        expires=(rng.randint(1, 12), rng.randint(2027, 2030)),
    )


def stolen(rng: random.Random, country: str) -> Card:
    """A card whose number is known but little else: street and code do not match."""
    return ordinary(rng, country).failing(avs=rng.choice(("N", "A")), cvv=rng.choice(("N", "N", "M")))


def prepaid(rng: random.Random, country: str) -> Card:
    return replace(ordinary(rng, country), funding="prepaid", wallet=None)


def of_one_bin(rng: random.Random, bin_number: str, country: str) -> Card:
    """One of the run of numbers that a card tester enumerates."""
    return replace(ordinary(rng, country), brand="visa", label="Visa", bin=bin_number, wallet=None, avs="N", cvv="N")
