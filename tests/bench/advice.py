"""Advice: snapshots and verifications a second, masking, the scorecard, and what a consultation costs beyond the model's own time.

The advisor's service is a stub on loopback that answers at once. `--quick` takes smaller samples.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.bench.report import Report, arguments, spread
from tests.bench.stage import stage

if TYPE_CHECKING:
    from ordersops.advice.facts import Evidence
    from tests.advice.evidence import Case

CLAIMS = 30


def main() -> None:
    asked = arguments(__doc__ or "")
    report = Report("advice", as_json=asked.json)
    samples, orders = (300, 5) if asked.quick else (2000, 60)
    with stage() as on:
        on.django()
        from tests.advice.evidence import mixed
        from tests.bench.past import begin

        past = begin(on, stories=12 if asked.quick else 100)
        known = mixed(200)
        found: dict[str, float] = {}
        found["advise_per_s"] = _rate(report, "scorecard advises", samples, known, _advise)
        found["freeze_per_s"] = _rate(report, "snapshots frozen and named", samples, known, _freeze)
        found["stored_per_s"] = _store(report, samples // 3)
        found["mask_p95_ms"] = _each(report, "masking of a snapshot", samples // 3, known, _mask)
        found["verify_p95_ms"] = _each(report, f"an answer of {CLAIMS} claims with prose", samples // 3, _long_answers(), _verify)
        found |= _consult(report, past, orders)
        report.summary(
            {
                f"{CLAIMS} claims verified within 5 ms (p95)": found["verify_p95_ms"] < 5,
                "answers of the bench hold": all(case.examined().verified for case in _long_answers()),
                "every consultation was answered": found["answered"] == found["consulted"] > 0,
            },
            **found,
        )


def _rate(report: Report, what: str, count: int, things: list[Any], work: Callable[[Any], object]) -> float:
    start = time.perf_counter()
    for number in range(count):
        work(things[number % len(things)])
    rate = round(count / (time.perf_counter() - start), 1)
    report.row(what, done=count, per_s=rate)
    return rate


def _each(report: Report, what: str, count: int, things: list[Any], work: Callable[[Any], object]) -> float:
    """Processor time of each; returns its 95th percentile."""
    took = []
    for number in range(count):
        start = time.thread_time()
        work(things[number % len(things)])
        took.append(time.thread_time() - start)
    figures = {name: round(value, 3) for name, value in spread(took).items()}
    report.row(what, done=count, **figures)
    return figures["p95_ms"]


def _advise(known: "Evidence") -> None:
    from ordersops.advice.scorecard import advise
    from ordersops.cases.lanes import lane

    this = lane("fraud")
    advise(lane=this, evidence=known, signals=this.signals(known), possible=list(this.outcomes))


def _freeze(known: "Evidence") -> None:
    from ordersops.advice.facts import sha256

    sha256(known.canonical())


def _mask(known: "Evidence") -> None:
    from ordersops.advice.masking import masked

    masked(known)


def _verify(case: "Case") -> None:
    case.examined()


def _store(report: Report, count: int) -> float:
    """Frozen, named and inserted, a hundred at a time, as a batch of answers does it."""
    from django.utils import timezone

    from ordersops.advice.facts import SCHEMA, sha256
    from ordersops.advice.models import Snapshot
    from ordersops.orders.models import Order
    from tests.advice.evidence import mixed

    order, now = Order.objects.order_by("pk")[0], timezone.now()
    known = mixed(count, seed=7)
    start = time.perf_counter()
    for first in range(0, count, 100):
        rows = []
        for one in known[first : first + 100]:
            body = one.canonical()
            rows.append(
                Snapshot(sha256=sha256(body), store_id=order.store_id, lane="fraud", order=order, schema=SCHEMA, body=body, taken_at=now)
            )
        Snapshot.objects.bulk_create(rows, ignore_conflicts=True)
    rate = round(count / (time.perf_counter() - start), 1)
    report.row("snapshots frozen and stored", done=count, per_s=rate)
    return rate


def _long_answers() -> list["Case"]:
    """The models' answers of the tests, with true claims added until there are thirty."""
    from dataclasses import replace

    from ordersops.advice.verify import Claim
    from tests.advice.evidence import models

    long = []
    for case in models():
        claims = list(case.answer.claims)
        cited = {claim.fact for claim in claims} | {fact for one in case.signals for fact in one.facts}
        for fact in case.evidence:
            if fact.state == "present" and fact.trust != "customer" and fact.key not in cited and len(claims) < CLAIMS:
                claims.append(Claim(fact.key, "present", None, "for", f"{fact.label}: known"))
        numbers = [claim for claim in claims if claim.op in {"ge", "gt"} and type(claim.value) is int]
        for below in range(1, CLAIMS):
            claims += [replace(one, value=one.value - below, sentence="") for one in numbers[: CLAIMS - len(claims)]]
        long.append(replace(case, answer=replace(case.answer, claims=claims[:CLAIMS])))
    return long


def _consult(report: Report, past: Any, orders: int) -> dict[str, float]:
    """Suspicious orders are put to an advisor that answers at once: what a consultation costs is ours, from the claim of its row to the new advice.

    First one at a time, as one reviewer waits for it, then many side by side, as a worker takes them.
    """
    from ordersops.advice import consult
    from ordersops.advice.models import Consultation
    from tests.bench import pipeline
    from tests.bench.orders import Teller

    teller = Teller(past.shop, seed=23)

    def raised(count: int) -> int:
        """So many suspicious orders; returns how many of them are put to the advisor."""
        pipeline.deliver(teller.placed(count, suspicious=1.0), past.shop.path)
        pipeline.drain()
        pipeline.answer()
        return Consultation.objects.filter(state="pending").count()

    with _service():
        raised(4)
        while consult.consult():
            pass  # the first call loads the SDK and opens the connections
        alone = []
        for _ in range(orders):
            for _ in range(raised(1)):
                start = time.perf_counter()
                consult.consult()
                alone.append(time.perf_counter() - start)
        figures = spread(alone)
        report.row("a consultation alone", done=len(alone), **figures)
        waiting = raised(orders * 2)
        start = time.perf_counter()
        while consult.consult():
            pass
        rate = round(waiting / (time.perf_counter() - start), 1)
    report.row("consultations side by side", done=waiting, per_s=rate)
    states = list(Consultation.objects.values_list("state", flat=True))
    return {
        "overhead_p50_ms": figures["p50_ms"], "overhead_p95_ms": figures["p95_ms"], "consultations_per_s": rate,
        "consulted": len(states), "answered": states.count("answered"),
    }  # fmt: skip


@contextmanager
def _service() -> Iterator[None]:
    """A service of the advisor that says the same to everything, at once."""
    from ordersops.advice.answers import Answer
    from ordersops.advice.verify import Claim
    from tests.advice.advisors.stub import answering

    claims = [Claim(fact, "present", None, "for", "") for fact in ("units", "placed_at", "number", "total", "prior_orders", "store_usual")]
    why_not = {"outcome": "release", "why_not": "Too much speaks for risk."}
    with answering(Answer("decline", 70, "medium", claims, (), (), (why_not,), "Several signs agree."), ADVISOR_QUIET=0):
        yield


if __name__ == "__main__":
    main()
