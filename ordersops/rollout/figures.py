"""What was measured in a scope: the queries behind the gates. Each reads a bounded window from the newest end of an index."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.apps import apps
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from ordersops.advice.models import Breaker, Call, CallOutcome, Recommendation
from ordersops.cases.models import Case
from ordersops.effects.models import Effect, EffectState
from ordersops.rollout.models import LADDER, UNDO, Consideration, Harm, Step, Trial, TrialSource, Void
from ordersops.rollout.queries import InForce

FIRST = 200  # decisions of a scope that are always a person's
NEWEST = 1000  # measurements that a gate looks at, at most
BY_PEOPLE = (TrialSource.PERSON, TrialSource.SAMPLED)
# Falls for these reasons end what was measured before: the mode must be earned anew.
FORFEITS = ("agreement", "drift")
CALLS, SCORES = 500, 2000
HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
DRAW_WAITS = timedelta(days=3)  # a draw that waits longer is made up for by another; ours


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of `n` decisions by people, in how many the advice was the same.

    `taken_back` of the others are automatic decisions that a person undid and nobody has decided again.
    """

    n: int
    agreed: int
    taken_back: int = 0
    by: Mapping[UUID, int] = field(default_factory=dict, compare=False)  # how many each person decided
    left_out: int = field(default=0, compare=False)


def agreement(in_force: InForce, sources: Iterable[str], *, most: int = NEWEST, without: Collection[UUID] = ()) -> Agreement:
    """How the advisor in force did under the policy in force; each decision once, the newest first, those undone left out.

    The decisions of the people in `without` do not count; `left_out` says how many there are.
    """
    rows = _standing(Trial.objects.filter(policy_version=in_force.version, advisor=in_force.advisor_version, source__in=list(sources)))
    if since := forfeited_at(in_force):
        rows = rows.filter(at__gt=since)
    left_out = 0
    if without:
        left_out = rows.filter(decision__by__in=without)[:most].count()
        rows = rows.exclude(decision__by__in=without)
    found: dict[object, tuple[bool, str, UUID]] = {}
    # A decision may be measured twice, by the person and in a replay: what the person saw comes first.
    fields = ("decision_id", "agreed", "decided", "source", "decision__by_id")
    for decision, agreed, decided, source, by in rows.order_by("-at").values_list(*fields)[: most * 2]:
        if source != TrialSource.REPLAY or decision not in found:
            found[decision] = (agreed, decided, by)
    counted = list(found.values())[:most]
    return Agreement(
        n=len(counted), agreed=sum(agreed for agreed, _, _ in counted), taken_back=sum(decided == UNDO for _, decided, _ in counted),
        by=Counter(by for _, _, by in counted), left_out=left_out,
    )  # fmt: skip


def people_decisions(in_force: InForce, least: int = FIRST) -> int:
    """How many decisions people have taken in the scope, under whatever policy and advisor; not counted beyond `least`."""
    rows = _standing(Trial.objects.filter(lane=in_force.lane, scope=in_force.scope, source__in=BY_PEOPLE)).exclude(decided=UNDO)
    if in_force.store_of_policy:
        rows = rows.filter(store=in_force.store_of_policy)
    else:
        rows = rows.exclude(policy_version__contains="@")  # a store's own scope of the same name is another one
    # Each decision is measured for a handful of advisors.
    newest = rows.order_by("-at").values_list("decision_id", flat=True)[: least * 10]
    return min(len(set(newest)), least)


def checks(in_force: InForce, *, now: datetime, most: int) -> int:
    """Checks of the last seven days: those that people made, and the draws of the last days that still wait for one.

    A draw whose case was withdrawn, or that nobody came to, is no check. Not counted beyond `most`.
    """
    made = Trial.objects.filter(policy_version=in_force.version, advisor=in_force.advisor_version, source=TrialSource.SAMPLED)
    made = _standing(made.filter(at__gte=now - WEEK)).exclude(decided=UNDO)
    drawn = Consideration.objects.filter(
        Exists(Case.objects.open().filter(subject=OuterRef("recommendation__subject"), lane=in_force.lane)),
        result=Consideration.Result.SAMPLED, at__gte=now - DRAW_WAITS, recommendation__lane=in_force.lane,
        recommendation__scope=in_force.scope, recommendation__policy_version=in_force.version,
    )  # fmt: skip
    return made[:most].count() + drawn.values("recommendation__subject").distinct()[:most].count()


