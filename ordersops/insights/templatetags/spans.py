"""How lengths of time are written."""

from typing import Any

from django import template

register = template.Library()


@register.filter
def span(seconds: Any) -> str:
    """45 s, 3 min, 1 h 20 min, 2 days; a dash where there is none."""
    if seconds is None:
        return "–"
    left = round(float(seconds))
    if left < 60:
        return f"{left}\N{NO-BREAK SPACE}s"
    if left < 3600:
        return f"{left // 60}\N{NO-BREAK SPACE}min"
    if left < 2 * 86400:
        minutes = left % 3600 // 60
        return f"{left // 3600}\N{NO-BREAK SPACE}h" + (f" {minutes}\N{NO-BREAK SPACE}min" if minutes else "")
    return f"{left // 86400}\N{NO-BREAK SPACE}days"
