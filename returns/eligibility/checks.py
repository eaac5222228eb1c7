"""The twelve checks of policies.md 4.1, in their order. Each looks at one line and says what it found.

The first that denies decides. What the law gives overrides checks 4 to 6: they are still made, so that it is seen what would have been.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from returns.eligibility.abuse import Sign, is_hard
from returns.eligibility.given import Asked, LineAsked
from returns.eligibility.lists import hits, named
from returns.eligibility.rows import CHECKS, Found, Row, plain
from returns.eligibility.windows import statutory_until, window
from returns.grounds import GROUNDS
from returns.policy import Settings

OVERRIDDEN_BY_LAW = frozenset({"final_sale", "window", "lists"})


@dataclass(frozen=True, slots=True)
class Ctx:
    """What every check may look at."""

    asked: Asked
    line: LineAsked
    settings: Settings
    signs: tuple[Sign, ...]


Check = Callable[[Ctx], Found]


def run(ctx: Ctx, policy: str) -> list[Row]:
    """The twelve rows of one line."""
    rows: list[Row] = []
    stopped = by_law = None
    for key, label in CHECKS:
        if stopped:
            rows.append(Row(key, policy, {}, "not_reached", f"Not looked at: “{stopped}” decided."))
            continue
        found = TABLE[key](ctx)
        if by_law and key in OVERRIDDEN_BY_LAW and found.result in {"denied", "person"}:
            found = Found("overridden", f"{found.reason} The right by law goes before.", found.code, found.inputs)
        if found.result == "right":
            by_law = found
        if found.result == "denied":
            stopped = label
        inputs = {name: plain(value) for name, value in (found.inputs or {}).items()}
        rows.append(Row(key, policy, inputs, found.result, found.reason, found.code))
    return rows


def identity(ctx: Ctx) -> Found:
    said = {
        "contact": "Order number and contact fit together.",
        "signed_in": "The customer is signed in.",
        "store": "The store vouches for the customer.",
    }
    who = ctx.asked.identity
    inputs = {"identity": who}
    if who == "staff":
        return Found("passed", "A colleague asked for it and knows the customer.", inputs=inputs)
    if who in said:
        return Found("passed", said[who], inputs=inputs)
    return Found("person", "Nobody has verified who is asking.", "identity_unverified", inputs)


def returnable(ctx: Ctx) -> Found:
    line = ctx.line
    left = line.fulfilled - max(line.returned, line.refunded) - line.asked_elsewhere
    inputs = {
        "fulfilled": line.fulfilled, "returned": line.returned, "refunded": line.refunded, "asked_elsewhere": line.asked_elsewhere,
        "asked": line.asked, "left": max(left, 0),
    }  # fmt: skip
    if line.asked < 1 or line.asked > left:
        return Found("denied", f"{line.asked} asked for, {max(left, 0)} can still be returned.", "nothing_returnable", inputs)
    return Found("passed", f"{line.asked} of {left} that can still be returned.", inputs=inputs)


def statutory(ctx: Ctx) -> Found:
    line, settings, country = ctx.line, ctx.settings, ctx.asked.country.upper()
    until = statutory_until(line, settings)
    inputs = {"country": country, "delivered_at": line.delivered_at, "until": until, "days": settings.withdrawal_days}
    if country not in settings.withdrawal_countries:
        return Found("passed", f"No right of withdrawal is kept for {country or 'an unknown country'}.", inputs=inputs)
    if exempt := _exempt(line):
        return Found("passed", f"No right of withdrawal for what is {exempt}.", inputs={**inputs, "exempt": exempt})
    if until is None:
        if line.not_delivered:
            return Found("right", "It has not been delivered: the right of withdrawal has not ended.", "statutory_right", inputs)
        return Found("passed", "Nobody knows when it was delivered, so the right of withdrawal is not counted.", inputs=inputs)
    if ctx.asked.at <= until:
        return Found("right", f"Right of withdrawal until {until:%Y-%m-%d}.", "statutory_right", inputs)
    return Found("passed", f"The right of withdrawal ended on {until:%Y-%m-%d}.", inputs=inputs)


def _exempt(line: LineAsked) -> str:
    """Directive 2011/83/EU art. 16."""
    if line.custom_made:
        return "custom-made"
    if line.perishable:
        return "perishable"
    if line.sealed_hygiene and line.condition in {"opened", "worn", "damaged"}:
        return "sealed for hygiene and opened"
    if line.digital or line.gift_card:
        return "digital and begun"
    return ""


def final_sale(ctx: Ctx) -> Found:
    line, settings = ctx.line, ctx.settings
    marks = {tag.casefold() for tag in settings.final_sale_tags}
    hit = sorted(tag for tag in line.tags | ctx.asked.order_tags if tag.casefold() in marks)
    percent = settings.final_sale_discount_percent
    if percent is not None and line.discount_percent is not None and line.discount_percent >= percent:
        hit.append(f"discount of {line.discount_percent:f} %")
    inputs = {"marks": hit, "reason": line.reason}
    if not hit:
        return Found("passed", "Not a final sale.", inputs=inputs)
    if line.reason in settings.final_sale_bypass:
        return Found("passed", f"Final sale ({hit[0]}), which does not count for “{GROUNDS[line.reason].label}”.", inputs=inputs)
    return Found("denied", f"Final sale: {hit[0]}.", "FINAL_SALE", inputs)


def return_window(ctx: Ctx) -> Found:
    asked, settings = ctx.asked, ctx.settings
    found = window(asked, ctx.line, settings)
    inputs = {
        "begins": found.begins, "start": found.start, "ends": found.ends, "rule": found.rule, "shadowed": found.shadowed,
        "grace_days": settings.grace_days,
    }  # fmt: skip
    if found.waiting:
        return Found("passed", "The window begins with delivery.", inputs=inputs)
    if found.ends is None:
        return Found("person", "Nobody knows when it was delivered or sent, so the window cannot be counted.", "window_unknown", inputs)
    if asked.at <= found.ends:
        return Found("passed", f"Open until {found.ends:%Y-%m-%d} ({found.rule}, from {found.start}).", inputs=inputs)
    if asked.at <= found.ends + timedelta(days=settings.grace_days):
        late = (asked.at - found.ends).days + 1
        return Found(
            "person", f"Ended on {found.ends:%Y-%m-%d}, {late} day{'' if late == 1 else 's'} ago: within the grace.", "window_grace", inputs
        )
    return Found("denied", f"Ended on {found.ends:%Y-%m-%d} ({found.rule}, from {found.start}).", "RETURN_PERIOD_ENDED", inputs)


def lists(ctx: Ctx) -> Found:
    found = hits(ctx.asked, ctx.line, ctx.settings)
    blocked, allowed = [named(one) for one in found.blocked], [named(one) for one in found.allowed]
    inputs = {"blocked": blocked, "allowed": allowed, "shadowed": blocked if allowed else []}
    if found.allowed:
        return Found("passed", f"Allowed: {allowed[0]}.", inputs=inputs)
    if found.blocked:
        return Found("person", f"Blocked: {blocked[0]}.", f"blocked_{found.blocked[0].what}", inputs)
    return Found("passed", "On no list.", inputs=inputs)


def limits(ctx: Ctx) -> Found:
    asked, line, settings = ctx.asked, ctx.line, ctx.settings
    past = asked.customer
    inputs = {
        "earlier_requests": asked.earlier_requests, "per_order": settings.returns_per_order, "orders": past.orders,
        "orders_with_returns": past.orders_with_returns, "ratio": settings.return_ratio, "most_a_customer": line.most_a_customer,
    }  # fmt: skip
    if asked.earlier_requests >= settings.returns_per_order:
        return Found(
            "person", f"Return {asked.earlier_requests + 1} of the order; {settings.returns_per_order} is usual.", "limit_per_order", inputs
        )
    if line.most_a_customer is not None and line.asked > line.most_a_customer:
        return Found(
            "person", f"{line.asked} units; {line.most_a_customer} of this product may come back at once.", "limit_quantity", inputs
        )
    orders, back = past.orders, past.orders_with_returns
    if orders and back is not None and orders >= settings.return_ratio_from_orders and back > orders * settings.return_ratio:
        return Found("person", f"{back} of {orders} orders came back.", "limit_ratio", inputs)
    return Found("passed", "Within the limits.", inputs=inputs)


def evidence(ctx: Ctx) -> Found:
    line, ground = ctx.line, GROUNDS[ctx.line.reason]
    from_ = ctx.settings.photos_from.get(ctx.asked.currency, Decimal(0))
    inputs = {"reason": line.reason, "photos": line.photos, "value": line.value, "photos_from": from_, "words": bool(line.words.strip())}
    if ground.photos and line.photos < 1 and (line.value is None or line.value > from_):
        return Found("ask", f"“{ground.label}” above {from_:f} {ctx.asked.currency} needs a photo.", "evidence_missing", inputs)
    if ground.key == "OTHER" and not line.words.strip():
        return Found("ask", "“Something else” needs a few words.", "evidence_missing", inputs)
    return Found("passed", "All that the reason needs is there.", inputs=inputs)


def shippable(ctx: Ctx) -> Found:
    line, settings, country = ctx.line, ctx.settings, ctx.asked.country.upper()
    inputs = {"hazmat": line.hazmat, "country": country, "value": line.value}
    if GROUNDS[line.reason].nothing_back:
        return Found("passed", "There is nothing to send back.", inputs=inputs)
    why = ""
    if line.hazmat:
        why = "Dangerous goods cannot be sent back by post."
    elif country in settings.no_carrier_countries:
        why = f"No carrier brings returns from {country}."
    elif settings.home_countries and country not in settings.home_countries:
        why = f"A return from {country} passes customs."
    if not why:
        return Found("passed", "It can be sent back.", inputs=inputs)
    if line.value is not None and line.value <= settings.keep_most.get(ctx.asked.currency, Decimal(-1)):
        return Found("keep", f"{why} It is worth little enough to stay there.", "not_shippable", inputs)
    return Found("person", why, "not_shippable", inputs)


def value(ctx: Ctx) -> Found:
    line, settings, currency = ctx.line, ctx.settings, ctx.asked.currency
    most, label = settings.keep_most.get(currency), settings.return_cost.get(currency)
    handling = settings.handling_cost.get(currency, Decimal(0))
    share = line.resale_share if line.resale_share is not None else settings.resale_share
    resale = line.value * share if line.value is not None else None
    landed = label + handling if label is not None else None
    inputs = {
        "value": line.value,
        "keep_most": most,
        "landed_return_cost": landed,
        "resale_value": resale,
        "keep_share": settings.keep_share,
    }
    if GROUNDS[line.reason].nothing_back:
        return Found("passed", "There is nothing to send back.", inputs=inputs)
    if line.value is None or most is None or landed is None or resale is None:
        return Found("passed", "Its worth is not known, so it comes back.", inputs=inputs)
    if line.value > most or landed < resale * settings.keep_share:
        return Found("passed", f"Sending it back costs {landed:.2f}; it is worth {resale:.2f} to us.", inputs=inputs)
    if ctx.signs:
        return Found("passed", "Hardly worth sending back, but it should come back all the same.", inputs=inputs)
    return Found(
        "keep", f"Sending it back costs {landed:.2f}, and it is worth {resale:.2f} to us: the customer may keep it.", "KEEP_ITEM", inputs
    )


def risk(ctx: Ctx) -> Found:
    inputs = {"signs": [sign.key for sign in ctx.signs], "weight": sum(sign.weight for sign in ctx.signs)}
    if is_hard(list(ctx.signs)):
        return Found("person", f"{ctx.signs[0].says}.", "return_risk", inputs)
    if ctx.signs:
        return Found("passed", f"{len(ctx.signs)} sign{'' if len(ctx.signs) == 1 else 's'}, not enough to stop it.", inputs=inputs)
    return Found("passed", "Nothing speaks of abuse.", inputs=inputs)


def resolved(ctx: Ctx) -> Found:
    asked = ctx.asked
    inputs = {"dispute_open": asked.dispute_open, "refund_issued": asked.refund_issued, "claim_paid": asked.claim_paid}
    for true, why in (
        (asked.dispute_open, "A dispute about the payment is open."),
        (asked.refund_issued, "Money went back for it already."),
        (asked.claim_paid, "The carrier has paid a claim for it."),
    ):
        if true:
            return Found("person", f"{why} It must not be paid twice.", "double_compensation", inputs)
    return Found("passed", "Not settled anywhere else.", inputs=inputs)


TABLE: dict[str, Check] = {
    "identity": identity, "returnable": returnable, "statutory": statutory, "final_sale": final_sale, "window": return_window,
    "lists": lists, "limits": limits, "evidence": evidence, "shippable": shippable, "value": value, "risk": risk, "resolved": resolved,
}  # fmt: skip
