"""The customer gets what was decided: money back, or a replacement, each through an effect and each once."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone

from ordersops.accounts.access import require
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.effects.actions import ask_within
from ordersops.effects.kinds.rules import left_to_refund
from ordersops.effects.models import Effect
from ordersops.errors import Conflict
from ordersops.orders.models import Order
from returns.actions.moving import locked, move
from returns.eligibility.outcome import BY_HAND, OUTCOMES, REFUNDS, REPLACES
from returns.models import ReturnAct, ReturnLine, ReturnRequest, ReturnState

REPLACED = {
    "DEFECTIVE": "faulty",
    "DAMAGED_IN_TRANSIT": "damaged",
    "WRONG_ITEM": "wrong_item",
    "NOT_RECEIVED": "lost",
    "MISSING_ITEM": "lost",
}


@atomic
def settle(*, request: ReturnRequest, by: User) -> list[Effect]:
    """Plan the refund and the replacement that were decided, for what has come back. Needs `decide_returns` and `refund`.

    Money never exceeds what was captured less what went back or is under way, whoever else refunds at the same moment: the order is
    locked, and the refund's own rule looks again. Above the limit it waits for a second person. Once; again only where every act of
    the first time was undone or given up.
    """
    require(by, Perm.DECIDE_RETURNS, request.store_id, to="settle a return", order=request.order_id)
    require(by, Perm.REFUND, request.store_id, to="settle a return", order=request.order_id)
    request = locked(request)
    ready = {ReturnState.INSPECTED, *([] if request.inspect else [ReturnState.RECEIVED])}
    if request.state == ReturnState.SETTLED:
        if _live(request):
            raise Conflict(f"Return {request.number} is settled already.")
    elif request.state not in ready:
        first = "Inspect it first." if request.state == ReturnState.RECEIVED else "Nothing has come back yet."
        raise Conflict(f"Return {request.number} is “{request.get_state_display()}”. {first}")
    else:
        move(request, ReturnState.SETTLED)
    effects = [
        ask_within(order=request.order, kind=kind, arguments=arguments, reason=f"Return {request.number}", by=by)
        for kind, arguments in acts(request, came_back=True)
    ]
    if not effects:
        raise Conflict("Nothing of what came back was to be paid or replaced. Decline the return, or change its terms.")
    note(request, effects)
    request.closed_at = timezone.now()
    request.save(update_fields=["state", "version", "closed_at"])
    amount, replaced = _sums(effects)
    record(
        Verb.RETURN_SETTLED, by=by, order=request.order, request=request.pk, number=request.number, amount=amount, currency=request.currency,
        replaced=replaced,
    )  # fmt: skip
    return effects


def acts(request: ReturnRequest, *, came_back: bool) -> list[tuple[str, dict[str, Any]]]:
    """The effects that settle it, as (kind, arguments). Under the order's lock: the refund is cut to what is left to refund.

    `came_back`: only units that are here count, and what an inspection did not find is not paid.
    """
    found: list[tuple[str, dict[str, Any]]] = []
    rows = [(row, _units(row, came_back=came_back)) for row in request.lines.all()]
    refunds = [(row, units) for row, units in rows if units and row.outcome in REFUNDS and row.amount]
    money = sum((_share(row, units) for row, units in refunds), Decimal(0))
    shipping = _shipping(request, rows)
    amount = min(money + shipping, max(left_to_refund(request.order), Decimal(0)))
    if amount > 0:
        lines = [
            {"external_id": row.line.external_id, "quantity": units, "restock": _restock(row)}
            for row, units in refunds
            if row.outcome != "PARTIAL_CREDIT"
        ]
        found.append(
            (
                "refund.create",
                {
                    "amount": f"{amount:.2f}", "currency": request.currency, "lines": lines,
                    "shipping_amount": f"{min(shipping, amount):.2f}", "note": f"Return {request.number}",
                },
            )
        )  # fmt: skip
    send = [(row, units) for row, units in rows if units and row.outcome in REPLACES]
    if send:
        portions = [{"external_id": row.line.external_id, "quantity": units} for row, units in send]
        found.append(
            (
                "replacement.create",
                {"lines": portions, "reason": REPLACED.get(send[0][0].reason, "other"), "note": f"Return {request.number}"},
            )
        )
    if hand := [(row, units) for row, units in rows if units and row.outcome in BY_HAND]:
        told = "\n".join(
            f"{units} × {row.line.title or row.line.sku}: {OUTCOMES[row.outcome]}, {row.amount or 0} {request.currency}"
            for row, units in hand
        )
        found.append(("ticket.create", {"subject": f"Return {request.number}", "text": told[:4000]}))
    return found


SETTLING = ("refund.create", "replacement.create", "ticket.create")


def settled_by(request: ReturnRequest) -> "models.QuerySet[Effect]":
    """The effects that pay or replace it: asked for by `settle`, or planned by its decision."""
    mine = models.Q(return_act__request=request)
    if request.decision_id:
        mine |= models.Q(decision=request.decision_id, kind__in=SETTLING)
    return Effect.objects.filter(mine, order=request.order_id)


def note(request: ReturnRequest, effects: list[Effect]) -> None:
    """Remember which effects settle the request."""
    ReturnAct.objects.bulk_create([ReturnAct(request=request, store_id=request.store_id, effect=effect) for effect in effects])


def _live(request: ReturnRequest) -> bool:
    return settled_by(request).exclude(state__in=["undone", "given_up"]).exists()


def _units(row: ReturnLine, *, came_back: bool) -> int:
    if not came_back or row.outcome in {"KEEP_ITEM_REFUND", "PARTIAL_CREDIT", "DONATE", "REPLACE_NO_RETURN"}:
        return row.approved
    return 0 if row.grade == "missing" else min(row.approved, row.received)


def _share(row: ReturnLine, units: int) -> Decimal:
    """The line's amount for so many of its approved units."""
    assert row.amount is not None
    return (row.amount * units / row.approved).quantize(Decimal("0.01"))


def _shipping(request: ReturnRequest, rows: list[tuple[ReturnLine, int]]) -> Decimal:
    paid = request.order.shipping_total or Decimal(0)
    money = any(units and row.outcome in REFUNDS for row, units in rows)
    return paid if request.refund_shipping and money and not _shipping_gone(request.order) else Decimal(0)


def _shipping_gone(order: Order) -> bool:
    """Whether a refund of ours has given the shipping back already."""
    others = order.effects.filter(kind="refund.create").exclude(state__in=["undone", "given_up"])
    return any(Decimal(effect.arguments.get("shipping_amount") or 0) > 0 for effect in others)


def _restock(row: ReturnLine) -> str:
    return "return" if row.disposition == "restock" else "none"


def _sums(effects: list[Effect]) -> tuple[Decimal, int]:
    return sum((effect.amount or Decimal(0) for effect in effects), Decimal(0)), sum(
        effect.kind == "replacement.create" for effect in effects
    )
