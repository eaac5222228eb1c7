"""From deliveries to assessed orders and cases: orders a second, queries an order, and how soon a posted order is a case.

With an empty past and with many orders of history: the figures should not differ. `--profile` says where the time goes.
"""

import cProfile
import io
import pstats
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.bench.arrival import watch
from tests.bench.orders import Teller
from tests.bench.report import Report, arguments, spread
from tests.bench.stage import stage

if TYPE_CHECKING:
    from tests.bench.past import Past

BATCHES = (1, 10, 100)
RATE = 20.0  # orders a second
PATIENCE_SECONDS = 300.0

_LEFT = """
    SELECT (SELECT count(*) FROM intake_delivery WHERE state = 'pending'), (SELECT count(*) FROM advice_question WHERE state = 'pending'),
        (SELECT count(*) FROM intake_delivery WHERE state = 'dead'), (SELECT count(*) FROM advice_question WHERE state = 'dead')
"""


def main() -> None:
    asked = arguments(__doc__ or "", ("--profile", "print where one process spends its time, and stop"))
    report = Report("drain", as_json=asked.json)
    history, alone, together, seconds = (10_000, 100, 300, 5) if asked.quick else (200_000, 500, 5000, 20)
    with stage() as on:
        on.django()
        from tests.bench.past import begin

        past = begin(on, stories=40 if asked.quick else 120)
        bench = Bench(past, report)
        if asked.profile:
            bench.profile(alone * 3)
            return
        found: dict[str, Any] = {}
        for size in (0, history):
            if size:
                report.say(f"\n{size:,} orders of history ({past.grow(size):.0f} s to make them)")
            found[f"queries_{size}"] = bench.queries(size)
            bench.alone(size, alone)
            if size or not asked.quick:
                with on.up() as running:
                    bench.warm()
                    found[f"orders_per_s_history_{size}"] = bench.together(size, together)
                    if size:
                        arrivals = watch(
                            on.url, running, past.shop.path, bench.teller.placed(int(RATE * seconds), suspicious=0.5), rate=RATE
                        )
        cases = spread(arrivals.case)
        report.row("posted to answered", orders=len(arrivals.answered), **spread(arrivals.answered), not_200=arrivals.refused)
        report.row("posted to assessed", orders=len(arrivals.assessed), **spread(arrivals.assessed), not_200=arrivals.missing)
        report.row("posted to visible case", orders=len(arrivals.case), **cases, not_200=0)
        rate = found[f"orders_per_s_history_{history}"]
        empty, full = found.pop("queries_0"), found.pop(f"queries_{history}")
        report.summary(
            {
                "180 orders/s": rate >= 180,
                "a case within 1 s (p95)": bool(arrivals.case) and cases["p95_ms"] < 1000,
                "queries constant per batch": _constant(empty) and _constant(full) and _constant(bench.known),
                "nothing failed": not bench.dead() and not arrivals.missing and not arrivals.refused,
            },
            **found,
            history=history,
            queries_per_batch=max(full.values()),
            queries_per_batch_known=max(bench.known.values()),
            case_visible_p50_ms=cases["p50_ms"],
            case_visible_p95_ms=cases["p95_ms"],
            case_visible_max_ms=cases["max_ms"],
            dead=bench.dead(),
            never_assessed=arrivals.missing,
        )


def _constant(queries: dict[int, int]) -> bool:
    """Ninety orders more cost fewer than nine queries more: a step that has nothing to do asks nothing, and each attack is gathered by itself."""
    return queries[max(queries)] < queries[10] + 9


