"""The parts of an order, and a customer, as facts."""

import html
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from ordersops.stores.facts import AddressFacts, CustomerFacts, LineFacts, RefundFacts
from ordersops.stores.platforms.reading import moment, money, number, rows, table, text, units

Body = dict[str, Any]
TAGS = "_ordersops_tags"  # our own: the platform's orders have no tags


def since(body: Body, name: str) -> datetime | None:
    """The time called `name`. Of the pair, the one called `_gmt` is in UTC and says no zone; the other is the shop's own clock,
    which is a time only where it says its zone."""
    stated = body.get(f"{name}_gmt")
    if isinstance(stated, str) and (found := moment(stated) or moment(f"{stated.strip()}Z")):
        return found
    return moment(body.get(name))


def has_time(body: Body, name: str) -> bool:
    """Whether a time is stated at all, readable or not."""
    return bool(text(body.get(f"{name}_gmt")) or text(body.get(name)))


def plain(value: Any) -> str:
    """A name without the entities of HTML, in which the platform keeps it."""
    return text(html.unescape(text(value)))


def total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of the known amounts; None where none is known, or where it is too large to be one."""
    known = [amount for amount in amounts if amount is not None]
    return money(sum(known, Decimal(0))) if known else None


def lines(body: Body, *, ship: bool) -> tuple[LineFacts, ...]:
    """The lines with the price of one before discounts and tax. Nothing in a line says whether it is shipped (see `ships`)."""
    found: dict[str, LineFacts] = {}
    for position, row in enumerate(rows(body.get("line_items")), start=1):
        sku = text(row.get("sku"))
        key = text(row.get("id")) or f"{position}:{sku}"
        quantity, worth = units(row.get("quantity")) or 0, number(row.get("subtotal"))
        found.setdefault(
            key,
            LineFacts(
                external_id=key,
                sku=sku,
                title=plain(row.get("name")),
                quantity=quantity,
                price=money(worth / quantity) if worth is not None and quantity else money(row.get("price")),
                requires_shipping=ship,
            ),
        )
    return tuple(found.values())


def ships(body: Body, to: AddressFacts | None) -> bool:
    """Whether there is something to ship: the platform makes a shipping line for every parcel, free ones and collection too;
    an order that a person entered may lack it and have an address."""
    return not isinstance(body.get("shipping_lines"), list) or any(rows(body["shipping_lines"])) or to is not None


def refunds(body: Body) -> tuple[RefundFacts, ...]:
    """The refunds as an order lists them: amounts are negative there, and nothing is said of lines or times."""
    found: dict[str, RefundFacts] = {}
    for row in rows(body.get("refunds")):
        if key := text(row.get("id")):
            amount = money(row.get("total"))
            reason = plain(row.get("reason")) or plain(row.get("refund"))
            found[key] = RefundFacts(external_id=key, amount=abs(amount) if amount is not None else None, reason=reason)
    return tuple(found.values())


def meta(body: Body, key: str) -> Any:
    """The value of the last entry with this key; None where there is none."""
    found = None
    for row in rows(body.get("meta_data")):
        if row.get("key") == key:
            found = row.get("value")
    return found


def tags(body: Body) -> tuple[str, ...]:
    stated = meta(body, TAGS)
    return tuple(dict.fromkeys(filter(None, map(text, stated.split(","))))) if isinstance(stated, str) else ()


def name_of(found: Body) -> str:
    return f"{text(found.get('first_name'))} {text(found.get('last_name'))}".strip()


def address(value: Any) -> AddressFacts | None:
    """None where no line of an address is filled in."""
    found = table(value)
    facts = AddressFacts(
        name=name_of(found),
        company=text(found.get("company")),
        address1=text(found.get("address_1")),
        address2=text(found.get("address_2")),
        city=text(found.get("city")),
        region=text(found.get("state")),
        country=text(found.get("country")).upper(),
        postal_code=text(found.get("postcode")),
        phone=text(found.get("phone")),
    )
    return None if facts == AddressFacts() else facts


def buyer(body: Body, at: datetime) -> CustomerFacts | None:
    """Who placed an order: the account by its id (0 is a guest), or whoever stands behind the e-mail address."""
    billing = table(body.get("billing"))
    account, email = text(body.get("customer_id")), text(billing.get("email"))
    key = account if account not in {"", "0"} else f"email:{email.lower()}" if email else ""
    if not key:
        return None
    return CustomerFacts(external_id=key, at=at, email=email, name=name_of(billing), phone=text(billing.get("phone")))


def customer(body: Body, at: datetime) -> CustomerFacts:
    """An account. Only what the body has a field for is stated."""
    facts: Body = {"external_id": text(body.get("id")), "at": since(body, "date_modified") or at}
    if "email" in body:
        facts["email"] = text(body["email"])
    if "first_name" in body or "last_name" in body:
        facts["name"] = name_of(body)
    if isinstance(body.get("billing"), dict):
        facts["phone"] = text(body["billing"].get("phone"))
    if has_time(body, "date_created"):
        facts["created_at"] = since(body, "date_created")
    return CustomerFacts(**facts)
