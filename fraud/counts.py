"""From the history of an order to its counted facts. Pure: reads no database."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from fraud.history import BIT, LINKING, NEWEST, History, Past, within
from ordersops.advice.catalogue import Sheet
from ordersops.orders.models import Order

HOUR, DAY, WEEK, MONTH = timedelta(hours=1), timedelta(days=1), timedelta(days=7), timedelta(days=30)
LINKED_SHOWN = 12
ENOUGH_ORDERS = 30  # fewer sums say nothing about what is usual
SMALL = Decimal(10)  # in major units, for a store whose usual is not known; else a quarter of the usual
SMALL_SHARE = 4
WORDS = {"email": "e-mail", "phone": "phone", "ip": "IP", "card": "card", "bin": "BIN", "ship": "address", "device": "device"}


def count(sheet: Sheet, order: Order, history: History) -> None:
    """Put everything that the past says about the order on the sheet."""
    moment = order.placed_at
    if moment is None:
        return
    small = _usual(sheet, order, history)
    by = {key: history.sharing(key) if getattr(order, f"{key}_key") is not None else None for key in BIT}
    _windows(sheet, order, moment, by)
    _bursts(sheet, moment, by, small)
    _customer(sheet, order, moment, by)
    _network(sheet, order, history)
    for key in ("ip", "device", "bin", "ship"):
        digest = getattr(order, f"{key}_key")
        sheet.put(f"key_{key}", None if digest is None else str(digest))


def _usual(sheet: Sheet, order: Order, history: History) -> Decimal:
    """What the store usually sells, how far this order is above it, and below which sum an order is a small one."""
    limit = SMALL
    if history.orders >= ENOUGH_ORDERS:
        mean = history.total / history.orders
        variance = max(history.squares / history.orders - mean * mean, Decimal(0))
        sheet.put("store_usual", _cents(mean), unit=order.currency)
        limit = max(mean / SMALL_SHARE, Decimal(1))
        if order.total is not None and variance > 0 and order.currency == order.store.currency:
            sheet.put("over_usual", _tenth((order.total - mean) / variance.sqrt()))
    if order.total is not None:
        sheet.put("amount_small", order.total <= limit)
    return limit


def _windows(sheet: Sheet, order: Order, moment: datetime, by: dict[str, list[Past] | None]) -> None:
    for key, name, window in (
        ("email", "1h", HOUR), ("email", "24h", DAY), ("ip", "1h", HOUR), ("ip", "24h", DAY), ("card", "24h", DAY),
        ("device", "1h", HOUR), ("device", "24h", DAY), ("ship", "1h", HOUR), ("ship", "7d", WEEK),
    ):  # fmt: skip
        if (past := by[key]) is not None:
            sheet.put(f"orders_by_{key}_{name}", len(within(past, moment, window)))
    for key, name, window in (
        ("ip", "1h", HOUR), ("ip", "24h", DAY), ("card", "30d", MONTH), ("device", "30d", MONTH),
        ("ship", "30d", MONTH), ("phone", "30d", MONTH),
    ):  # fmt: skip
        if (past := by[key]) is not None and order.email_key is not None:
            sheet.put(f"emails_by_{key}_{name}", _others(within(past, moment, window), "email", order.email_key))
    if order.card_key is not None:
        if (past := by["email"]) is not None:
            sheet.put("cards_by_email_30d", _others(within(past, moment, MONTH), "card", order.card_key))
        if (past := by["ip"]) is not None:
            sheet.put("cards_by_ip_1h", _others(within(past, moment, HOUR), "card", order.card_key))


def _others(past: Iterable[Past], key: str, own: int) -> int:
    """How many different values of the key there are besides one's own."""
    return len({value for one in past if (value := one.keys[key]) is not None and value != own})


def _bursts(sheet: Sheet, moment: datetime, by: dict[str, list[Past] | None], small: Decimal) -> None:
    """Card testing: many small or failed orders in one hour, through one connection or with the cards of one bank's run."""
    if by["ip"] is not None or by["device"] is not None:
        near = {one.id: one for key in ("ip", "device") for one in within(by[key] or [], moment, HOUR)}.values()
        sheet.put("small_burst_1h", sum(_small(one, small) for one in near))
        sheet.put("failed_burst_1h", sum(one.failed for one in near))
    if (past := by["bin"]) is not None:
        sheet.put("bin_suspect_1h", sum(one.failed or _small(one, small) for one in within(past, moment, HOUR)))


