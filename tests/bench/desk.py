"""The pages of the desk: time on the server and queries, while the number of orders grows.

Pages are asked for in this process, through all middleware, by a signed-in supervisor, each time about another row.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any

from tests.bench.report import Report, arguments, percentile, spread
from tests.bench.stage import stage

if TYPE_CHECKING:
    from tests.bench.past import Past

AIM_MS = 50.0


def main() -> None:
    asked = arguments(__doc__ or "", ("--plans", "name the slowest statements of each page"))
    report = Report("desk", as_json=asked.json)
    sizes, calls = ((1000, 20_000), 30) if asked.quick else ((1000, 100_000, 1_000_000), 50)
    with stage() as on:
        on.django()
        from tests.bench.past import begin

        past = begin(on, stories=50 if asked.quick else 120)
        slowest: dict[str, dict[int, float]] = {}
        queries: dict[str, dict[int, int]] = {}
        failed: list[str] = []
        for size in sizes:
            took = past.grow(size)
            report.say(f"\n{size:,} orders ({took:.0f} s to make them)")
            for page, urls in pages(past).items():
                found = _measure(past, urls(), calls, 0.5 if asked.quick else 20)
                failed += found.failures
                slowest.setdefault(page, {})[size] = round(percentile(found.times, 0.95) * 1000, 1)
                queries.setdefault(page, {})[size] = max(found.queries)
                report.row(
                    page, orders=size, calls=len(found.times), **spread(found.times), python_ms=round(median(found.python) * 1000, 1),
                    database_ms=round(median(found.database) * 1000, 1), queries=max(found.queries), failed=len(found.failures),
                )  # fmt: skip
                for words, seconds in found.statements.most_common(4) if asked.plans else ():
                    report.say(f"      {seconds / len(found.times) * 1000:8.1f} ms  {words}")
        for failure in failed[:5]:
            report.say(failure)
        most, least = sizes[-1], sizes[0]
        # Rows differ: one order has a dispute or an attack to show, another has not.
        grew = [page for page, of in queries.items() if of[most] > of[least] + 2]
        worst = max(slowest, key=lambda page: slowest[page][most])
        report.summary(
            {
                f"every page under {AIM_MS:.0f} ms at p95, {most:,} orders": slowest[worst][most] < AIM_MS,
                "every page answers": not failed,
                "queries do not grow": not grew,
            },
            **{f"{page}_p95_ms": of[most] for page, of in slowest.items()},
            slowest_page=worst,
            queries_grew=", ".join(grew) or "none",
            orders=most,
        )


def pages(past: "Past") -> dict[str, Callable[[], Iterator[str]]]:
    """Each page with endless addresses, of another row each time."""
    from django.urls import reverse

    from ordersops.cases.models import Case
    from ordersops.lists import write_cursor
    from ordersops.orders.models import Order

    open_cases = _some(past, "SELECT id FROM cases_case WHERE state = 'open'")
    decided = _some(past, "SELECT id FROM cases_case WHERE state = 'decided'")
    sampled = _some(past, "SELECT id FROM bench_map WHERE full_copy")
    orders = _some(past, "SELECT id FROM orders_order WHERE placed_at IS NOT NULL")
    rows = list(Order.objects.filter(pk__in=orders).only("number", "email", "name", "placed_at", "external_id"))
    words = [row.name.split()[0] for row in rows if row.name]
    skus = _some(past, "SELECT sku FROM (SELECT DISTINCT lower(sku) AS sku FROM orders_line WHERE sku <> '') s")
    queue, listed = reverse("queue", args=["fraud"]), reverse("orders")
    about = list(Case.objects.filter(pk__in=open_cases).select_related("order"))
    return {
        "home": _same(reverse("home")),
        "queue": _same(queue),
        "queue, high band": _same(f"{queue}?band=high"),
        "queue, search": _each(f"{queue}?q={one.order.number.lstrip('#')}" for one in about),
        "case, open": _each(reverse("case", args=[pk]) for pk in open_cases),
        "case, decided": _each(reverse("case", args=[pk]) for pk in decided),
        "decision bar": _each(reverse("_case_bar", args=[pk]) for pk in open_cases),
        "order": _each(reverse("order", args=[pk]) for pk in sampled),
        "orders": _same(listed),
        "orders, further down": _each(f"{listed}?cursor={write_cursor(row.placed_at.isoformat(), str(row.pk))}" for row in rows),
        "orders, waiting for risk": _same(f"{listed}?stage=risk"),
        "orders, on hold": _same(f"{listed}?on_hold=1"),
        "orders, one month": _each(f"{listed}?since={row.placed_at.date()}&until={row.placed_at.date()}" for row in rows),
        "search, number": _each(f"{listed}?q={row.number.lstrip('#')}" for row in rows),
        "search, e-mail": _each(f"{listed}?q={row.email}" for row in rows),
        "search, name": _each(f"{listed}?q={row.name.replace(' ', '+')}" for row in rows),
        "search, first name": _each(f"{listed}?q={word}" for word in words),
        "search, SKU": _each(f"{listed}?q={sku}" for sku in skus),
        "effects": _same(reverse("effects")),
        "intake": _same(reverse("intake")),
        "deliveries": _same(reverse("deliveries")),
        "audit": _same(reverse("audit")),
        "audit of an order": _each(f"{reverse('audit')}?order={pk}" for pk in sampled),
    }


@dataclass
class Measured:
    """Seconds, queries, processor seconds of this process and seconds in the database, of each call; and what failed."""

    times: list[float] = field(default_factory=list)
    queries: list[int] = field(default_factory=list)
    python: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    statements: Counter[str] = field(default_factory=Counter)


def _measure(past: "Past", addresses: Iterator[str], calls: int, longest: float) -> Measured:
    """Call up to `calls` times, or until `longest` seconds are spent. Three calls before that warm templates, plans and caches."""
    from django.test import Client

    from tests.bench.pipeline import Asked

    client = Client(raise_request_exception=False, SERVER_NAME="127.0.0.1")
    client.force_login(past.supervisor)
    found = Measured()
    for number in range(calls + 3):
        address = next(addresses)
        with Asked().listening() as asked:
            start, cpu = time.perf_counter(), time.process_time()
            answer = client.get(address)
            took, worked = time.perf_counter() - start, time.process_time() - cpu
        if answer.status_code != 200:
            found.failures.append(f"{address} answered {answer.status_code}.")
        if number >= 3:
            found.times.append(took)
            found.python.append(worked)
            found.database.append(asked.seconds)
            found.queries.append(asked.queries)
            found.statements.update(asked.times)
            if sum(found.times) > longest and number > 8:
                break
    return found


def _some(past: "Past", statement: str) -> list[Any]:
    """Sixty values, the same for the same data."""
    return [row[0] for row in past.on.rows(f"SELECT * FROM ({statement}) AS found ORDER BY md5(found::text) LIMIT 60")]


def _same(address: str) -> Callable[[], Iterator[str]]:
    return _each(iter([address]))


def _each(addresses: Iterator[str]) -> Callable[[], Iterator[str]]:
    known = list(addresses)

    def endless() -> Iterator[str]:
        while True:
            yield from known

    return endless


if __name__ == "__main__":
    main()
