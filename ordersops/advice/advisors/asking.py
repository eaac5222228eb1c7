"""What all advisors over the network do alike: ask with the registered prompt, in the same words, on one line, and keep the record."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from django.conf import settings

from ordersops.advice import tracing
from ordersops.advice.advisors import wire
from ordersops.advice.advisors.form import Unreadable
from ordersops.advice.advisors.line import Line
from ordersops.advice.answers import Answer, Reply, Usage
from ordersops.advice.cleaning import clean
from ordersops.advice.models import CallOutcome
from ordersops.advice.prompts import registered

if TYPE_CHECKING:
    from ordersops.advice.advisors.wire import Rendered
    from ordersops.advice.answers import Exchange, Inquiry
    from ordersops.cases.lanes import Lane

MOST_TOKENS = 2_000_000_000  # what a column holds
Stop = Literal["ended", "cut off", "declined"]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a call ended: `answer` only where the outcome is `answered`."""

    outcome: CallOutcome
    detail: str = ""
    answer: Answer | None = None
    model_returned: str = ""
    stop_reason: str = ""
    usage: Usage = field(default_factory=Usage)


class OverNetwork(ABC):
    """An advisor that is reached over HTTP. What differs is the protocol: `request`, and what `talk` makes of the response."""

    key: ClassVar[str]
    provider: ClassVar[str]  # as the GenAI conventions name it

    @property
    @abstractmethod
    def config(self) -> dict[str, str]:
        """Key, url, model and effort, as the settings are now."""

    @abstractmethod
    def request(self, rendered: "Rendered") -> dict[str, Any]:
        """The body of the request."""

    @abstractmethod
    def talk(self, rendered: "Rendered", line: Line) -> Ended:
        """Send it on the line and read what comes back. Raises nothing for what the other side does."""

    def version(self, lane: "Lane") -> str:
        return wire.version(self.config["model"], self.config["effort"], lane)

    def ask(self, inquiry: "Inquiry") -> Reply:
        prompt = registered(inquiry.lane.prompt)
        model = self.config["model"]
        rendered = wire.render(inquiry, prompt.text)
        line = Line(settings.ADVISOR_DEADLINE, self.config["key"])
        with tracing.span(
            f"chat {model}", trace_id=inquiry.trace_id, operation="chat", provider=self.provider, model=model,
            max_tokens=settings.ADVISOR_MAX_TOKENS, lane=inquiry.lane.key, advisor=self.key, snapshot=inquiry.snapshot,
        ) as span:  # fmt: skip
            # Without a key a client would look for one on this machine.
            ended = (
                self.talk(rendered, line)
                if _can_be_sent(self.config["key"])
                else Ended(CallOutcome.KEY, "There is no key that can be sent.")
            )
            exchange = _exchange(line, ended, model, prompt.sha256)
            span.ended(exchange)
        return Reply(ended.answer, exchange)


def concluded(rendered: "Rendered", *, stop: object, means: dict[str, Stop], text: object, model: object, usage: Usage) -> Ended:
    """What a model's own words come to, once it is clear that it has spoken. `means` says what the reasons to stop mean."""
    reason = stop if isinstance(stop, str) else ""
    more: dict[str, Any] = {"model_returned": _word(model, 80), "stop_reason": _word(reason, 40), "usage": usage}
    match means.get(reason):
        case "declined":
            return Ended(CallOutcome.REFUSAL, **more)
        case "cut off":
            return Ended(CallOutcome.TRUNCATED, **more)
        case None:
            return Ended(CallOutcome.UNREADABLE, "It stopped for a reason that is not known.", **more)
    try:
        return Ended(CallOutcome.ANSWERED, answer=rendered.answer(text if isinstance(text, str) else ""), **more)
    except Unreadable as fault:
        return Ended(CallOutcome.UNREADABLE, str(fault)[:300], **more)


def count(number: object) -> int:
    """A number of tokens as a service states it; what is none is nothing."""
    return min(max(number, 0), MOST_TOKENS) if isinstance(number, int) and not isinstance(number, bool) else 0


def _exchange(line: Line, ended: Ended, model: str, prompt_sha256: str) -> "Exchange":
    return line.exchange(
        ended.outcome, model=model, prompt_sha256=prompt_sha256, detail=ended.detail, model_returned=ended.model_returned,
        stop_reason=ended.stop_reason, usage=ended.usage,
    )  # fmt: skip


def _can_be_sent(key: str) -> bool:
    """A header holds no spaces, no line ends and no letters beyond ASCII; a key that was pasted badly does."""
    return bool(key) and key.isascii() and key.isprintable() and " " not in key


def _word(text: object, most: int) -> str:
    return clean(text, most=10_000)[:most] if isinstance(text, str) else ""
