"""What a customer said in a message about goods that came damaged, wrong or not at all becomes a request that a person looks at."""

from collections.abc import Sequence

from ordersops.accounts.models import User
from ordersops.audit.actions import atomic
from ordersops.cases.lanes import Raised, Told
from ordersops.errors import Refusal
from ordersops.orders.models import Line, Order
from returns.actions import Wanted, request
from returns.models import ReturnRequest
from returns.models.request import Identity, Source

GROUNDS = {
    "order.damaged": "DAMAGED_IN_TRANSIT", "order.wrong_item": "WRONG_ITEM", "order.missing_item": "MISSING_ITEM",
    "shipping.not_received": "NOT_RECEIVED", "return.request": "OTHER", "refund.request": "OTHER", "exchange.request": "OTHER",
}  # fmt: skip
WISHES = {"refund.request": "refund", "exchange.request": "exchange"}


def hear(told: Sequence[Told], by: User) -> list[Raised]:
    """One request for each conversation and intent. What is not about a return, and what cannot be asked for, raises nothing."""
    found = []
    for one in told:
        if one.about not in GROUNDS:
            continue
        made = _heard_before(one) or _made(one, by)
        if made is not None:
            found.append(Raised(made.store_id, made.pk, made.order_id, "message"))
    return found


def _name(one: Told) -> str:
    return f"told:{one.source}:{one.about}"


def _heard_before(one: Told) -> ReturnRequest | None:
    return ReturnRequest.objects.filter(store=one.order.store_id, external_id=_name(one)).first()


def _made(one: Told, by: User) -> ReturnRequest | None:
    lines = [
        Wanted(line.external_id, left, GROUNDS[one.about], words=one.text)
        for line in _meant(one.order, one.products)
        if (left := line.shipped - max(line.returned, line.refunded)) > 0
    ]
    try:
        with atomic():
            return request(
                order=one.order, wanted=lines, source=Source.INQUIRY, identity=Identity.CONTACT, by=by, wish=WISHES.get(one.about, ""),
                external_id=_name(one),
            )  # fmt: skip
    except Refusal:
        return None  # all of it is asked for already, or nothing of it was sent: there is nothing to decide here


def _meant(order: Order, titles: Sequence[str]) -> list[Line]:
    """The lines that were named; all of them where none was."""
    lines = list(order.lines.all())
    wanted = {title.casefold() for title in titles}
    return [line for line in lines if line.title.casefold() in wanted] or lines
