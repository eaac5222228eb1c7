"""A small world for the pages: one of everything, in `store`."""

from dataclasses import dataclass
from typing import Any

import pytest

from fraud.models import ListEntry
from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.cases.actions import attach
from ordersops.cases.models import Attachment, Case
from ordersops.effects.models import Effect
from ordersops.intake.models import Delivery
from ordersops.orders.models import Hold, Order
from ordersops.review.models import Decision, Proposal
from ordersops.rollout.models import PolicyVersion, Switch
from ordersops.stores.models import Store
from tests.factories import (
    CaseFactory,
    DecisionFactory,
    DeliveryFactory,
    EffectFactory,
    HoldFactory,
    OrderFactory,
    PolicyVersionFactory,
    ProposalFactory,
    TransactionFactory,
)


@dataclass
class World:
    store: Store
    order: Order
    hold: Hold
    case: Case
    decision: Decision
    planned: Effect
    failed: Effect
    handed_over: Effect
    delivery: Delivery
    colleague: User
    entry: ListEntry
    policy: PolicyVersion
    switch: Switch
    reviewer: User
    attachment: Attachment
    proposal: Proposal


@pytest.fixture
def world(store: Store, make_person: Any, system: User) -> World:
    order = OrderFactory(store=store, email_key=7)
    TransactionFactory(order=order)
    decision = DecisionFactory(case=CaseFactory(order__store=store, order__risk="declined"), by=make_person())
    others = DecisionFactory(case=CaseFactory(order__store=store, order__risk="declined"), by=make_person())
    case, reviewer = CaseFactory(order=order), make_person(Role.FRAUD_REVIEWER, store, name="Rea Viewer")
    make_person(Role.SUPERVISOR, store, name="Sue Pervisor")
    return World(
        store=store,
        order=order,
        hold=HoldFactory(order=order, placed_by=system),
        case=case,
        decision=decision,
        planned=EffectFactory(decision=decision),
        failed=EffectFactory(decision=others, state="dead", attempts=5),
        handed_over=EffectFactory(decision=others, state="handed_over"),
        delivery=DeliveryFactory(store=store, order=order),
        colleague=make_person(Role.OPS_REVIEWER, store, name="Cora League"),
        entry=ListEntry.objects.create(store=store, kind="block", key="ip", digest=1, note="Card testing in May", added_by=make_person()),
        policy=PolicyVersionFactory(store=store, author=make_person()),
        reviewer=reviewer,
        attachment=attach(case=case, name="letter.txt", content=b"Dear shop", by=reviewer),
        proposal=ProposalFactory(case=CaseFactory(order__store=store), by=make_person(Role.FRAUD_REVIEWER, store)),
        switch=Switch.objects.create(lane="fraud", store=store, why="Bad answers since noon", by=make_person()),
    )
