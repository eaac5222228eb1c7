"""Effects: how many a second reach stores whose every answer takes 20 ms, and the lag from a decision to its settled effect.

The stores are stubs on loopback; each effect is looked at, written and read back, three calls. One worker sends to one store
(no more than PER_STORE at once), then to four, then to four of which one takes two seconds for each answer: what of the others
is delayed by it? `--quick` takes smaller samples.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any

from tests.bench.report import Report, arguments, spread
from tests.bench.stage import stage

if TYPE_CHECKING:
    from ordersops.stores.models import Store
    from tests.effects.shop import Shop

ANSWER_SECONDS, SLOW_SECONDS = 0.02, 2.0
STORES = 4
CALLS = 3


def main() -> None:
    asked = arguments(__doc__ or "")
    report = Report("effects", as_json=asked.json)
    samples = 30 if asked.quick else 300
    with stage() as on:
        on.django()
        with _stores() as found:
            stores, shops = [store for store, _ in found], [shop for _, shop in found]
            rate = _drain(report, "one store", stores[:1], samples)
            rates = _drain(report, f"{STORES} stores", stores, samples)
            lags = _lags(report, stores[0], samples)
            beside = _beside_a_slow_one(report, stores, shops, samples)
            written, effects = sum(len(shop.writes) for shop in shops), 4 * samples
        report.summary(
            {"each effect written once": written == effects},
            effects_per_s=rate, effects_per_s_of_four_stores=rates, beside_a_slow_store_per_s=beside,
            lag_p50_ms=lags["p50_ms"], lag_p95_ms=lags["p95_ms"], written=written, effects=effects,
        )  # fmt: skip


@contextmanager
def _stores() -> "Iterator[list[tuple[Store, Shop]]]":
    """Stores whose connector leads to the stubs."""
    from ordersops.effects.connectors import CONNECTORS
    from tests.effects.shop import open_shop
    from tests.factories import StoreFactory

    CONNECTORS["generic"] = "tests.effects.shop.Loopback"
    with ExitStack() as stack:
        shops = [stack.enter_context(open_shop(keyed=True, pause=ANSWER_SECONDS)) for _ in range(STORES)]
        yield [(StoreFactory(api_url=shop.address, api_key="a key of the bench"), shop) for shop in shops]


def _effects(stores: "Sequence[Store]", count: int) -> list[Any]:
    """So many effects that are due, each on an order of its own, in turn for each store."""
    from django.utils import timezone

    from tests.factories import CaseFactory, DecisionFactory, EffectFactory, OrderFactory, UserFactory

    person, due = UserFactory(), timezone.now() - timedelta(seconds=1)
    return [
        EffectFactory(
            decision=DecisionFactory(case=CaseFactory(order=OrderFactory(store=store), store=store), by=person),
            kind="order.tag", arguments={"add": ["reviewed"]}, due_at=due,
        )
        for store in islice(cycle(stores), count)
    ]  # fmt: skip


def _drain(report: Report, name: str, stores: "Sequence[Store]", count: int) -> float:
    """All that is due, by one worker."""
    from ordersops.effects import jobs

    _effects(stores, count)
    start = time.perf_counter()
    while jobs.send():
        pass
    seconds = time.perf_counter() - start
    report.row(f"due effects of {name}, one worker", done=count, seconds=round(seconds, 2), per_s=round(count / seconds, 1))
    return round(count / seconds, 1)


def _beside_a_slow_one(report: Report, stores: "Sequence[Store]", shops: "Sequence[Shop]", count: int) -> float:
    """How many a second the others get while one store answers slowly. Its own few come last; then it is quick again."""
    from django.db.models import Max
    from django.utils import timezone

    from ordersops.effects import jobs
    from ordersops.effects.models import Effect

    few = min(8, count // 4)
    slow, others = _effects(stores[:1], few), _effects(stores[1:], count - few)
    shops[0].pause, start = SLOW_SECONDS, timezone.now()
    while jobs.send():
        pass
    shops[0].pause = ANSWER_SECONDS
    ends = [
        Effect.objects.filter(pk__in=[one.pk for one in some]).aggregate(last=Max("settled_at"))["last"] for some in (others, slow)
    ]  # fmt: skip
    seconds, slow_seconds = ((end - start).total_seconds() for end in ends)
    rate = round(len(others) / seconds, 1)
    report.row(
        "beside a slow store, one worker", done=len(others), seconds=round(seconds, 2), per_s=rate, slow_ones_seconds=round(slow_seconds, 2)
    )
    return rate


def _lags(report: Report, store: "Store", count: int) -> dict[str, float]:
    """One at a time: from the moment that it is due to the moment that it is settled, with no hold window."""
    from ordersops.effects import jobs
    from ordersops.effects.models import Effect

    lags = []
    for _ in range(count):
        (effect,) = _effects([store], 1)
        start = time.perf_counter()
        while not Effect.objects.filter(pk=effect.pk, state="done").exists():
            jobs.send()
        lags.append(time.perf_counter() - start)
    found = spread(lags)
    report.row(
        "due to settled, one at a time", done=count, **found, beyond_the_store_ms=round(found["p50_ms"] - CALLS * ANSWER_SECONDS * 1000, 1)
    )
    return found


if __name__ == "__main__":
    main()
