"""How values are written on every page. All of them escape what they are given, and write None as nothing."""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from math import ceil
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ordersops.advice.cleaning import clean
from ordersops.stores.currencies import NO_DECIMALS, THREE_DECIMALS

register = template.Library()

_UNITS = ((365 * 86400, "year"), (30 * 86400, "month"), (86400, "day"), (3600, "h"), (60, "min"))


@register.filter
def money(amount: Any, currency: Any = "") -> str:
    """1,234.50 EUR: thousands set apart, the currency's own decimals."""
    try:
        value = Decimal(str(amount))
    except InvalidOperation:
        return "–"
    if not value.is_finite():
        return "–"
    digits = 0 if currency in NO_DECIMALS and value == value.to_integral_value() else 2
    if currency in THREE_DECIMALS and value != round(value, 2):
        digits = 3
    text = f"{value:,.{digits}f}".replace("-", "−")
    return f"{text}\N{NO-BREAK SPACE}{currency}" if currency else text


def _span(seconds: float) -> str:
    """A length of time in its largest unit: 3 min, 2 h, 5 days."""
    for size, unit in _UNITS:
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {unit}{'s' if count > 1 and unit not in {'h', 'min'} else ''}"
    return "moments"


def _left(seconds: float) -> str:
    """A length of time that runs: 0:42, 3 h 10 min, 2 d 4 h. In the words of countdown.js, so that nothing moves when it begins to run."""
    left = max(0, ceil(seconds))
    if left < 3600:
        return f"{left // 60}:{left % 60:02}"
    minutes = left // 60
    return f"{minutes // 60} h {minutes % 60:02} min" if minutes < 48 * 60 else f"{minutes // 1440} d {minutes % 1440 // 60} h"


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


@register.filter
def ago(moment: datetime | None) -> str:
    """When it was (or will be), seen from now; the exact time on hovering."""
    if not moment:
        return ""
    seconds = (timezone.now() - moment).total_seconds()
    words = f"{_span(seconds)} ago" if seconds >= 0 else f"in {_span(-seconds)}"
    return format_html('<time datetime="{}" data-relative title="{}">{}</time>', moment.isoformat(), _utc(moment), words)


@register.filter
def stamp(moment: datetime | None) -> str:
    """The exact time: 14:05 today, Nov 21, 14:05 this year. In the words of localtime.js, so that nothing moves when it makes it local."""
    if not moment:
        return ""
    at, now = moment.astimezone(UTC), timezone.now().astimezone(UTC)
    day = "" if at.date() == now.date() else f"{at:%b} {at.day}, " if at.year == now.year else f"{at:%b} {at.day}, {at.year}, "
    words = format_html("{}{}<noscript> UTC</noscript>", day, f"{at:%H:%M}")
    return format_html('<time datetime="{}" data-local title="{}">{}</time>', moment.isoformat(), _utc(moment), words)


@register.filter
def exact(moment: datetime | None) -> str:
    """To the second and in UTC, for records."""
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}") if moment else ""


@register.filter
def countdown(moment: datetime | None) -> str:
    """How long until then."""
    if not moment:
        return ""
    seconds = (moment - timezone.now()).total_seconds()
    words = _left(seconds) if seconds > 0 else f"{_left(-seconds)} over"
    return format_html('<time datetime="{0}" data-countdown="{0}">{1}</time>', moment.isoformat(), words)


@register.filter
def due(case: Any) -> str:
    """The deadline of a case, with its urgency: from three quarters of its time on it is soon. A clock that stands says so."""
    moment = getattr(case, "due_at", None)
    if not moment:
        return ""
    urgency, warn = case.urgency, case.warn_at
    if urgency == "paused":
        return format_html('<span class="clock" data-urgency="paused" data-calm>{}<span>clock stands</span></span>', icon("pause", "small"))
    return format_html(
        '<span class="clock" data-urgency="{}"{}>{}{}</span>',
        urgency,
        format_html(' data-warn="{}"', warn.isoformat()) if warn else "",
        icon("clock", "small"),
        countdown(moment),
    )


@cache
def _sheet() -> str:
    return static("img/icons.svg")


@register.simple_tag
def icon(name: Any, size: str = "") -> SafeString:
    """A drawing beside words that say the same; nothing to read aloud."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"></use></svg>', f" icon-{size}" if size else "", _sheet(), name
    )


@register.simple_tag
def keycap(key: Any) -> SafeString:
    """The key that does the same as the button it stands in."""
    return format_html('<kbd class="keycap" aria-hidden="true">{}</kbd>', key)


@register.filter
def width(value: Any) -> int:
    """A share as 0 to 100 in steps of 5, for the classes that stand in for inline styles."""
    try:
        return round(min(max(float(value), 0), 100) / 5) * 5
    except (TypeError, ValueError, OverflowError):
        return 0


@register.filter
def cleaned(text: Any) -> str:
    """Text that others had a hand in, without the signs that nobody sees."""
    return clean(str(text))


@register.filter
def plural(count: Any, words: str) -> str:
    """`{{ 3|plural:"order,orders" }}` is "3 orders"."""
    one, _, many = words.partition(",")
    try:
        number = int(count)
    except (TypeError, ValueError):
        return f"{count} {many}"
    return f"{number:,} {one if number == 1 else many}"