def _small(past: Past, limit: Decimal) -> bool:
    return past.total is not None and past.total <= limit


def _customer(sheet: Sheet, order: Order, moment: datetime, by: dict[str, list[Past] | None]) -> None:
    own = by["email"]
    known = _known_orders(order)
    if own is None and known is None:
        return
    past = own or []
    sheet.put("prior_orders", max(min(known or 0, NEWEST), len(past)))
    last = max([one.placed_at for one in past], default=order.customer.last_order_at if order.customer and known else None)
    if last is not None:
        sheet.put("days_since_last_order", Decimal((moment - last) // timedelta(days=1)))
    if own is None:
        return
    sheet.put("good_orders", sum(one.good for one in own))
    sheet.put("prior_disputes", sum(one.disputed for one in own))
    sheet.put("prior_refunds", sum(one.refunded > 0 for one in own))
    _own_usual(sheet, order, own)
    countries = {one.country for one in within(own, moment, MONTH)} | {str(order.shipping_address.get("country") or "")}
    sheet.put("countries_30d", len(countries - {""}))
    for fact, key in (("new_card", "card"), ("new_address", "ship"), ("new_device", "device" if order.client.get("device_id") else "ip")):
        # A session is new with every visit; without a device id, the network must serve.
        digest = getattr(order, f"{key}_key")
        before = {one.keys[key] for one in own} - {None}
        if digest is not None and before:
            sheet.put(fact, digest not in before)


def _known_orders(order: Order) -> int | None:
    """Orders before this one by the maintained count, where that count holds no later ones."""
    customer = order.customer
    if customer is None or customer.last_order_at is None or order.placed_at is None or customer.last_order_at > order.placed_at:
        return None
    counted = customer.orders_count
    return max(counted - 1, 0) if customer.last_order_at == order.placed_at else counted


def _own_usual(sheet: Sheet, order: Order, own: Sequence[Past]) -> None:
    totals = [one.total for one in own if one.total and one.currency == order.currency and not one.cancelled]
    if len(totals) < 2:
        return
    mean = sum(totals, Decimal(0)) / len(totals)
    sheet.put("own_usual", _cents(mean), unit=order.currency)
    if order.total is not None and mean > 0:
        sheet.put("times_own_usual", _tenth(order.total / mean))


def _network(sheet: Sheet, order: Order, history: History) -> None:
    if all(getattr(order, f"{key}_key") is None for key in BIT):
        return
    linked = history.linked()
    sheet.put("linked_count", len(linked))
    sheet.put("linked_fraud", sum(past.fraud for past, _ in linked))
    sheet.put("linked_declined", sum(past.declined and not past.fraud for past, _ in linked))
    sheet.put("linked_disputed", sum(past.disputed and not bits & BIT["email"] for past, bits in linked))
    if order.placed_at:
        near = [past.placed_at for past, bits in history.links if bits & (BIT["email"] | BIT["ip"] | BIT["card"] | BIT["device"])]
        if near:
            sheet.put("seconds_since_last", Decimal(int((order.placed_at - max(near)).total_seconds())))
    if linked:
        telling = sorted(
            linked, key=lambda pair: (pair[0].fraud or pair[0].disputed or pair[0].declined, (pair[1] & LINKING).bit_count()), reverse=True
        )
        shown = sorted(telling[:LINKED_SHOWN], key=lambda pair: (pair[0].placed_at, pair[0].id), reverse=True)
        sheet.put("linked_orders", [_row(past, bits) for past, bits in shown])


def _row(past: Past, bits: int) -> dict[str, Any]:
    """An earlier order as the case page shows it: no personal data."""
    return {
        "id": str(past.id),
        "number": past.number,
        "placed_at": past.placed_at.isoformat(),
        "shares": [WORDS[key] for key in BIT if bits & BIT[key]],
        "total": "" if past.total is None else format(past.total, "f"),
        "currency": past.currency,
        "risk": past.risk,
        "outcome": past.outcome,
    }


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _tenth(number: Decimal) -> Decimal:
    return number.quantize(Decimal("0.1"), ROUND_HALF_UP)
