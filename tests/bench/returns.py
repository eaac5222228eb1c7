"""Returns: worked cases judged a second, and the cost of a batch of requests that become cases, in the database.

Nothing waits for a network. `--quick` takes smaller samples.
"""

import time

from tests.bench.report import Report, arguments
from tests.bench.stage import stage


def main() -> None:
    asked = arguments(__doc__ or "")
    report = Report("returns", as_json=asked.json)
    rounds, requests = (10, 40) if asked.quick else (100, 400)
    with stage() as on:
        on.django()
        judged = _judged(report, rounds)
        answered, cases = _answered(report, requests)
        report.summary(
            {"a return is judged within 10 ms": judged > 100, "every request became a case": cases == requests},
            judged_per_s=judged, answered_per_s=answered, cases=cases,
        )  # fmt: skip


def _judged(report: Report, rounds: int) -> float:
    from returns.eligibility import judge
    from tests.returns.worked_cases import WORKED

    ready = [(case.request(), case.policy()) for case in WORKED]
    start = time.perf_counter()
    for _ in range(rounds):
        for request, policy in ready:
            judge(request, policy)
    rate = round(rounds * len(ready) / (time.perf_counter() - start), 1)
    report.row("judged: twelve checks, outcome, alternatives", done=rounds * len(ready), per_s=rate)
    return rate


def _answered(report: Report, count: int) -> tuple[float, int]:
    from ordersops.accounts.actions import sync_roles
    from ordersops.advice.jobs import answer
    from ordersops.cases.models import Case
    from ordersops.stores.actions import connect
    from tests.returns.shop import asked_for, delivered_order

    system = sync_roles()
    store = connect(name="Bench of returns", platform="generic", by=system, currency="USD")
    for number in range(count):
        asked_for(delivered_order(store, email=f"a{number}@customer.example"))
    start = time.perf_counter()
    while answer():
        pass
    rate = round(count / (time.perf_counter() - start), 1)
    cases = Case.objects.filter(store=store, lane="returns").count()
    report.row("requests answered: evidence, checks, advice, case", done=count, per_s=rate, cases=cases)
    return rate, cases


if __name__ == "__main__":
    main()
