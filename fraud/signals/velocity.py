"""Velocity: how much in how short a time, counted from earlier orders alone.

One customer who orders often is one signal (email_velocity). The other keys count only when other customers are on them too,
so that a regular is not counted five times over.
"""

from decimal import Decimal

from fraud.signals.table import Hit, at_least, hit, is_true, reached, signal, times
from ordersops.advice.facts import Evidence

QUICK = 60  # seconds (fraud.md 4.8 #63)


def _level(says: str, fact: str, e: Evidence, limits: tuple[int, ...], *more: tuple[str, str, object]) -> Hit | None:
    level = reached(e[fact], *limits)
    return None if level is None else hit(says, at_least(fact, limits[level]), *more, level=level)


@signal("velocity", "Many orders of one customer", "orders_by_email_1h", source="fraud.md 4.2 #15, 4.8 #61")
def email_velocity(e: Evidence) -> Hit | None:
    earlier = times(e["orders_by_email_1h"], "earlier order", "earlier orders")
    return _level(f"{earlier} with this e-mail address in the last hour", "orders_by_email_1h", e, (3, 6))


@signal("velocity", "Many orders from one connection", "orders_by_ip_1h", "emails_by_ip_1h", source="fraud.md 4.8 #59")
def ip_velocity(e: Evidence) -> Hit | None:
    if e["emails_by_ip_1h"] < 1:
        return None
    earlier = times(e["orders_by_ip_1h"], "earlier order", "earlier orders")
    return _level(
        f"{earlier} from this IP address in the last hour, of several customers",
        "orders_by_ip_1h",
        e,
        (3, 8),
        at_least("emails_by_ip_1h", 1),
    )


@signal("velocity", "Many orders with one card", "orders_by_card_24h", "emails_by_card_30d", source="fraud.md 4.8 #60")
def card_velocity(e: Evidence) -> Hit | None:
    if e["emails_by_card_30d"] < 1:
        return None
    earlier = times(e["orders_by_card_24h"], "earlier order", "earlier orders")
    return _level(
        f"{earlier} with this card in the last day, of several customers",
        "orders_by_card_24h",
        e,
        (2, 4),
        at_least("emails_by_card_30d", 1),
    )


@signal("velocity", "Many orders from one device", "orders_by_device_1h", "emails_by_device_30d", source="fraud.md 4.6 #43")
def device_velocity(e: Evidence) -> Hit | None:
    if e["emails_by_device_30d"] < 1:
        return None
    earlier = times(e["orders_by_device_1h"], "earlier order", "earlier orders")
    return _level(
        f"{earlier} from this device in the last hour, of several customers",
        "orders_by_device_1h",
        e,
        (2, 5),
        at_least("emails_by_device_30d", 1),
    )


@signal("velocity", "Many orders to one address", "orders_by_ship_1h", "emails_by_ship_30d", source="fraud.md 4.4 #29, 4.12 #89")
def address_velocity(e: Evidence) -> Hit | None:
    if e["emails_by_ship_30d"] < 1:
        return None
    earlier = times(e["orders_by_ship_1h"], "earlier order", "earlier orders")
    return _level(
        f"{earlier} to this address in the last hour, of several customers",
        "orders_by_ship_1h",
        e,
        (1, 3),
        at_least("emails_by_ship_30d", 1),
    )


@signal("velocity", "Again within a minute", "seconds_since_last", source="fraud.md 4.8 #63")
def quick_repeat(e: Evidence) -> Hit | None:
    seconds = e["seconds_since_last"]
    if seconds >= QUICK:
        return None
    return hit(
        f"{said_seconds(seconds)} after another order of the same customer, card, device or connection",
        ("seconds_since_last", "lt", Decimal(QUICK)),
    )


def said_seconds(seconds: Decimal) -> str:
    return "Less than a second" if seconds < 1 else f"{seconds} second{'' if seconds == 1 else 's'}"


@signal("velocity", "Burst of small orders", "small_burst_1h", "amount_small", source="fraud.md 4.8 #64")
def small_amount_burst(e: Evidence) -> Hit | None:
    if not e["amount_small"]:
        return None
    earlier = times(e["small_burst_1h"], "earlier small order", "earlier small orders")
    return _level(
        f"{earlier} from this IP address or device in the last hour, and this one is small too",
        "small_burst_1h",
        e,
        (3, 8),
        is_true("amount_small"),
    )


@signal("velocity", "Burst of failed payments", "failed_burst_1h", source="fraud.md 4.7 #58, 4.8 #60")
def failed_burst(e: Evidence) -> Hit | None:
    earlier = times(e["failed_burst_1h"], "earlier order", "earlier orders")
    return _level(f"{earlier} with failed payments from this IP address or device in the last hour", "failed_burst_1h", e, (3, 8))


@signal("velocity", "Run of cards of one bank", "bin_suspect_1h", "amount_small", source="fraud.md 4.12 #92")
def bin_burst(e: Evidence) -> Hit | None:
    if not e["amount_small"]:
        return None
    earlier = times(e["bin_suspect_1h"], "small or failed order", "small or failed orders")
    return _level(f"{earlier} with cards of the same BIN in the last hour", "bin_suspect_1h", e, (5, 12), is_true("amount_small"))


@signal("velocity", "Many cards of one customer", "cards_by_email_30d", source="fraud.md 4.2 #14")
def cards_per_email(e: Evidence) -> Hit | None:
    cards = times(e["cards_by_email_30d"], "other card", "other cards")
    return _level(f"{cards} used with this e-mail address in the last month", "cards_by_email_30d", e, (2, 4))


@signal("velocity", "Card of several customers", "emails_by_card_30d", source="fraud.md 4.2 #14, 4.1 #6")
def emails_per_card(e: Evidence) -> Hit | None:
    others = times(e["emails_by_card_30d"], "other customer", "other customers")
    return _level(f"{others} paid with this card in the last month", "emails_by_card_30d", e, (1, 3))


@signal("velocity", "Many countries", "countries_30d", source="fraud.md 4.8 #65")
def countries_per_customer(e: Evidence) -> Hit | None:
    return _level(f"This customer had parcels sent to {e['countries_30d']} countries in the last month", "countries_30d", e, (3,))
