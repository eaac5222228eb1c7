"""What is in force: policy, mode and advisor for an order, from three queries for any number of orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from ordersops.advice.advisors import chosen, version_of
from ordersops.advice.facts import Evidence
from ordersops.advice.models import Recommendation
from ordersops.advice.verify import Claim, verify
from ordersops.cases.lanes import Lane, Policy
from ordersops.cases.lanes import lane as lane_named
from ordersops.rollout.content import Content, built_in
from ordersops.rollout.models import EVERYTHING, LADDER, Mode, PolicyVersion, Standing, Switch


@dataclass(frozen=True, slots=True)
class InForce:
    """What holds for one order now. `mode` is the effective one; where it is lower than the ladder's, `fell_back` says why."""

    lane: str
    scope: str
    store_of_policy: UUID | None  # None: the policy is that of every store
    content: Content
    policy: Policy
    advisor: str
    advisor_version: str  # with the advisor's name before it
    chosen_because: str
    standing: str
    mode: str
    fell_back: str = ""
    author: UUID | None = None  # who wrote the policy

    @property
    def version(self) -> str:
        return self.policy.version


class Book:
    """The policies, standings and kill switches of one lane, as they are at this moment."""

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self.policies = _in_force(lane.key)
        self.standings = {(row.store_id, row.scope): row for row in Standing.objects.filter(lane=lane.key)}
        self.switches = [row for row in Switch.objects.filter(effect="") if row.lane in {"", lane.key}]
        self._content: dict[UUID, Content] = {}
        self._known: dict[tuple[UUID | None, UUID | None], InForce] = {}

    def of(self, store_id: UUID, evidence: Evidence) -> InForce:
        """What holds for an order of the store: its first scope whose rule the evidence meets, a store's own before everybody's."""
        candidates = [row for row in self.policies if row.store_id in {store_id, None}]
        # A scope with a rule is narrower than `everything`; of two, the store's own goes first.
        candidates.sort(key=lambda row: (row.scope == EVERYTHING, row.store_id is None, row.scope))
        for row in candidates:
            if meets(row.rule, evidence):
                return self._of(store_id, row)
        return self._of(store_id, None)

    def of_all(self, store_id: UUID) -> InForce:
        """What holds in the store for the orders that no narrower scope takes: its own policy before everybody's."""
        rows = [row for row in self.policies if row.scope == EVERYTHING and row.store_id in {store_id, None}]
        return self._of(store_id, min(rows, key=lambda row: row.store_id is None, default=None))

    def of_policy(self, row: PolicyVersion | None, store_id: UUID | None = None) -> InForce:
        """What holds in one scope; None is the built-in policy."""
        return self._of(store_id, row)

    def stopped(self, store_id: UUID | None) -> Switch | None:
        """The kill switch that stops this lane's automation in the store."""
        return next((row for row in self.switches if row.store_id is None or row.store_id == store_id), None)

    def _of(self, store_id: UUID | None, row: PolicyVersion | None) -> InForce:
        key = (store_id, row.pk if row else None)
        if key not in self._known:
            self._known[key] = self._look(store_id, row)
        return self._known[key]

    def _look(self, store_id: UUID | None, row: PolicyVersion | None) -> InForce:
        content = self._read(row) if row else built_in(self.lane)
        version = row.version if row else f"{self.lane.policy.version} (built in)"
        scope, where = (row.scope, row.store_id) if row else (EVERYTHING, None)
        key, why = chosen(self.lane, content.advisor, by=version)
        name = version_of(key, self.lane)
        standing = self.standings.get((where, scope))
        mode, fell_back = Mode.SHADOW.value, ""
        if standing is not None:
            mode = standing.mode
            if standing.policy_version != version and lower(Mode.SHADOW, mode):
                mode, fell_back = Mode.SHADOW.value, "The policy has changed."
            elif standing.advisor != name and lower(Mode.SHADOW, mode):
                mode, fell_back = Mode.SHADOW.value, "The advisor, its model or its prompt has changed."
        if lower(content.highest_mode, mode):
            mode, fell_back = content.highest_mode, "The policy allows no more."
        if (switch := self.stopped(store_id)) and lower(Mode.ASSIST, mode):
            mode, fell_back = Mode.ASSIST.value, f"Stopped by hand: {switch.why}"
        return InForce(
            lane=self.lane.key, scope=scope, store_of_policy=where, content=content, policy=content.policy(version), advisor=key,
            advisor_version=name, chosen_because=why, standing=standing.mode if standing else Mode.SHADOW.value, mode=mode, fell_back=fell_back,
            author=row.author_id if row else None,
        )  # fmt: skip

    def _read(self, row: PolicyVersion) -> Content:
        if row.pk not in self._content:
            self._content[row.pk] = Content.model_validate(row.content)
        return self._content[row.pk]


def written(advice: Recommendation) -> Content:
    """What the policy says under which the advice was given; the lane's own thresholds where nobody had written one. One query at most."""
    number = advice.policy_version.rpartition("/")[2]
    if number.isdigit():
        for row in PolicyVersion.objects.filter(lane=advice.lane, scope=advice.scope, number=int(number)):
            if row.version == advice.policy_version:
                return Content.model_validate(row.content)
    return built_in(lane_named(advice.lane))


def lower(one: str, other: str) -> bool:
    """Whether the first mode stands lower on the ladder."""
    return LADDER.index(one) < LADDER.index(other)


def meets(rule: Sequence[Sequence[Any]], evidence: Evidence) -> bool:
    """Whether every condition of a scope's rule holds in the evidence. What is not known holds nothing."""
    if any((fact := evidence.facts.get(key)) is not None and fact.trust == "customer" for key, _, _ in rule):
        return False  # a rule of older times on what has come to be the customer's word: nobody may type themselves into a scope
    claims = [Claim(fact, op, value, "for", "") for fact, op, value in rule]
    return all(checked.verified for checked in verify(claims, evidence))


def _in_force(lane: str) -> list[PolicyVersion]:
    """The newest approved version of every scope whose time has come."""
    rows = (
        PolicyVersion.objects.filter(lane=lane, verdict__approved=True, verdict__effective_from__lte=timezone.now())
        .select_related("verdict")
        .order_by("store_id", "scope", "-verdict__effective_from", "-number")
        .distinct("store_id", "scope")
    )
    return list(rows)
