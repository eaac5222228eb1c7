"""Taking the next case out of the queue as the person had filtered it. The filters travel as the text of a query."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from django.db.models import Q

from ordersops.accounts.roles import Perm
from ordersops.cases import actions
from ordersops.cases.forms import QueueFilters
from ordersops.cases.lanes import lane as lane_named
from ordersops.cases.models import Case
from ordersops.cases.queries import fitting, mine, not_telling
from ordersops.stores.models import Store

if TYPE_CHECKING:
    from ordersops.accounts.models import User


def queue_query(user: "User", asked: Mapping[str, Any]) -> str:
    """The filters that came along in the address, or in a form's field `queue`; what cannot be read is left out."""
    data = dict(parse_qsl(str(asked["queue"])[:1000])) if "queue" in asked else asked
    return str(filters_of(user, data).context()["query"])


def take(lane: str, user: "User", query: str) -> Case | None:
    """Lease the most urgent free case that the filters let through. Where they say `mine`, the one in hand that ends first, or else one of
    those that are theirs."""
    asked = filters_of(user, dict(parse_qsl(query))).read()
    if asked["mine"]:
        held = (case for case in mine(user) if case.lane == lane and case.holder_id() == user.pk)
        if (in_hand := next(held, None)) is not None:
            return in_hand
    fits = fitting(lane_named(lane), user, asked) & not_telling(lane_named(lane), user, asked)
    if asked["store"]:
        fits &= Q(store=asked["store"])
    return actions.next_case(lane=lane, by=user, fits=fits)


def filters_of(user: "User", data: Mapping[str, Any]) -> QueueFilters:
    """The filters, with the stores that the person sees where one is named."""
    named = str(data.get("store", ""))
    stores = Store.objects.visible_to(user, Perm.VIEW_CASES) if named else []
    return QueueFilters(data, store=[(str(store.pk), store.name) for store in stores])
