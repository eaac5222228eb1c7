"""Outgoing messages: how many events a second are spread to subscribers and delivered, and what listening costs those who write history.

The receivers are stubs on loopback that answer at once. `--quick` takes smaller samples.
"""

import time
from typing import Any

from tests.bench.report import Report, arguments, spread
from tests.bench.stage import stage

SUBSCRIBERS = 5
MOST_DELIVERED = 1600


def main() -> None:
    asked = arguments(__doc__ or "")
    report = Report("notifications", as_json=asked.json)
    events = 200 if asked.quick else 5000
    with stage() as on:
        on.django()
        _run(report, events)


def _run(report: Report, events: int) -> None:
    from ordersops.accounts.actions import give_role, invite
    from ordersops.accounts.models import User
    from ordersops.notifications.models import Outgoing
    from ordersops.stores.actions import connect
    from tests.factories import OrderFactory
    from tests.notifications.receiver import listening
    from tests.notifications.scene import subscribe

    system = User.objects.system()
    store = connect(name="Bench", platform="generic", by=system)
    admin = invite(email="admin@bench.example", name="Ada Min", by=system)
    give_role(person=admin, role="admin", store=store, by=system)
    orders = OrderFactory.create_batch(200, store=store)
    _read()
    alone = _write(report, "events written, nobody listens", orders, admin, events)
    mark = _read()
    report.row("read, nobody listens", events=mark[0], seconds=round(mark[1], 3), per_s=round(mark[0] / mark[1]))
    with listening() as receiver:
        for _ in range(SUBSCRIBERS):
            subscribe(admin, receiver.address, store, "order.held")
        _read()
        heard = _write(report, "events written, five listen", orders, admin, events)
        count, seconds = _read()
        rows = Outgoing.objects.count()
        report.row("spread to five", events=count, seconds=round(seconds, 3), per_s=round(count / seconds))
        delivered, sending = _deliver(rows)
        report.row("delivered, one worker", events=delivered, seconds=round(sending, 2), per_s=round(delivered / sending))
        report.summary(
            {"one row for each event and subscriber": rows == events * SUBSCRIBERS, "sent once each": len(receiver.told) == delivered},
            write_us_alone=alone, write_us_heard=heard, spread_events_per_s=round(count / seconds), spread_rows_per_s=round(rows / seconds),
            delivered_per_s=round(delivered / sending), delivered=delivered, rows=rows, idle_look_ms=_idle(),
        )  # fmt: skip


def _write(report: Report, what: str, orders: list[Any], by: Any, count: int) -> float:
    """Microseconds for one event, in units of twenty."""
    from ordersops.audit.actions import atomic, record
    from ordersops.audit.verbs import Verb
    from ordersops.ids import uuid7

    start = time.perf_counter()
    for first in range(0, count, 20):
        with atomic():
            for place in range(first, min(first + 20, count)):
                record(Verb.ORDER_HELD, by=by, order=orders[place % len(orders)], hold=uuid7(), reason="fraud")
    each = (time.perf_counter() - start) / count
    report.row(what, events=count, seconds=round(each * count, 3), per_s=round(1 / each))
    return round(each * 1e6, 1)


def _read() -> tuple[int, float]:
    from ordersops.notifications.fan_out import fan_out

    count, start = 0, time.perf_counter()
    while found := fan_out():
        count += found
    return count, time.perf_counter() - start


def _deliver(rows: int) -> tuple[int, float]:
    from ordersops.notifications.delivery import deliver

    count, start = 0, time.perf_counter()
    while count < min(rows, MOST_DELIVERED) and time.perf_counter() - start < 60:
        count += deliver()
    return count, time.perf_counter() - start


def _idle() -> float:
    """Milliseconds of the look that is taken each second, at the median."""
    from ordersops.notifications.fan_out import oldest_unread

    looks = []
    for _ in range(200):
        start = time.perf_counter()
        oldest_unread()
        looks.append(time.perf_counter() - start)
    return spread(looks)["p50_ms"]


if __name__ == "__main__":
    main()
