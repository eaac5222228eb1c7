"""Effects: how many a second reach a store whose every answer takes 20 ms, and the lag from a decision to its settled effect.

The store is a stub on loopback; each effect is looked at, written and read back, three calls. `--quick` takes smaller samples.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.bench.report import Report, arguments, spread
from tests.bench.stage import stage

if TYPE_CHECKING:
    from ordersops.stores.models import Store
    from tests.effects.shop import Shop

ANSWER_SECONDS = 0.02
CALLS = 3


def main() -> None:
    asked = arguments(__doc__ or "")
    report = Report("effects", as_json=asked.json)
    samples = 30 if asked.quick else 300
    with stage() as on:
        on.django()
        with _store() as (store, shop):
            rate = _drain(report, store, shop, samples)
            lags = _lags(report, store, shop, samples)
            written = len(shop.writes)
        report.summary(
            {"each effect written once": written == 2 * samples},
            effects_per_s=rate, lag_p50_ms=lags["p50_ms"], lag_p95_ms=lags["p95_ms"], written=written, effects=2 * samples,
        )  # fmt: skip


@contextmanager
def _store() -> "Iterator[tuple[Store, Shop]]":
    """A store whose connector leads to the stub."""
    from ordersops.effects.connectors import CONNECTORS
    from tests.effects.shop import open_shop
    from tests.factories import StoreFactory

    CONNECTORS["generic"] = "tests.effects.shop.Loopback"
    with open_shop(keyed=True, pause=ANSWER_SECONDS) as shop:
        store = StoreFactory(api_url=shop.address)
        store.api_key = "a key of the bench"
        store.save()
        yield store, shop


def _effects(store: "Store", count: int) -> list[Any]:
    """So many effects that are due, each on an order of its own."""
    from django.utils import timezone

    from tests.factories import CaseFactory, DecisionFactory, EffectFactory, OrderFactory, UserFactory

    person, due = UserFactory(), timezone.now() - timedelta(seconds=1)
    return [
        EffectFactory(
            decision=DecisionFactory(case=CaseFactory(order=OrderFactory(store=store), store=store), by=person),
            kind="order.tag", arguments={"add": ["reviewed"]}, due_at=due,
        )
        for _ in range(count)
    ]  # fmt: skip


def _drain(report: Report, store: "Store", shop: "Shop", count: int) -> float:
    """All that is due, by one worker."""
    from ordersops.effects import jobs

    _effects(store, count)
    start = time.perf_counter()
    while jobs.send():
        pass
    seconds = time.perf_counter() - start
    report.row("due effects, one worker", done=count, seconds=round(seconds, 2), per_s=round(count / seconds, 1))
    return round(count / seconds, 1)


def _lags(report: Report, store: "Store", shop: "Shop", count: int) -> dict[str, float]:
    """One at a time: from the moment that it is due to the moment that it is settled, with no hold window."""
    from ordersops.effects import jobs
    from ordersops.effects.models import Effect

    lags = []
    for _ in range(count):
        (effect,) = _effects(store, 1)
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
