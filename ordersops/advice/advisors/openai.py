"""Any endpoint that speaks OpenAI's chat completions: the same question, the same form of answer, another protocol."""

from typing import TYPE_CHECKING, Any

import httpx2
from django.conf import settings

from ordersops.advice.advisors.asking import Ended, OverNetwork, Stop, concluded, count
from ordersops.advice.answers import Usage
from ordersops.advice.models import CallOutcome

if TYPE_CHECKING:
    from ordersops.advice.advisors.line import Line
    from ordersops.advice.advisors.wire import Rendered

STOPS: dict[str, Stop] = {"stop": "ended", "length": "cut off", "content_filter": "declined"}


class OpenAI(OverNetwork):
    """Asks the model of settings.OPENAI."""

    key = "openai"
    provider = "openai"

    @property
    def config(self) -> dict[str, str]:
        return settings.OPENAI

    def request(self, rendered: "Rendered") -> dict[str, Any]:
        """Services of this kind cache a stable beginning by themselves."""
        body: dict[str, Any] = {
            "model": self.config["model"],
            "max_completion_tokens": settings.ADVISOR_MAX_TOKENS,
            "messages": [{"role": "system", "content": rendered.system}, {"role": "user", "content": rendered.user}],
            "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": rendered.schema}},
        }
        if self.config["effort"]:
            body["reasoning_effort"] = self.config["effort"]
        return body

    def talk(self, rendered: "Rendered", line: "Line") -> Ended:
        response = None
        try:
            with httpx2.Client(transport=line, trust_env=False, follow_redirects=False) as client:
                response = client.post(f"{self.config['url'].rstrip('/')}/chat/completions", json=self.request(rendered))
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError):
            pass  # the line knows what happened
        if refusal := line.refusal():
            return Ended(*refusal)
        try:
            whole: Any = response.json() if response is not None else None
        except (ValueError, RecursionError) as error:
            return Ended(CallOutcome.BROKEN, f"{type(error).__name__}: the answer is not JSON, or not whole.")
        choice = _first(whole.get("choices")) if isinstance(whole, dict) else {}
        said = choice.get("message")
        if not isinstance(said, dict):
            return Ended(CallOutcome.FOREIGN, "The answer is not a completion.")
        stop = "content_filter" if said.get("refusal") else choice.get("finish_reason")
        return concluded(
            rendered, stop=stop, means=STOPS, text=said.get("content"), model=whole.get("model"), usage=_usage(whole.get("usage"))
        )  # fmt: skip


def _first(choices: object) -> dict[str, Any]:
    return choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}


def _usage(found: object) -> Usage:
    """Here the input's tokens include those from the cache; ours do not."""
    if not isinstance(found, dict):
        return Usage()
    details = found.get("prompt_tokens_details")
    cached = count(details.get("cached_tokens")) if isinstance(details, dict) else 0
    return Usage(input=max(count(found.get("prompt_tokens")) - cached, 0), output=count(found.get("completion_tokens")), cache_read=cached)
