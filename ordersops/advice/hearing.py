"""One question put to an advisor, and its answer examined: live, in a replay, in an evaluation. Nothing is stored and nothing follows here."""

import copy
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ordersops.advice.answers import Answer, Exchange, Inquiry
from ordersops.advice.masking import Masked, masked
from ordersops.advice.models import CallOutcome
from ordersops.advice.verify import Checked, Fault, examine

if TYPE_CHECKING:
    from ordersops.advice.answers import Advisor
    from ordersops.cases.lanes import Lane, Prompt

# Not the question's fault: nothing is gained by asking on.
SOMEBODY_HAS_TO_LOOK = frozenset({CallOutcome.KEY, CallOutcome.PAYMENT, CallOutcome.REQUEST, CallOutcome.REDIRECT, CallOutcome.FOREIGN})
LATER = frozenset({CallOutcome.BUSY, CallOutcome.UNREACHABLE, CallOutcome.LATE, CallOutcome.BROKEN})


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back, and what the verifier made of it. `answer` is None where `code` is not `answered`."""

    code: str
    answer: Answer | None = None
    checked: Sequence[Checked] = ()
    faults: Sequence[Fault] = ()
    verified: bool = False
    justification: str = ""
    exchange: Exchange | None = None
    latency_ms: int = 0

    @property
    def claims_verified(self) -> int:
        return sum(claim.verified for claim in self.checked)


def hear(advisor: "Advisor", inquiry: Inquiry) -> Heard:
    """Ask, and have the answer examined against the whole evidence. Raises Unregistered before anything leaves.

    What a model says of masked values is read back into ours first; the scorecard saw the values themselves.
    """
    started = time.perf_counter()
    reply = advisor.ask(inquiry)
    took = reply.exchange.latency_ms if reply.exchange else round((time.perf_counter() - started) * 1000)
    if reply.answer is None:
        return Heard(reply.exchange.outcome if reply.exchange else CallOutcome.UNREADABLE, exchange=reply.exchange, latency_ms=took)
    answer = reply.answer
    if reply.exchange is not None:
        hidden = masked(inquiry.evidence, without_customer=inquiry.without_customer)
        answer = replace(answer, claims=[replace(claim, value=_read_back(claim.value, hidden)) for claim in answer.claims])
    examined = examine(
        answer, lane=inquiry.lane, evidence=inquiry.evidence, signals=inquiry.signals, possible=inquiry.possible, policy=inquiry.policy,
    )  # fmt: skip
    return Heard(
        CallOutcome.ANSWERED, answer, examined.checked, examined.faults, examined.verified, examined.justification, reply.exchange, took,
    )  # fmt: skip


def _read_back(value: Any, hidden: Masked) -> Any:
    """A claim's value with ours in place of the tokens."""
    if isinstance(value, str):
        return hidden.unmask(value)
    if isinstance(value, dict):
        return {key: _read_back(entry, hidden) for key, entry in value.items()}
    return [_read_back(entry, hidden) for entry in value] if isinstance(value, list) else value


def with_prompt(lane: "Lane", prompt: "Prompt") -> "Lane":
    """The lane as it would be with another prompt; the lane itself stays as it is."""
    other = copy.copy(lane)
    other.prompt = prompt
    return other
