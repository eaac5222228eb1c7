"""Claude, through the Anthropic SDK. The SDK is given key, address and line, and looks for nothing itself.

Its retries are off (it would sleep for as long as a header says), its redirects, proxies and spans too; `Line` keeps the
deadline. There are no tools. The schema goes along as the output format, and what comes back is read by our own form.
"""

from typing import TYPE_CHECKING, Any

import anthropic
import httpx2
from anthropic.types import Message
from django.conf import settings

from ordersops.advice.advisors.asking import Ended, OverNetwork, Stop, concluded, count
from ordersops.advice.answers import Usage
from ordersops.advice.models import CallOutcome

if TYPE_CHECKING:
    from ordersops.advice.advisors.line import Line
    from ordersops.advice.advisors.wire import Rendered

# What the SDK raises before, while and after it talks. JSONDecodeError is a ValueError; the rest is what odd JSON does to its models.
TROUBLE = (
    anthropic.AnthropicError,
    httpx2.HTTPError,
    httpx2.InvalidURL,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    RecursionError,
)
STOPS: dict[str, Stop] = {
    "end_turn": "ended", "stop_sequence": "ended", "max_tokens": "cut off", "model_context_window_exceeded": "cut off",
    "refusal": "declined", "content_filter": "declined",
}  # fmt: skip


class Claude(OverNetwork):
    """Asks the model of settings.CLAUDE."""

    key = "claude"
    provider = "anthropic"

    @property
    def config(self) -> dict[str, str]:
        return settings.CLAUDE

    def request(self, rendered: "Rendered") -> dict[str, Any]:
        """The system text is the stable part, and marked for the service's cache."""
        output: dict[str, Any] = {"format": {"type": "json_schema", "schema": rendered.schema}}
        if self.config["effort"]:
            output["effort"] = self.config["effort"]
        return {
            "model": self.config["model"],
            "max_tokens": settings.ADVISOR_MAX_TOKENS,
            "system": [{"type": "text", "text": rendered.system, "cache_control": {"type": "ephemeral"}}],
            "messages": [{"role": "user", "content": rendered.user}],
            "output_config": output,
        }

    def talk(self, rendered: "Rendered", line: "Line") -> Ended:
        message, trouble = None, ""
        try:
            with self._client(line) as client:
                message = client.messages.create(**self.request(rendered))
        except TROUBLE as error:
            trouble = type(error).__name__
        if refusal := line.refusal():
            return Ended(*refusal)
        if trouble:
            return Ended(CallOutcome.BROKEN, f"{trouble}: the answer is not JSON, or not whole.")
        if not isinstance(message, Message) or message.type != "message":
            return Ended(CallOutcome.FOREIGN, "The answer is not a message.")
        return concluded(
            rendered, stop=message.stop_reason, means=STOPS, text=_text(message), model=message.model, usage=_usage(message.usage)
        )  # fmt: skip

    def _client(self, line: "Line") -> anthropic.Anthropic:
        return anthropic.Anthropic(
            api_key=self.config["key"],
            base_url=self.config["url"],
            max_retries=0,
            timeout=httpx2.Timeout(settings.ADVISOR_DEADLINE),
            # With a transport of ours the SDK reads no proxies from the environment; without one it does, whatever trust_env says.
            http_client=anthropic.DefaultHttpxClient(transport=line, trust_env=False, follow_redirects=False),
            open_telemetry={"propagation": False, "traces": {"enabled": False, "content_mode": "metadata_only"}},
        )


# The SDK builds its models from any JSON without checking it, so every part is looked at.
def _text(message: Message) -> str:
    blocks: Any = message.content
    if not isinstance(blocks, list):
        return ""
    texts = [getattr(block, "text", None) for block in blocks if getattr(block, "type", "") == "text"]
    return "".join(text for text in texts if isinstance(text, str))


def _usage(found: object) -> Usage:
    return Usage(
        input=count(getattr(found, "input_tokens", 0)),
        output=count(getattr(found, "output_tokens", 0)),
        cache_read=count(getattr(found, "cache_read_input_tokens", 0)),
        cache_write=count(getattr(found, "cache_creation_input_tokens", 0)),
    )
