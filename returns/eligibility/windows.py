"""The return window: when it begins, how long it is, and which rule says so. The rules that give way are named (policies.md 4.1, 5)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from returns.eligibility.given import Asked, LineAsked
from returns.policy import Settings, Window

# Whose word counts first: a product's before a customer's before the order's before the reason's before the default.
PRECEDENCE = ("product", "customer", "order", "reason")


@dataclass(frozen=True, slots=True)
class Open:
    """`begins` None: not delivered yet (`waiting`), or nobody knows. `ends` is the last moment."""

    begins: datetime | None
    start: str
    ends: datetime | None
    rule: str
    shadowed: tuple[str, ...] = ()
    waiting: bool = False


def window(asked: Asked, line: LineAsked, settings: Settings) -> Open:
    fitting = [rule for rule in settings.windows if _fits(rule, asked, line)]
    # A date up to which orders may come back in any case is a favour: it never ends a longer window.
    favours = [rule for rule in fitting if rule.open_until is not None]
    lengths = sorted((rule for rule in fitting if rule.open_until is None), key=lambda rule: PRECEDENCE.index(rule.level))
    reasons = [rule for rule in lengths if rule.level == "reason" and rule.days > (lengths[0].days if lengths else 0)]
    chosen = lengths[0] if lengths else None
    if chosen and chosen.level != "reason" and reasons:
        chosen = reasons[0]  # what is defective may come back for longer, whatever the goods' own window is
    days, named = (chosen.days, _name(chosen)) if chosen else (settings.window_days, f"{settings.window_days} days by default")
    begins, start, waiting = _begins(asked, line, settings)
    ends = begins + timedelta(days=days) if begins else None
    shadowed = [_name(rule) for rule in lengths if rule is not chosen]
    for rule in favours:
        until = datetime.combine(rule.open_until or date.max, time.max, UTC)
        if ends is not None and until > ends:
            ends, named, shadowed = until, _name(rule), [*shadowed, named]
        else:
            shadowed.append(_name(rule))
    return Open(begins, start, ends, named, tuple(shadowed), waiting)


def statutory_until(line: LineAsked, settings: Settings) -> datetime | None:
    """The last moment of the right of withdrawal; None while nobody knows when it was delivered."""
    return line.delivered_at + timedelta(days=settings.withdrawal_days) if line.delivered_at else None


def _begins(asked: Asked, line: LineAsked, settings: Settings) -> tuple[datetime | None, str, bool]:
    if settings.window_from_order and asked.placed_at:
        return asked.placed_at, "the order", False
    if line.delivered_at:
        return line.delivered_at, "delivery", False
    if line.not_delivered:
        return None, "delivery, which is still to come", True
    if line.shipped_at:
        return (
            line.shipped_at + timedelta(days=settings.carrier_p90_days),
            f"dispatch and {settings.carrier_p90_days} days on the way",
            False,
        )
    if line.fulfilled_at:
        return line.fulfilled_at, "fulfilment", False
    return None, "unknown", False


def _fits(rule: Window, asked: Asked, line: LineAsked) -> bool:
    match = rule.match.casefold()
    if rule.level == "product":
        return match in {tag.casefold() for tag in line.tags}
    if rule.level == "customer":
        return match in {tag.casefold() for tag in asked.customer.tags} | {asked.customer.tier.casefold()} - {""}
    if rule.level == "reason":
        return rule.match == line.reason
    if match and match not in {tag.casefold() for tag in asked.order_tags}:
        return False
    placed = asked.placed_at.date() if asked.placed_at else None
    if rule.placed_from or rule.placed_until:
        return placed is not None and (rule.placed_from or date.min) <= placed <= (rule.placed_until or date.max)
    return bool(match)


def _name(rule: Window) -> str:
    length = f"until {rule.open_until:%Y-%m-%d}" if rule.open_until else f"{rule.days} days"
    return f"{length} for {rule.name or rule.match or 'the order'}"
