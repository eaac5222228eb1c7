"""What follows from a decision outside: the store is told, the customer is told, and money or goods leave where nothing comes back."""

from django.conf import settings
from django.urls import reverse

from ordersops.accounts.models import User
from ordersops.cases.lanes import Outcome
from ordersops.effects.actions import Act
from ordersops.effects.kinds import KINDS
from ordersops.effects.kinds.arguments import Arguments
from ordersops.orders.models import Order
from returns.actions.settling import acts as settling
from returns.models import ReturnRequest
from returns.reasons import ASK, DECLINE, KEEP, REPLACE


def acts(request: ReturnRequest, outcome: Outcome, instructions: str) -> list[Act]:
    """Under the order's lock, after the request's own rows have followed. An act that nobody can do now is left out but for money."""
    found: list[Act] = []
    order = request.order
    request = ReturnRequest.objects.prefetch_related("lines__line").get(pk=request.pk)
    request.order = order
    known = request.external_id if not request.external_id.startswith("told:") else ""
    if known and outcome.key != ASK.key:
        kind = "return.decline" if outcome.key == DECLINE.key else "return.approve"
        arguments = {"return": known}
        if outcome.key == DECLINE.key:
            arguments |= {"reason": request.decline.lower() if request.decline in {"FINAL_SALE", "RETURN_PERIOD_ENDED"} else "other"}
        found += _where_possible(order, kind, KINDS[kind].parse(arguments))
    if outcome.key in {KEEP.key, REPLACE.key}:
        found += [Act(order, kind, KINDS[kind].parse(raw)) for kind, raw in settling(request, came_back=False)]
    if instructions:
        page = f"{settings.PUBLIC_URL}{reverse('return_ask', args=[order.store.endpoint_id])}"
        text = f"{instructions}\n\nHere you see how far it is, and can add photos or a few words:\n{page}"
        letter = KINDS["message.send"].parse({"about": "return", "subject": f"Your return {request.number}", "text": text})
        found += _where_possible(order, "message.send", letter)
    return found


def _where_possible(order: Order, kind: str, arguments: Arguments) -> list[Act]:
    return [] if KINDS[kind].refusals(order, arguments, User.objects.system()) else [Act(order, kind, arguments)]
