"""What every verb on a request begins with: locks in one order, and the guard of its transition."""

from ordersops.accounts.access import require
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.advice.actions import raise_questions
from ordersops.cases.lanes import Raised
from ordersops.errors import Conflict
from ordersops.orders.models import Order
from returns.models import TRANSITIONS, ReturnRequest, ReturnState


def locked(request: ReturnRequest) -> ReturnRequest:
    """The request with its order, both locked: the order first, as everywhere."""
    order = Order.objects.select_for_update(of=("self",)).select_related("store", "customer").get(pk=request.order_id)
    found = ReturnRequest.objects.select_for_update(of=("self",)).prefetch_related("lines__line").get(pk=request.pk)
    found.order = order
    return found


def move(request: ReturnRequest, to: str) -> None:
    """Guard the transition."""
    if to not in TRANSITIONS[request.state]:
        raise Conflict(
            f"Return {request.number} is “{request.get_state_display()}”; it cannot become “{ReturnState(to).label}” from there."
        )
    request.state = to
    request.version += 1


def handles(by: User, request: ReturnRequest, to: str) -> None:
    """Goods are taken in by who decides returns, or acts on orders."""
    if not by.is_system:
        require(by, Perm.ACT_ON_ORDER, request.store_id, to=to, order=request.order_id)


def ask_about(request: ReturnRequest, because: str) -> None:
    """Raise the lane's question about it (again), in the caller's unit."""
    raise_questions({"returns": [Raised(request.store_id, request.pk, request.order_id, because)]})
