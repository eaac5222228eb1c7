"""How well people judge: second, blind reviews held against first decisions, and known answers against what is true.

Counted in the database over the days asked for, by lane, person and answer: a constant number of queries.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, QuerySet
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.advice.calibration import Share
from ordersops.cases.lanes import Lane, Outcome, lane, lanes
from ordersops.insights.kappa import Kappa, added, kappa, turned
from ordersops.insights.models import Kind, SecondAnswer, SecondReview, Settlement
from ordersops.review.impressions import Agreement, agreement

SHOWN = 50
Cells = dict[tuple[str, str], int]


@dataclass(slots=True)
class Person:
    """One person in one lane: cases in which they and a colleague judged, each without the other, and their known answers."""

    who: User
    table: Cells = field(default_factory=dict)  # (their answer, the colleague's)
    right: int = 0
    wrong: int = 0
    undecided: int = 0  # answers to known ones that took no side
    kappa: Kappa = field(init=False)

    @property
    def known(self) -> Share:
        return Share(self.right, self.right + self.wrong)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table of answers: what was decided, and how often each answer came second."""

    outcome: str
    cells: list[tuple[int, bool]]  # count, and whether both are the same
    total: int


@dataclass(slots=True)
class Sheet:
    """One lane."""

    lane: Lane
    kappa: Kappa
    known: Share
    undecided: int
    columns: list[str]
    rows: list[Row]
    people: list[Person]
    waiting: int
    impressions: Agreement


def sheets(stores: Sequence[UUID], only: str, since: datetime) -> list[Sheet]:
    """Every lane's figures. Three queries, and one more for each lane."""
    answers = SecondAnswer.objects.filter(store__in=stores, at__gte=since).order_by()
    groups: QuerySet[Any, tuple[Any, ...]] = answers.values_list(
        "lane", "decider", "by", "decided", "outcome", "review__kind", "review__truth"
    )
    counted: list[tuple[Any, ...]] = list(groups.annotate(count=Count("pk")))
    waiting = SecondReview.objects.filter(store__in=stores, is_answered=False).order_by().values("lane").annotate(count=Count("pk"))
    open_ones = dict(waiting.values_list("lane", "count"))
    people = {one.pk: one for one in User.objects.filter(pk__in={row[1] for row in counted} | {row[2] for row in counted})}
    return [
        _sheet(one, [row for row in counted if row[0] == key], people, open_ones.get(key, 0), stores, since)
        for key, one in lanes().items()
        if only in {"", key}
    ]


def _sheet(
    about: Lane, rows: list[tuple[Any, ...]], people: dict[UUID, User], waiting: int, stores: Sequence[UUID], since: datetime
) -> Sheet:
    """Agreement is counted over samples alone: known answers are no sample of what is decided."""
    found: dict[UUID, Person] = {}

    def of(pk: UUID) -> Person:
        return found.setdefault(pk, Person(people[pk]))

    whole: Cells = {}
    right = wrong = undecided = 0
    for _, decider, by, decided, outcome, kind, truth, count in rows:
        if kind == Kind.SAMPLED:
            pair = {(decided, outcome): count}
            whole = added([whole, pair])
            of(decider).table = added([of(decider).table, pair])
            of(by).table = added([of(by).table, turned(pair)])
            continue
        fits = hits(about, outcome, truth)
        one = of(by)
        if fits is None:
            one.undecided, undecided = one.undecided + count, undecided + count
        elif fits:
            one.right, right = one.right + count, right + count
        else:
            one.wrong, wrong = one.wrong + count, wrong + count
    for one in found.values():
        one.kappa = kappa(one.table)
    impressions = agreement(lane=about.key, stores=stores, since=since, until=timezone.now())
    return Sheet(
        lane=about, kappa=kappa(whole), known=Share(right, right + wrong), undecided=undecided, waiting=waiting, impressions=impressions,
        people=sorted(found.values(), key=lambda one: (-one.kappa.n, -one.known.whole, one.who.name)), **_table(about, whole),
    )  # fmt: skip


def hits(about: Lane, outcome: str, truth: str) -> bool | None:
    """Whether an answer fits what turned out: against a bad order, or for a good one. None for an answer that takes no side."""
    tone = about.outcomes[outcome].tone if outcome in about.outcomes else "neutral"
    return None if tone not in {"good", "bad"} else tone == truth


def _table(about: Lane, cells: Cells) -> dict[str, Any]:
    """Rows are decisions, columns second answers, in the lane's order; outcomes that it no longer has come last."""
    keys = [*about.outcomes, *sorted({key for pair in cells for key in pair} - about.outcomes.keys())]
    words = [about.outcomes[key].button if key in about.outcomes else key for key in keys]
    rows = []
    for one, word in zip(keys, words, strict=True):
        counts = [(cells.get((one, other), 0), one == other) for other in keys]
        rows.append(Row(word, counts, sum(count for count, _ in counts)))
    return {"columns": words, "rows": rows}


@dataclass(frozen=True, slots=True)
class Difference:
    """Two judgements of one case that differ."""

    answer: SecondAnswer
    decided: Outcome | None
    outcome: Outcome | None
    truth: str
    settled: Settlement | None


def differences(stores: Sequence[UUID], only: str, since: datetime) -> list[Difference]:
    """The newest answers that differ from the decision, those not settled first."""
    rows = SecondAnswer.objects.filter(store__in=stores, at__gte=since).exclude(outcome=F("decided"))
    if only:
        rows = rows.filter(lane=only)
    loaded = rows.select_related("by", "decider", "store", "settlement__by", "review__case__order")
    return [difference(one) for one in loaded.order_by(F("settlement__at").asc(nulls_first=True), "-at")[:SHOWN]]


def difference(answer: SecondAnswer) -> Difference:
    about = lane(answer.lane)
    settled: Settlement | None = getattr(answer, "settlement", None)
    truth = answer.review.get_truth_display() if answer.review.truth else ""
    return Difference(answer, about.outcomes.get(answer.decided), about.outcomes.get(answer.outcome), str(truth), settled)
