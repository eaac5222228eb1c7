"""Triage: orders classified and routed a second, the cost of a batch in the database, and stock kept by many at once.

Nothing waits for a network. `--quick` takes smaller samples.
"""

import time
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.bench.report import Report, arguments, spread
from tests.bench.stage import stage

if TYPE_CHECKING:
    from ordersops.stores.models import Store

NODES, WRITERS = 12, 64


def main() -> None:
    asked = arguments(__doc__ or "")
    report = Report("triage", as_json=asked.json)
    samples, orders = (200, 60) if asked.quick else (2000, 600)
    with stage() as on:
        on.django()
        found = {
            "route_per_s": _rate(report, f"routed over {NODES} nodes with splits", samples, _route()),
            "classify_per_s": _rate(report, "classified", samples * 5, _classify()),
            "address_per_s": _rate(report, "addresses checked", samples, _address()),
        }
        found |= _answered(report, orders)
        found |= _kept(report, orders)
        report.summary(
            {
                "an order is routed within 50 ms": found["route_per_s"] > 20,
                "nothing is kept twice": found["oversold"] == 0,
                "every order was triaged": found["triaged"] == orders,
            },
            **found,
        )


def _rate(report: Report, what: str, count: int, work: Callable[[], object]) -> float:
    start = time.perf_counter()
    for _ in range(count):
        work()
    rate = round(count / (time.perf_counter() - start), 1)
    report.row(what, done=count, per_s=rate)
    return rate


def _route() -> Callable[[], object]:
    from tests.triage.test_routing import ask, node
    from triage.routing import Settings, Wanted, flips, route

    lines = tuple(Wanted(str(number), f"S{number}", 2, Decimal(60), 500) for number in range(3))
    nodes = tuple(
        node(f"N{number}", free={f"S{one}": 9 for one in range(3) if (number + one) % 3}, pick_pack=Decimal(number))
        for number in range(NODES)
    )
    asked, settings = ask(lines=lines), Settings()
    return lambda: flips(asked, nodes, settings, route(asked, nodes, settings))


def _classify() -> Callable[[], object]:
    from tests.triage.test_classes import facts
    from triage.classes import triage
    from triage.limits import LIMITS

    known = facts(total=Decimal(900), next_day=True, silent_days=Decimal(3), address_state="ask")
    return partial(triage, known, LIMITS)


def _address() -> Callable[[], object]:
    from triage.addresses import check

    return partial(check, {"address1": "1 High Street", "city": "Leeds", "postal_code": "LS11AA", "country": "GB"})


def _stocked() -> "tuple[Store, Any]":
    from ordersops.accounts.models import User
    from ordersops.stock.actions import take_in
    from ordersops.stores.actions import connect
    from ordersops.stores.facts import ItemFacts, LevelFacts, LocationFacts, StockFacts

    system = User.objects.system()
    shop = connect(name="Bench", platform="generic", by=system)
    told = StockFacts(
        locations=tuple(LocationFacts(external_id=f"w{number}", name=f"W{number}", country="GB") for number in range(NODES)),
        items=(ItemFacts(external_id="SKU-1", sku="SKU-1"),),
        levels=tuple(LevelFacts(location=f"w{number}", item="SKU-1", units=10_000) for number in range(NODES)),
    )
    take_in(facts=[(shop.pk, told)], by=system)
    return shop, system


def _answered(report: Report, orders: int) -> dict[str, float]:
    """A batch of questions from the rows to the plan that is kept."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from ordersops.advice.actions import raise_questions
    from ordersops.advice.jobs import answer
    from ordersops.cases.lanes import Raised
    from tests.factories import OrderFactory
    from triage.models import RoutingResult

    shop, _ = _stocked()
    address = {"name": "Ada Byron", "address1": "1 High Street", "city": "Leeds", "postal_code": "LS1 1AA", "country": "GB"}
    made = OrderFactory.create_batch(orders, store=shop, payment="paid", risk="clear", shipping_address=address, total=Decimal(60))
    raise_questions({"triage": [Raised(shop.pk, order.pk, order.pk, "placed") for order in made]})
    start = time.perf_counter()
    with CaptureQueriesContext(connection) as captured:
        while answer():
            pass
    took = time.perf_counter() - start
    triaged = RoutingResult.objects.filter(store=shop, state="routed").count()
    rate = round(orders / took, 1)
    report.row("questions answered, plans kept", done=triaged, per_s=rate, queries=round(len(captured) / orders, 1))
    return {"answered_per_s": rate, "triaged": triaged, "queries_an_order": round(len(captured) / orders, 1)}


def _kept(report: Report, orders: int) -> dict[str, float]:
    """Many writers want one level that has units for half of them."""
    from django.db.models import F

    from ordersops.accounts.models import User
    from ordersops.audit.actions import atomic
    from ordersops.errors import Conflict
    from ordersops.orders.models import Order
    from ordersops.stock.actions import Wanted, reserve
    from ordersops.stock.models import Level
    from tests.factories import LevelFactory, OrderFactory
    from tests.kernel.threads import at_once

    system, level = User.objects.system(), LevelFactory(on_hand=WRITERS // 2)
    took: list[float] = []

    def keep(order: Order) -> None:
        start = time.perf_counter()
        with atomic():
            Order.objects.select_for_update().get(pk=order.pk)
            line = order.lines.get()
            reserve(order=order, wanted=[Wanted(line.pk, level.pk, 1)], by=system)
        took.append(time.perf_counter() - start)

    results = at_once([partial(keep, order) for order in OrderFactory.create_batch(WRITERS, store=level.store)])
    refused = sum(isinstance(one, Conflict) for one in results)
    oversold = Level.objects.filter(reserved__gt=F("on_hand")).count()
    report.row(f"kept by {WRITERS} at once", done=len(took), refused=refused, **spread(took))
    return {"kept": len(took), "refused": refused, "oversold": oversold, "keep_p95_ms": spread(took)["p95_ms"]}


if __name__ == "__main__":
    main()
