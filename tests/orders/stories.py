"""The stories of the simulated shops as facts, and the whole state of an order for comparing."""

import json
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.db import transaction

from ordersops.accounts.models import User
from ordersops.orders.actions import apply_facts
from ordersops.orders.models import Customer, Dispute, Line, Order, Refund, Shipment, StoreDay, Transaction
from ordersops.simulator.config import Shop
from ordersops.simulator.hooks import first_hooks
from ordersops.simulator.messages import Message
from ordersops.simulator.numbering import Numbering
from ordersops.simulator.people import regulars
from ordersops.simulator.scene import Scene
from ordersops.simulator.stories import TALES
from ordersops.stores.facts import OrderFacts
from ordersops.stores.platforms import platforms

START = datetime(2026, 11, 8, tzinfo=UTC)
PARTS = (Line, Transaction, Shipment, Refund, Dispute)
NOT_COMPARED = {"id", "store_id", "order_id", "customer_id", "received_at", "version", "first_order_at", "last_order_at"}


@cache
def messages(story: str, platform: str, seed: int = 1) -> tuple[Message, ...]:
    """All that a shop sends while a story is told, in the order in which it happened."""
    address, secret = "http://127.0.0.1:9/hooks", "whsec_c2VjcmV0LW9mLWEtdGVzdC1zdG9yZS0wMDAw"
    hooks = first_hooks(platform, address, secret)
    shop = Shop(0, "Test", platform, address, secret, "USD", "test.example", hooks=hooks)  # type: ignore[arg-type]
    clock, sent = [START], []
    scene = Scene(
        shop=shop, story=story, rng=random.Random(f"{story}/{seed}"), now=lambda: clock[0], out=sent.append,
        numbering=Numbering(1_760_000_000 + 60 * sorted(TALES).index(story)), regulars=regulars("test", "USD"), history=[],
    )  # fmt: skip
    for wait in TALES[story].play(scene):
        clock[0] += timedelta(seconds=wait)
    return tuple(sent)


@cache
def facts_of(story: str, platform: str) -> tuple[OrderFacts, ...]:
    adapter = platforms()[platform]
    return tuple(
        adapter.facts(topic=one.topic, payload=json.loads(one.body, parse_float=Decimal), at=one.triggered_at)
        for one in messages(story, platform)
    )


def columns(row: Any) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if field.attname not in NOT_COMPARED}


def state(store: UUID) -> dict[str, Any]:
    """Every column of a store's orders with their parts, customers and days, except ids, receipt times and versions.

    Of customers of whom nothing was told, and guests, it is how many orders are theirs.
    """
    names = dict(Order.objects.filter(store=store).values_list("pk", "external_id"))
    customers = dict(Customer.objects.filter(store=store).values_list("pk", "external_id"))
    found: dict[str, Any] = {
        f"order {row.external_id}": columns(row) | {"customer": customers.get(row.customer_id)} for row in Order.objects.filter(store=store)
    }
    for model in PARTS:
        for row in model.objects.filter(store=store):
            found[f"{model.__name__} {row.external_id} of {names[row.order_id]}"] = columns(row)
    for customer in Customer.objects.filter(store=store):
        if customer.marks and not customer.external_id.startswith("email:"):
            found[f"customer {customer.external_id}"] = columns(customer)
        elif customer.orders_count:
            found[f"customer {customer.external_id}"] = customer.orders_count
    for day in StoreDay.objects.filter(store=store).exclude(orders=0, total=0):
        found[f"day {day.day}"] = columns(day)
    return found


def end_state(store: UUID, batches: list[list[OrderFacts]], by: User) -> dict[str, Any]:
    """The state after these batches, from nothing; the database is as it was afterwards."""
    point = transaction.savepoint()
    try:
        for batch in batches:
            apply_facts(facts=[(store, facts) for facts in batch], by=by)
        return state(store)
    finally:
        transaction.savepoint_rollback(point)
