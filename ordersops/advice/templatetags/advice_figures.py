"""How advisors and the times of their calls are written."""

from typing import Any

from django import template

register = template.Library()

NAMES = {"scorecard": "Scorecard", "claude": "Claude", "openai": "OpenAI"}


@register.filter
def advisor_name(key: Any) -> str:
    return NAMES.get(str(key), str(key))


@register.filter
def seconds(milliseconds: Any) -> str:
    """840 ms, 3.2 s, 41 s."""
    if milliseconds is None:
        return "–"
    took = float(milliseconds)
    if took < 1000:
        return f"{took:.0f}\N{NO-BREAK SPACE}ms"
    return f"{took / 1000:.{1 if took < 10_000 else 0}f}\N{NO-BREAK SPACE}s"
