"""The desk: time on the server and queries of its pages and acts, with 100,000 open cases while the number of orders grows.

Pages are asked for in this process, through all middleware, by a signed-in supervisor, each time about another row; a reviewer takes
cases and approves them. Each open case has an order of its own, besides those that are counted. In the end two hundred reviewers empty
a queue together: no case twice, none lost.
"""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any

from tests.bench.crowd import gather, holds
from tests.bench.pages import pages
from tests.bench.report import Report, arguments, percentile, spread
from tests.bench.stage import stage

if TYPE_CHECKING:
    from django.test import Client

    from ordersops.accounts.models import User
    from tests.bench.past import Past
    from tests.bench.pipeline import Asked

AIM_MS = 50.0


@dataclass(frozen=True)
class Size:
    """How much of everything, and the most seconds for a page, for the acts and for the reviewers."""

    orders: tuple[int, ...]
    open_cases: int
    stories: int
    calls: int
    page: float
    acts: float
    reviewers: int
    queue: int
    crowd: float


QUICK = Size((1000, 8000), 3000, 25, 15, 0.15, 1.5, 60, 100, 15)
FULL = Size((1000, 100_000, 1_000_000), 100_000, 120, 40, 3, 10, 200, 2000, 90)


def main() -> None:
    asked = arguments(
        __doc__ or "", ("--plans", "name the slowest statements of each page"), ("--crowd", "the two hundred reviewers alone")
    )
    report, size = Report("desk", as_json=asked.json), QUICK if asked.quick else FULL
    with stage() as on:
        on.django()
        from tests.bench.past import begin

        bench = Bench(begin(on, stories=size.stories), report, size, plans=asked.plans)
        if not asked.crowd:
            bench.pages()
        bench.crowd()
        bench.tell()


class Bench:
    def __init__(self, past: "Past", report: Report, size: Size, *, plans: bool) -> None:
        self.past, self.report, self.size, self.plans = past, report, size, plans
        self.slowest: dict[str, dict[int, float]] = {}
        self.queries: dict[str, dict[int, int]] = {}
        self.failed: list[str] = []
        self.scans: dict[str, list[str]] = {}
        self.aims: dict[str, bool] = {}
        self.figures: dict[str, Any] = {}

    def pages(self) -> None:
        """Pages and acts at each number of orders."""
        from tests.bench.waiting import fill

        took = fill(self.past, self.size.open_cases)
        self.report.say(f"{self.size.open_cases:,} open cases ({took:.0f} s to make them)")
        for orders in self.size.orders:
            took = self.past.grow(self.size.open_cases + orders, open_cases=0)
            self.report.say(f"\n{orders:,} orders besides ({took:.0f} s to make them)")
            for page, urls in pages(self.past).items():
                self._tell(page, orders, _measure(self.past, urls(), self.size.calls, self.size.page))
            for act, found in _acts(self.past, self.size.calls, self.size.acts).items():
                self._tell(act, orders, found)
        least, most = self.size.orders[0], self.size.orders[-1]
        # Rows differ: one order has a dispute or an attack to show, another has not.
        grew = [page for page, of in self.queries.items() if of[most] > of[least] + 2]
        worst = max(self.slowest, key=lambda page: self.slowest[page][most])
        self.aims = {
            f"every page under {AIM_MS:.0f} ms at p95, {most:,} orders": self.slowest[worst][most] < AIM_MS,
            "every page answers": not self.failed,
            "queries do not grow": not grew,
            "no large table read from end to end": not self.scans,
        }
        self.figures = {
            **{f"{page}_p95_ms": of[most] for page, of in self.slowest.items()},
            "slowest_page": worst, "queries_grew": ", ".join(grew) or "none", "orders": most, "open_cases": self.size.open_cases,
        }  # fmt: skip

    def _tell(self, page: str, orders: int, found: "Measured") -> None:
        self.failed += found.failures
        self.slowest.setdefault(page, {})[orders] = round(percentile(found.times, 0.95) * 1000, 1)
        self.queries.setdefault(page, {})[orders] = max(found.queries, default=0)
        self.report.row(
            page, orders=orders, calls=len(found.times), **spread(found.times), python_ms=round(median(found.python or [0]) * 1000, 1),
            database_ms=round(median(found.database or [0]) * 1000, 1), queries=max(found.queries, default=0), failed=len(found.failures),
            scans=len(found.scans),
        )  # fmt: skip
        if found.scans and orders == self.size.orders[-1]:  # a small table is read faster so
            self.scans[page] = found.scans
        for words, seconds in found.statements.most_common(4) if self.plans else ():
            self.report.say(f"      {seconds / max(len(found.times), 1) * 1000:8.1f} ms  {words}")

    def crowd(self) -> None:
        """The reviewers who empty a queue together."""
        found = gather(self.past, reviewers=self.size.reviewers, cases=self.size.queue, longest=self.size.crowd)
        rate = round(found["done"] / max(found["seconds"], 0.001), 1)
        self.report.say(f"\n{found['reviewers']} reviewers on {found['connections']} connections, {self.size.queue:,} cases:")
        for verb in ("handing_out", "deciding"):
            times = found.pop(verb)
            self.report.row(verb.replace("_", " "), calls=len(times), **spread(times))
        refused = found["refused"]
        self.aims |= holds(found, self.size.queue)
        self.report.row("reviewers", **{name: value for name, value in found.items() if name != "refused"}, refused=len(refused))
        self.failed += sorted(set(refused))
        self.figures |= {"reviewers": found["reviewers"], "decisions": found["done"], "decisions_per_s": rate}

    def tell(self) -> None:
        for failure in self.failed[:5]:
            self.report.say(failure)
        for page, statements in self.scans.items():
            self.report.say(f"{page} reads from end to end: " + "; ".join(statements))
        self.report.summary(self.aims, **self.figures)


