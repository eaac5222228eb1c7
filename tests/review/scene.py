"""A held order with an open case about it, as the pipeline leaves it."""

from typing import Any

from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.cases.models import Case, Member
from ordersops.orders.models import Order
from ordersops.stores.models import Store
from tests.factories import CaseFactory, HoldFactory, OrderFactory, SignalFactory


def held(store: Store, system: User, **more: Any) -> Order:
    order = OrderFactory(store=store, on_hold=True, **more)
    HoldFactory(order=order, store=store, reason="fraud", placed_by=system, placed_at=timezone.now())
    return order


def case_about(store: Store, system: User, *, members: int = 0, outcome: str = "decline", blocked: bool = False, **more: Any) -> Case:
    """An open case whose newest advice is `outcome`; an attack with `members` further orders."""
    case: Case = CaseFactory(order=held(store, system, **more), store=store, advice__outcome=outcome)
    if members:
        for _ in range(members):
            Member.objects.create(case=case, order=held(store, system))
        Case.objects.filter(pk=case.pk).update(group_key="ip:7", orders_count=members + 1)
        case.refresh_from_db()
    if blocked:
        SignalFactory(recommendation=case.order.recommendations.get(), key="block_list")
    return case
