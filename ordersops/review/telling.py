"""What a letter to the customer begins with once something was decided: the text that goes with the reason, which never says why (law 19)."""

from typing import TYPE_CHECKING

from ordersops.cases.lanes import lanes
from ordersops.cases.models import Case
from ordersops.review.models import Decision
from ordersops.review.queries import reasons_of
from ordersops.rollout.models import UNDO

if TYPE_CHECKING:
    from ordersops.orders.models import Order


def draft(order: "Order") -> dict[str, str]:
    """Subject and text out of the newest decision about the order that stands, as supervisors word its reason now; {} where nothing was
    decided, or its reason has no text for customers. Somebody reads it, changes it and sends it."""
    cases = Case.objects.about([order.pk]).filter(state="decided").order_by().values("pk")
    standing = Decision.objects.filter(case__in=cases, superseded_by=None).exclude(outcome=UNDO).select_related("case")
    decision = standing.order_by("-decided_at").first()
    about = lanes().get(decision.case.lane) if decision else None
    if decision is None or about is None:
        return {}
    text = next((reason.customer_text for reason in reasons_of(about, retired=True) if reason.code == decision.reason), "")
    return {"subject": f"Your order {order}", "text": text} if text else {}
