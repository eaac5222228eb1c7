"""What came out of a replay: read from its rows, so that the command, the page and a later look say the same."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from ordersops.advice.advisors import SCORECARD
from ordersops.advice.calibration import NOTHING, Share, percentile
from ordersops.advice.models import CallOutcome, Replay, ReplayAnswer
from ordersops.cases.lanes import lane

FLIPS = 200  # shown at most


@dataclass(slots=True)
class Flip:
    """Another outcome than was advised then."""

    number: str
    url: str
    then: str
    now: str
    score_then: int
    score_now: int
    decided: str
    verified: bool
    by: str  # who advised then

    @property
    def better(self) -> bool | None:
        """Whether the new outcome is what a person decided; None where nobody has."""
        return self.now == self.decided if self.decided else None


@dataclass(slots=True)
class Report:
    replay: Replay
    asked: int = 0
    flips: list[Flip] = field(default_factory=list)
    flipped: Share = NOTHING
    matrix: Counter[tuple[str, str]] = field(default_factory=Counter)
    agreed_then: Share = NOTHING
    agreed_now: Share = NOTHING
    shift: tuple[float, float, float] | None = None  # mean, p5, p95
    claims: Share = NOTHING
    answers: Share = NOTHING
    codes: Counter[str] = field(default_factory=Counter)
    cost_micros: int = 0
    latency: tuple[float, float] | None = None  # p50, p95 in ms
    compared: int = 0  # answers of the scorecard held against its own
    differs: Counter[str] = field(default_factory=Counter)

    @property
    def failed(self) -> Counter[str]:
        return Counter({code: count for code, count in self.codes.items() if code != CallOutcome.ANSWERED})

    @property
    def dollars(self) -> float:
        return self.cost_micros / 1_000_000

    @property
    def identical(self) -> str:
        """Of the scorecard, in a sentence; "" of others."""
        if self.replay.advisor != SCORECARD or not self.compared:
            return ""
        if not self.differs:
            return f"Bit-identical: all {self.compared:,} answers are what they were."
        found = "; ".join(f"{count:,} × {what}" for what, count in self.differs.most_common(3))
        return f"NOT IDENTICAL: {sum(self.differs.values()):,} of {self.compared:,} answers differ ({found})."

    def as_json(self) -> dict[str, Any]:
        return {
            "replay": str(self.replay.pk), "url": url_of(self.replay), "lane": self.replay.lane, "advisor": self.replay.advisor,
            "version": self.replay.advisor_version, "finished": self.replay.finished_at is not None, "asked": self.asked,
            "flipped": self.flipped.as_json(), "matrix": [{"then": a, "now": b, "count": n} for (a, b), n in sorted(self.matrix.items())],
            "agreement_then": self.agreed_then.as_json(), "agreement_now": self.agreed_now.as_json(),
            "score_shift": None if self.shift is None else dict(zip(("mean", "p5", "p95"), self.shift, strict=True)),
            "claims_verified": self.claims.as_json(), "answers_verified": self.answers.as_json(), "codes": dict(sorted(self.codes.items())),
            "cost_micros": self.cost_micros, "latency_ms": None if self.latency is None else dict(zip(("p50", "p95"), self.latency, strict=True)),
            "identical": self.identical, "differs": dict(self.differs),
            "flips": [
                {"order": f.number, "url": f.url, "then": f.then, "now": f.now, "score_then": f.score_then, "score_now": f.score_now,
                 "decided": f.decided, "verified": f.verified}
                for f in self.flips
            ],
        }  # fmt: skip


def url_of(replay: Replay) -> str:
    return settings.PUBLIC_URL + reverse("advice_replay", args=[replay.pk])


def report(replay: Replay, *, stores: Collection[UUID] | None = None, flips: int = FLIPS) -> Report:
    """Three queries, whatever was asked; a run has at most `replay.MOST` rows. `stores` leaves out the questions of all others."""
    answers = replay.answers.all() if stores is None else replay.answers.filter(recommendation__store__in=stores)
    rows = list(
        answers.values_list(
            "recommendation__outcome", "outcome", "recommendation__score", "score", "decided", "claims", "claims_verified", "verified",
            "flipped", "code", "cost_micros", "latency_ms", "differs", "recommendation__advisor",
        )
    )  # fmt: skip
    found = Report(replay, asked=len(rows))
    answered = [row for row in rows if row[9] == CallOutcome.ANSWERED]
    decided = [row for row in answered if row[4]]
    shifts = [row[3] - row[2] for row in answered if row[3] is not None]
    times = [row[11] for row in answered]
    found.matrix.update((row[0], row[1]) for row in answered)
    found.codes.update(row[9] for row in rows)
    found.flipped = Share(sum(row[8] for row in answered), len(answered))
    found.agreed_then = Share(sum(row[0] == row[4] for row in decided), len(decided))
    found.agreed_now = Share(sum(row[1] == row[4] for row in decided), len(decided))
    found.claims = Share(sum(row[6] for row in answered), sum(row[5] for row in answered))
    found.answers = Share(sum(row[7] for row in answered), len(answered))
    found.cost_micros = sum(row[10] for row in rows)
    if shifts:
        found.shift = (sum(shifts) / len(shifts), percentile(shifts, 0.05) or 0, percentile(shifts, 0.95) or 0)
        found.latency = (percentile(times, 0.5) or 0, percentile(times, 0.95) or 0)
    if replay.advisor == SCORECARD:
        found.compared = sum(row[13] == SCORECARD for row in rows)
        found.differs.update(row[12] for row in rows if row[12])
    found.flips = _flips(replay, answers, flips)
    return found


def _flips(replay: Replay, answers: "QuerySet[ReplayAnswer]", most: int) -> list[Flip]:
    rows = (
        answers.filter(flipped=True)
        .select_related("recommendation__order")
        .defer("recommendation__claims", "recommendation__justification", "recommendation__prose")
        .order_by("-recommendation__advised_at")[:most]
    )
    cases = apps.get_model("cases", "Case")._default_manager.filter(
        lane=replay.lane, order__in=[row.recommendation.order_id for row in rows]
    )
    case_of = dict(cases.order_by("opened_at").values_list("order_id", "pk"))
    labels = {key: outcome.button for key, outcome in lane(replay.lane).outcomes.items()}
    found = []
    for row in rows:
        then = row.recommendation
        case = case_of.get(then.order_id)
        path = reverse("case", args=[case]) if case else reverse("order", args=[then.order_id])
        found.append(
            Flip(
                then.order.number, settings.PUBLIC_URL + path, labels.get(then.outcome, then.outcome), labels.get(row.outcome, row.outcome),
                then.score, row.score or 0, labels.get(row.decided, row.decided), row.verified, then.advisor,
            )
        )  # fmt: skip
    return found
