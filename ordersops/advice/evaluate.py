"""Evaluation: an advisor on labelled questions. How often it is right, how much of what it says holds, what it costs.

Nothing is stored, but the call where its snapshot is one of ours.
"""

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone

from ordersops.advice import calls, prices
from ordersops.advice.advisors import SCORECARD, advisor, version_of
from ordersops.advice.answers import Inquiry
from ordersops.advice.calibration import Calibration, Share, calibrate, percentile
from ordersops.advice.facts import sha256
from ordersops.advice.golden import Labelled
from ordersops.advice.hearing import SOMEBODY_HAS_TO_LOOK, Heard, hear, with_prompt
from ordersops.advice.models import CallOutcome, Snapshot
from ordersops.cases.lanes import Prompt

NONE = "no answer"


@dataclass(slots=True)
class Tally:
    """One slice of the set: all of it, or the questions of one tag."""

    right: int = 0
    count: int = 0

    @property
    def share(self) -> Share:
        return Share(self.right, self.count)


@dataclass(slots=True)
class Evaluation:
    advisor: str
    version: str = ""
    all: Tally = field(default_factory=Tally)
    expected: dict[str, Tally] = field(default_factory=dict)
    tags: dict[str, Tally] = field(default_factory=dict)
    confusion: Counter[tuple[str, str]] = field(default_factory=Counter)
    claims: int = 0
    claims_verified: int = 0
    answers_verified: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    cost_micros: int = 0
    latencies: list[float] = field(default_factory=list)
    scores: list[tuple[int, bool]] = field(default_factory=list)
    wrong: list[tuple[int, str, str]] = field(default_factory=list)  # line, expected, answered
    stopped: str = ""

    @property
    def accuracy(self) -> float:
        """Right answers among all questions: one without an answer is not right. 0 where nothing was asked."""
        return self.all.share.value or 0.0

    @property
    def calibration(self) -> Calibration:
        return calibrate(self.scores)

    def add(self, question: Labelled, heard: Heard, cost: int) -> None:
        said = heard.answer.outcome if heard.answer else NONE
        right = said in question.expected
        for tally in (self.all, *(table.setdefault(key, Tally()) for table, key in self._slices(question))):
            tally.count += 1
            tally.right += right
        if not right:
            self.wrong.append((question.line, question.said, said))
        self.confusion[(question.said, said)] += 1
        self.codes[heard.code] += 1
        self.faults.update(fault.code for fault in heard.faults)
        self.claims += len(heard.checked)
        self.claims_verified += heard.claims_verified
        self.answers_verified += heard.verified
        self.cost_micros += cost
        self.latencies.append(heard.latency_ms)
        if heard.answer and question.bad is not None:
            self.scores.append((heard.answer.score, question.bad))

    def _slices(self, question: Labelled) -> Iterator[tuple[dict[str, Tally], str]]:
        yield self.expected, question.said
        for tag in dict.fromkeys(question.tags):
            yield self.tags, tag

    def as_json(self) -> dict[str, Any]:
        answered = self.codes[CallOutcome.ANSWERED]
        return {
            "advisor": self.advisor, "version": self.version, "asked": self.all.count, "accuracy": round(self.accuracy, 4),
            "interval": self.all.share.as_json(), "expected": {key: tally.share.as_json() for key, tally in sorted(self.expected.items())},
            "confusion": [{"expected": a, "answered": b, "count": n} for (a, b), n in sorted(self.confusion.items())],
            "tags": {tag: tally.share.as_json() for tag, tally in sorted(self.tags.items())},
            "claims_verified": Share(self.claims_verified, self.claims).as_json(),
            "answers_verified": Share(self.answers_verified, answered).as_json(), "codes": dict(sorted(self.codes.items())),
            "faults": dict(sorted(self.faults.items())), "cost_micros": self.cost_micros,
            "latency_ms": {"p50": percentile(self.latencies, 0.5), "p95": percentile(self.latencies, 0.95)},
            "calibration": self.calibration.as_json(), "stopped": self.stopped,
            "wrong": [{"line": line, "expected": expected, "answered": said} for line, expected, said in self.wrong],
        }  # fmt: skip


def evaluate(
    questions: Iterable[Labelled], *, advisor_key: str, prompt: Prompt | None = None, most_dollars: Decimal = Decimal(5),
    tell: Callable[[int], None] = lambda done: None,
) -> Evaluation:  # fmt: skip
    """Ask each question under the lane's built-in policy, with every outcome possible. Stops before the money is exceeded.

    Raises Unregistered before anything leaves.
    """
    answering, found = advisor(advisor_key), Evaluation(advisor_key)
    for number, question in enumerate(questions, start=1):
        this = with_prompt(question.lane, prompt) if prompt and question.lane.prompt else question.lane
        found.version = version_of(advisor_key, this).removeprefix(f"{advisor_key} ")
        inquiry = Inquiry(
            lane=this, policy=this.policy, snapshot=sha256(question.evidence.canonical()), evidence=question.evidence,
            signals=this.signals(question.evidence, this.policy), possible=list(this.outcomes), trace_id=uuid.uuid4().hex,
        )  # fmt: skip
        if advisor_key != SCORECARD and found.cost_micros + _dearest(advisor_key, inquiry) > most_dollars * 1_000_000:
            found.stopped = f"The next call could exceed {most_dollars} dollars."
            break
        heard = hear(answering, inquiry)
        found.add(question, heard, _cost(advisor_key, inquiry, heard))
        tell(number)
        if heard.code in SOMEBODY_HAS_TO_LOOK:
            found.stopped = f"The advisor cannot be asked until somebody looks ({heard.code})."
            break
    return found


def _dearest(key: str, inquiry: Inquiry) -> int:
    model = {"claude": settings.CLAUDE, "openai": settings.OPENAI}[key]["model"]
    chars = len(inquiry.evidence.canonical()) + len(inquiry.lane.prompt.text if inquiry.lane.prompt else "")
    return prices.most_micros(model, chars, settings.ADVISOR_MAX_TOKENS, timezone.now().date())


def _cost(key: str, inquiry: Inquiry, heard: Heard) -> int:
    """Millionths of a dollar. The call is kept where its snapshot is one of ours, so that it can be looked at."""
    exchange = heard.exchange
    if exchange is None:
        return 0
    if store := Snapshot.objects.filter(pk=inquiry.snapshot).values_list("store_id", flat=True).first():
        return calls.keep(
            exchange,
            store_id=store,
            lane=inquiry.lane.key,
            snapshot_id=inquiry.snapshot,
            advisor=key,
            purpose="eval",
            trace_id=inquiry.trace_id,
        ).cost_micros
    return prices.cost_micros(exchange.model_returned or exchange.model_requested, exchange.usage, timezone.now().date())
