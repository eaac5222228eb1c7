"""How a fact is written in a text for the customer, in each language; one way each, so that a text can be held against the facts."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from inquiries.catalogue import ABOUT_ORDER
from inquiries.language import ENGLISH, GERMAN, LANGUAGES
from ordersops.advice.facts import Evidence

_MONTHS = {
    ENGLISH: "January February March April May June July August September October November December",
    GERMAN: "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}
MONTHS = {language: names.split() for language, names in _MONTHS.items()}
DAYS = frozenset({"delivery_from", "delivery_to", "today"})
DATES = ("placed_at", "carrier_at", "shipped_at", "delivered_at", "delivery_from", "delivery_to", "refunded_at", "product_expected")
ADDRESS = ("name", "company", "address1", "address2", "postal_code", "city", "province", "country")
# What may be written in a reply. Everything else of the snapshot is for our side alone.
TELLABLE = (
    "number", "name", "email", "placed_at", "total", "items", "parcels", "carrier", "tracking_number", "carrier_at", "shipped_at", "delivered_at",
    "delivery_from", "delivery_to", "refunded", "refunded_at", "asked_address", "sender_email", "store_name",
    "product_asked", "product_expected",
)  # fmt: skip


def written(evidence: Evidence, key: str, language: str) -> str:
    """The fact as a reply writes it; "" where it is not present."""
    value = evidence[key]
    if value is None:
        return ""
    fact = evidence.facts[key]
    if isinstance(value, datetime):
        return day(value.astimezone(ZoneInfo(evidence["zone"] or "UTC")).date(), language)
    if key in DAYS:
        return day(date.fromisoformat(value), language)
    if isinstance(value, Decimal):
        return money(value, fact.unit, language)
    if key == "asked_address":
        return ", ".join(str(value[0][part]) for part in ADDRESS if value[0].get(part))
    if key == "items":
        return ", ".join(str(row["title"]) for row in value)
    return str(value)


def day(on: date, language: str) -> str:
    """24 November 2026; 24. November 2026."""
    return f"{on.day}{'.' if language == GERMAN else ''} {MONTHS[language][on.month - 1]} {on.year}"


def money(amount: Decimal, currency: str, language: str) -> str:
    """1,290.00 EUR; 1.290,00 EUR."""
    digits = f"{amount:,.2f}"
    if language == GERMAN:
        digits = digits.translate(str.maketrans(",.", ".,"))
    return f"{digits} {currency}".strip()


def tellable(evidence: Evidence, *, about_order: bool) -> dict[str, str]:
    """Every way in which a fact may stand in a reply -> the fact's key. Without `about_order` only what says nothing of an order."""
    found: dict[str, str] = {}
    for key in TELLABLE:
        if evidence.has(key) and (about_order or key not in ABOUT_ORDER):
            for form in _forms(evidence, key):
                if form.strip():
                    found.setdefault(form, key)
    return found


def _forms(evidence: Evidence, key: str) -> Iterator[str]:
    value: Any = evidence[key]
    yield from (written(evidence, key, language) for language in LANGUAGES)
    if key == "number":
        yield f"#{str(value).lstrip('#')}"
        yield str(value).lstrip("#")
    elif key == "items":
        yield from (str(row["title"]) for row in value)
    elif key == "asked_address":
        yield from (str(value[0][part]) for part in ADDRESS if value[0].get(part))
    elif isinstance(value, Decimal):
        fact = evidence.facts[key]
        yield from (
            f"{form} {sign}" for form in (f"{value:.2f}", f"{value:.2f}".replace(".", ",")) for sign in (fact.unit, _sign(fact.unit))
        )
        yield f"{_sign(fact.unit)}{value:,.2f}"


def _sign(currency: str) -> str:
    return {"EUR": "€", "USD": "$", "GBP": "£"}.get(currency, currency)