def harms(in_force: InForce, severity: str = "S1") -> int:
    """Harm done by automatic decisions under the policy in force."""
    rows = Harm.objects.filter(lane=in_force.lane, scope=in_force.scope, severity=severity)
    return rows.filter(decision__recommendation__policy_version=in_force.version)[:100].count()


def latencies(in_force: InForce, *, now: datetime | None = None) -> list[int]:
    """Milliseconds of the advisor's newest calls of the last seven days, whatever became of them. None for the scorecard."""
    since = (now or timezone.now()) - WEEK
    rows = Call.objects.filter(advisor=in_force.advisor, lane=in_force.lane, purpose="live", called_at__gte=since)
    return list(rows.order_by("-called_at").values_list("latency_ms", flat=True)[:CALLS])


def scores(in_force: InForce, *, since: datetime, until: datetime) -> list[int]:
    """Scores that the advisor in force gave in the scope in this time, newest first."""
    rows = Recommendation.objects.filter(store__in=_stores(in_force), lane=in_force.lane, advised_at__gte=since, advised_at__lt=until)
    rows = rows.filter(scope=in_force.scope, policy_version=in_force.version, advisor=in_force.advisor)
    found = rows.order_by("-advised_at").values_list("score", "advisor_version")[:SCORES]
    return [score for score, version in found if f"{in_force.advisor} {version}" == in_force.advisor_version]


def dead_effects(in_force: InForce, *, now: datetime) -> int:
    """Effects of automatic decisions in the scope that failed for good within the last hour."""
    rows = Effect.objects.filter(
        store__in=_stores(in_force), state=EffectState.DEAD, planned_at__gte=now - 4 * HOUR, not_before__gte=now - HOUR
    )
    rows = rows.filter(decision__source="system", decision__case__lane=in_force.lane, decision__recommendation__scope=in_force.scope)
    return rows[:100].count()


def silent_since(in_force: InForce, *, now: datetime) -> datetime | None:
    """Since when the advisor in force, whose breaker is open now, has answered nothing; None where it is well."""
    if not Breaker.objects.filter(advisor=in_force.advisor, open_until__gt=now).exists():
        return None
    calls = Call.objects.filter(advisor=in_force.advisor, called_at__gte=now - WEEK).order_by("-called_at")
    oldest: datetime | None = None
    for at, outcome in calls.values_list("called_at", "outcome")[:CALLS]:
        if outcome == CallOutcome.ANSWERED:
            break
        oldest = at
    return oldest


def forfeited_at(in_force: InForce) -> datetime | None:
    """When this policy with this advisor fell for doing badly, last."""
    steps = Step.objects.filter(lane=in_force.lane, scope=in_force.scope, store=in_force.store_of_policy)
    steps = steps.filter(policy_version=in_force.version, advisor=in_force.advisor_version)
    for step in steps.order_by("-at")[:50]:
        if step.figures.get("cause") in FORFEITS and LADDER.index(step.after) < LADDER.index(step.before):
            return step.at
    return None


def _stores(in_force: InForce) -> list[UUID]:
    """The stores that the policy in force is for: named, because their indexes begin with them."""
    if in_force.store_of_policy:
        return [in_force.store_of_policy]
    return list(apps.get_model("stores.Store")._default_manager.values_list("pk", flat=True))


def _standing(rows: "QuerySet[Trial]") -> "QuerySet[Trial]":
    return rows.exclude(Exists(Void.objects.filter(decision=OuterRef("decision"))))