class Bench:
    def __init__(self, past: "Past", report: Report) -> None:
        self.past, self.report, self.on = past, report, past.on
        self.teller = Teller(past.shop)
        self.known: dict[int, int] = {}

    def queries(self, history: int) -> dict[int, int]:
        """Queries of one batch of each size: the same stories, all of them suspicious, so that every step has something to do."""
        from ordersops.advice import jobs as advice
        from ordersops.intake import jobs as intake
        from tests.bench.pipeline import Asked, deliver

        counts = {}
        for size in BATCHES:
            placed, paid = self.teller.placed_and_paid(size)
            for what, hooks in (("a batch", placed), ("a batch that is known", paid)):
                deliver(hooks, self.past.shop.path)
                with Asked().listening() as draining:
                    taken = intake.drain()
                with Asked().listening() as answering:
                    answered = advice.answer()
                if hooks is placed:
                    counts[size] = draining.queries + answering.queries
                self.known[size] = draining.queries + answering.queries
                self.report.row(
                    f"queries of {what}", history=history, deliveries=taken, drain=draining.queries, questions=answered,
                    answer=answering.queries, per_order=round(draining.queries / taken + answering.queries / max(answered, 1), 2),
                )  # fmt: skip
                while advice.answer():
                    pass
        return counts

    def alone(self, history: int, count: int) -> None:
        """One process does one thing at a time."""
        from tests.bench import pipeline

        pipeline.deliver(self.teller.placed(count), self.past.shop.path)
        for what, work in (("drain", pipeline.drain), ("answer", pipeline.answer)):
            cost = pipeline.cost_of(work)
            self.report.row(
                f"{what}, one process", history=history, orders=cost.done, per_s=round(cost.done / cost.clock),
                clock_ms=round(cost.clock / cost.done * 1000, 2), python_ms=round(cost.python / cost.done * 1000, 2),
                postgres_ms=round(cost.database / cost.done * 1000, 2),
            )  # fmt: skip

    def warm(self) -> None:
        """The clusters are ready once they have taken something."""
        from tests.bench.pipeline import deliver

        deliver(self.teller.placed(20), self.past.shop.path)
        self._wait()

    def together(self, history: int, count: int) -> float:
        """The two clusters as `up` runs them: from the moment at which all deliveries are there until the last order is assessed."""
        from tests.bench.pipeline import deliver

        hooks = self.teller.placed(count)
        before = self._counts()
        deliver(hooks, self.past.shop.path)
        start = time.perf_counter()
        drained = self._wait()
        took = time.perf_counter() - start
        orders, cases = (now - then for now, then in zip(self._counts(), before, strict=True))
        if orders != count:
            raise SystemExit(f"{count} orders were delivered, {orders} were assessed.")
        rate = round(orders / took, 1)
        self.report.row(
            "both clusters",
            history=history,
            orders=orders,
            cases=cases,
            seconds=round(took, 2),
            drained_after=round(drained, 2),
            per_s=rate,
        )
        return rate

    def _wait(self) -> float:
        """Until nothing waits; returns the seconds after which no delivery waited."""
        start = time.perf_counter()
        drained = 0.0
        while time.perf_counter() - start < PATIENCE_SECONDS:
            deliveries, questions, *_ = self.on.rows(_LEFT)[0]
            if not deliveries and not drained:
                drained = time.perf_counter() - start
            if not deliveries and not questions:
                return drained
            time.sleep(0.03)
        raise SystemExit(f"Not done after {PATIENCE_SECONDS:.0f} s.")

    def _counts(self) -> tuple[int, int]:
        """Orders that were assessed, and cases with their members."""
        statement = (
            "SELECT (SELECT count(DISTINCT order_id) FROM advice_recommendation),"
            " (SELECT count(*) FROM cases_case) + (SELECT count(*) FROM cases_member)"
        )
        assessed, cases = self.on.rows(statement)[0]
        return assessed, cases

    def dead(self) -> int:
        deliveries, questions = self.on.rows(_LEFT)[0][2:]
        return int(deliveries + questions)

    def profile(self, count: int) -> None:
        """By function and by statement, for each of the two steps."""
        from tests.bench import pipeline

        pipeline.deliver(self.teller.placed(50), self.past.shop.path)
        pipeline.drain()
        pipeline.answer()
        pipeline.deliver(self.teller.placed(count), self.past.shop.path)
        for what, work in (("drain", pipeline.drain), ("answer", pipeline.answer)):
            done, profile, asked = _profiled(work)
            print(f"\n=== {what}: {done} orders, {asked.queries} queries, {asked.seconds / done * 1000:.2f} ms an order in the database")
            for words, seconds in asked.times.most_common(12):
                print(f"  {seconds / done * 1000:7.3f} ms an order, {asked.by_statement[words]:4} times  {words}")
            for order, most in (("cumulative", 45), ("tottime", 25)):
                out = io.StringIO()
                pstats.Stats(profile, stream=out).strip_dirs().sort_stats(order).print_stats(most)
                print(out.getvalue())


def _profiled(work: Callable[[], int]) -> tuple[int, cProfile.Profile, Any]:
    from tests.bench.pipeline import Asked

    profile = cProfile.Profile(time.process_time)
    with Asked().listening() as asked:
        profile.enable()
        done = work()
        profile.disable()
    return done, profile, asked


if __name__ == "__main__":
    main()
