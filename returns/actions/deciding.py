"""What a decision does to the request itself. Called in the unit of the decision, which has checked who may."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.errors import Conflict, Invalid
from returns.actions.moving import locked, move
from returns.models import ReturnRequest, ReturnState
from returns.policy import DEFAULTS, Settings

if TYPE_CHECKING:
    from ordersops.review.models import Decision


@dataclass(frozen=True, slots=True)
class LineTerms:
    """What was decided for one line: its outcome, units, and the money that goes back for them."""

    outcome: str
    units: int
    amount: Decimal | None = None


@atomic
def approve(
    *,
    request: ReturnRequest,
    outcome: str,
    lines: Mapping[UUID, LineTerms],
    by: User,
    decision: "Decision | None" = None,
    instructions: str = "",
    refund_shipping: bool = False,
    inspect: bool = True,
    destination: str = "",
    comes_back: bool = True,
    settings: Settings = DEFAULTS,
) -> ReturnRequest:
    """Accept the return on these terms. Where nothing comes back it waits for nothing but its money or replacement."""
    request = locked(request)
    rows = {row.pk: row for row in request.lines.all()}
    if set(lines) != set(rows):
        raise Invalid("The terms do not name each line of the return once.")
    move(request, ReturnState.APPROVED if comes_back else ReturnState.SETTLED)
    now = timezone.now()
    for pk, terms in lines.items():
        row = rows[pk]
        if not 0 <= terms.units <= row.quantity:
            raise Invalid(f"Of {row.quantity} units asked for, {terms.units} cannot be approved.")
        row.outcome, row.approved, row.amount = terms.outcome, terms.units, terms.amount
        row.save(update_fields=["outcome", "approved", "amount"])
    request.outcome, request.decision, request.approved_at = outcome, decision, now
    request.instructions, request.refund_shipping, request.inspect = instructions, refund_shipping, inspect
    request.destination = destination[:60]
    request.expires_at = now + timedelta(days=settings.expire_after_days) if comes_back else None
    request.closed_at = None if comes_back else now
    request.save()
    record(Verb.RETURN_APPROVED, by=by, order=request.order, request=request.pk, number=request.number, outcome=outcome)
    return request


@atomic
def decline(*, request: ReturnRequest, reason: str, by: User, decision: "Decision | None" = None, instructions: str = "") -> ReturnRequest:
    """The customer keeps the goods. `reason` is one of the store's: FINAL_SALE, RETURN_PERIOD_ENDED, OTHER."""
    request = locked(request)
    move(request, ReturnState.DECLINED)
    request.outcome, request.decline, request.decision, request.closed_at = "decline", reason, decision, timezone.now()
    request.instructions = instructions
    request.save()
    request.lines.update(outcome="DECLINE", approved=0, amount=None)
    record(Verb.RETURN_DECLINED, by=by, order=request.order, request=request.pk, number=request.number, why=reason)
    return request


@atomic
def reopen(*, request: ReturnRequest, by: User) -> ReturnRequest:
    """Its decision was taken back: it is as if nobody had decided. Conflict once goods are on their way or something was settled."""
    request = locked(request)
    if request.received_at or request.acts.exclude(effect__state__in=["undone", "given_up"]).exists():
        raise Conflict(f"Return {request.number} is past its decision: goods are back, or money is under way.")
    move(request, ReturnState.REQUESTED)
    request.outcome = request.decline = request.instructions = ""
    request.decision = request.approved_at = request.expires_at = request.closed_at = None
    request.save()
    request.lines.update(outcome="", approved=0, amount=None)
    record(Verb.RETURN_REOPENED, by=by, order=request.order, request=request.pk, number=request.number)
    return request