@dataclass
class Measured:
    """Seconds, queries, processor seconds of this process and seconds in the database, of each call; and what failed."""

    times: list[float] = field(default_factory=list)
    queries: list[int] = field(default_factory=list)
    python: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    statements: Counter[str] = field(default_factory=Counter)
    scans: list[str] = field(default_factory=list)

    def note(self, took: float, worked: float, asked: "Asked") -> None:
        self.times.append(took)
        self.python.append(worked)
        self.database.append(asked.seconds)
        self.queries.append(asked.queries)
        self.statements.update(asked.times)


def _client(person: "User") -> "Client":
    from django.test import Client

    client = Client(raise_request_exception=False, SERVER_NAME="127.0.0.1")
    client.force_login(person)
    return client


def _call(client: "Client", address: str, found: Measured, *, note: bool = True, posted: dict[str, Any] | None = None) -> str:
    """One request; returns where its answer leads."""
    from tests.bench.pipeline import Asked

    with Asked().listening() as asked:
        start, cpu = time.perf_counter(), time.process_time()
        answer = client.get(address) if posted is None else client.post(address, posted)
        took, worked = time.perf_counter() - start, time.process_time() - cpu
    if answer.status_code != (200 if posted is None else 303):
        found.failures.append(f"{address} answered {answer.status_code}.")
    if note:
        found.note(took, worked, asked)
    return answer.headers.get("Location", "")


def _measure(past: "Past", addresses: Iterator[str], calls: int, longest: float) -> Measured:
    """Call up to `calls` times, or until `longest` seconds are spent. Three calls before that warm templates, plans and caches."""
    from tests.bench.plans import Plans

    client, found = _client(past.supervisor), Measured()
    for number in range(calls + 3):
        _call(client, next(addresses), found, note=number >= 3)
        if sum(found.times) > longest and number > 8:
            break
    with Plans().listening() as plans:
        client.get(next(addresses))
    found.scans = plans.scans()
    return found


def _acts(past: "Past", calls: int, longest: float) -> dict[str, Measured]:
    """Taking the next case and approving it, as the desk's two buttons do: each a request, with what it plans outside and its history."""
    from django.urls import reverse

    from ordersops.cases.models import Case
    from tests.bench.plans import Plans

    client, taken, approved = _client(past.reviewer), Measured(), Measured()

    def both(*, note: bool) -> None:
        path = _call(client, reverse("queue_next", args=["fraud"]), taken, note=note, posted={})
        pk = path.split("?")[0].rstrip("/").rsplit("/", 1)[-1]
        case = Case.objects.filter(pk=pk).first() if len(pk) == 36 else None
        if case is None:
            taken.failures.append(f"Next led to {path!r}.")
            return
        refused = len(approved.failures)
        _call(client, reverse("case_approve", args=[case.pk]), approved, note=note, posted={"version": case.version})
        if len(approved.failures) > refused:  # nobody holds more than a few
            client.post(reverse("case_release", args=[case.pk]))

    for number in range(calls + 3):
        both(note=number >= 3)
        if (sum(taken.times) + sum(approved.times) > longest and number > 8) or len(taken.failures + approved.failures) > 3:
            break
    with Plans().listening() as plans:
        both(note=False)
    taken.scans = plans.scans()
    return {"next": taken, "approve": approved}


if __name__ == "__main__":
    main()
