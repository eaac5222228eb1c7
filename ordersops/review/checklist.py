"""The lane's checklist on one case: what the evidence answers by itself, what a person ticked, and what is open."""

from collections.abc import Iterable
from dataclasses import dataclass

from ordersops.advice.facts import Evidence
from ordersops.advice.models import Recommendation
from ordersops.advice.verify import Claim, verify
from ordersops.cases.lanes import Check, Lane, lane
from ordersops.cases.models import Case
from ordersops.review.models import Tick
from ordersops.rollout.content import Content


@dataclass(frozen=True, slots=True)
class Item:
    """`answer` is what the evidence says: yes, no, or "" where it does not know. `rests_on` are the facts it says it from, as labels."""

    check: Check
    answer: str
    rests_on: tuple[str, ...]
    tick: Tick | None

    @property
    def is_open(self) -> bool:
        return self.tick is None and self.answer != "yes"


def items(about: Lane, evidence: Evidence | None, ticks: Iterable[Tick]) -> list[Item]:
    """The checklist in the lane's order."""
    ticked = {tick.item: tick for tick in ticks}
    return [_item(check, evidence, ticked.get(check.key)) for check in about.checklist]


def _item(check: Check, evidence: Evidence | None, tick: Tick | None) -> Item:
    if evidence is None or not check.claims:
        return Item(check, "", (), tick)
    checked = verify([Claim(fact, op, value, "against", "") for fact, op, value in check.claims], evidence)
    known = [one for one in checked if evidence.has(one.fact)]
    # One fact that says no is an answer; yes needs all of them.
    answer = "no" if any(not one.verified for one in known) else "yes" if len(known) == len(checked) else ""
    says = [one for one in known if not one.verified] if answer == "no" else known
    return Item(check, answer, tuple(evidence.facts[one.fact].label for one in says), tick)


def in_the_way(case: Case, recommendation: Recommendation, policy: Content) -> str:
    """Why nobody can decide yet: the policy of the advice wants a complete checklist, and items are open. "" where nothing is."""
    if not policy.checklist_required:
        return ""
    found = [item for item in items(lane(case.lane), recommendation.snapshot.evidence, case.ticks.all()) if item.is_open]
    return f"The checklist must be complete first. Open: {'; '.join(item.check.sentence for item in found)}." if found else ""
