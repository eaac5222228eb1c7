"""What goes to an advisor and what comes back, in one form for all of them."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from ordersops.advice.verify import Claim

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordersops.advice.facts import Evidence
    from ordersops.cases.lanes import Lane, Policy, Seen

CONFIDENCES = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One question to an advisor: the frozen evidence, what the rules saw in it, and the outcomes that are possible now.

    `evidence` is ours, with personal values; what leaves the house is `advice.masking.masked(evidence)`.
    """

    lane: "Lane"
    policy: "Policy"
    snapshot: str  # its SHA-256
    evidence: "Evidence"
    signals: "Sequence[Seen]"
    possible: "Sequence[str]"
    without_customer: bool = False  # leave out every fact of customer trust
    trace_id: str = ""  # 32 hex digits, one for all calls about one question


@dataclass(frozen=True, slots=True)
class SetAside:
    """A signal that the advisor does not follow, and why."""

    signal: str
    reason: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What an advisor says, before anything of it is believed. Personal values are still tokens in all its texts."""

    outcome: str
    score: int  # 0 to 100, higher is riskier
    confidence: str  # one of CONFIDENCES
    claims: "Sequence[Claim]"
    set_aside: "Sequence[SetAside]" = ()
    missing: "Sequence[str]" = ()  # keys of facts
    alternatives: "Sequence[dict[str, str]]" = ()  # {outcome, why_not}
    prose: str = ""
    draft: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens in the four kinds. `input` excludes what came from the cache or went into it."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request over the network, as far as it came. `outcome` is a CallOutcome."""

    model_requested: str
    prompt_sha256: str
    request: bytes
    outcome: str
    latency_ms: int
    model_returned: str = ""
    response: bytes | None = None
    status: int | None = None
    stop_reason: str = ""
    request_id: str = ""
    detail: str = ""  # what the service said of an error, at most 300 characters, nothing of ours in it
    usage: Usage = field(default_factory=Usage)
    retry_after: float | None = None  # seconds that the service asks us to wait


@dataclass(frozen=True, slots=True)
class Reply:
    """`answer` is None where the exchange did not end with a usable one. The scorecard has no exchange."""

    answer: Answer | None
    exchange: Exchange | None = None


class Advisor(Protocol):
    """Somebody who can be asked. Asking never raises for what the other side does: that is in the exchange's outcome.

    Raises Unregistered where the prompt's text is not the registered one: then nothing has left the house.
    """

    key: str

    def version(self, lane: "Lane") -> str:
        """What the answers depend on: weights; or model, effort and prompt with its hash. Another version has to earn trust anew."""

    def ask(self, inquiry: Inquiry) -> Reply: ...


class Unregistered(Exception):
    """The prompt in the file is not one that was registered; `manage.py register_prompts` does that at a deployment."""


def plain_answer(answer: Answer) -> dict[str, Any]:
    """The answer as JSON can hold it."""
    from ordersops.advice.verify import plain

    return {
        "outcome": answer.outcome, "score": answer.score, "confidence": answer.confidence,
        "claims": [
            {"fact": plain(c.fact), "op": plain(c.op), "value": plain(c.value), "direction": plain(c.direction), "sentence": plain(c.sentence)}
            for c in answer.claims
        ],
        "set_aside": [{"signal": one.signal, "reason": one.reason} for one in answer.set_aside],
        "missing": list(answer.missing), "alternatives": [dict(one) for one in answer.alternatives], "prose": answer.prose, "draft": answer.draft,
    }  # fmt: skip
