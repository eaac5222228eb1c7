"""Who can be asked. Which one is a setting or a policy's choice, never a discovery; the reason goes on the row."""

from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from ordersops.advice.answers import Advisor
    from ordersops.cases.lanes import Lane

SCORECARD = "scorecard"
ADVISORS = {
    "scorecard": "ordersops.advice.scorecard.Scorecard",
    "claude": "ordersops.advice.advisors.claude.Claude",
    "openai": "ordersops.advice.advisors.openai.OpenAI",
}


@lru_cache(maxsize=8)
def advisor(key: str) -> "Advisor":
    """The advisor of that name; it reads its settings when it is asked."""
    found: Advisor = import_string(ADVISORS[key])()
    return found


def chosen(lane: "Lane", named: str = "", *, by: str = "") -> tuple[str, str]:
    """Who is asked, and why: the advisor `named` by the policy `by`, else that of the setting. Without a key it is the scorecard."""
    key = named or settings.ADVISOR
    why = f"The policy {by} names it." if named else "The setting ORDERSOPS_ADVISOR names it."
    if key == SCORECARD:
        return key, why if named or settings.ADVISOR_WAS_SET else "No other advisor has a key."
    if not {"claude": settings.CLAUDE, "openai": settings.OPENAI}[key]["key"]:
        return SCORECARD, f"{key.capitalize()} is chosen, but has no key."
    if lane.prompt is None:
        return SCORECARD, f"{key.capitalize()} is chosen, but the lane has no prompt."
    return key, why


def version_of(key: str, lane: "Lane") -> str:
    """The advisor and what its answers depend on, as standings and trials name it."""
    return f"{key} {advisor(key).version(lane)}"
