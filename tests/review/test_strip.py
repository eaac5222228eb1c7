"""The strip over a case: what the order earns, for those who may see it, and until when it must be decided to ship."""

from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.cases.lanes import lanes
from ordersops.cases.models import Case
from ordersops.rollout.content import Content
from ordersops.rollout.models import PolicyVersion, Verdict
from ordersops.stores.models import Store
from tests.api.conftest import MakeMachine, machine
from tests.factories import CaseFactory, ItemFactory, LocationFactory
from tests.people import MakePerson
from tests.review.scene import case_about, held
from triage.models import RoutingResult

__all__ = ["machine"]
pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 7, 1, 10, tzinfo=UTC)  # a Wednesday


@pytest.fixture
def case(store: Store, system: User) -> Case:
    """Of one line, 120 US dollars."""
    return case_about(store, system)


def strip(client: Client, person: User, case: Case) -> Any:
    client.force_login(person)
    return client.get(reverse("case", args=[case.pk]))


def text(response: Any) -> str:
    return " ".join(response.content.decode().replace("\N{NO-BREAK SPACE}", " ").split())


def test_it_earns_what_its_goods_leave(client: Client, fraud_reviewer: User, case: Case) -> None:
    case.order.lines.update(unit_cost=Decimal("90.5"))
    found = text(strip(client, fraud_reviewer, case))
    assert "<small>earns 29.50 USD (unit costs, 25 %)</small>" in found
    assert "a sale of 120.00 USD is lost that earns 29.50 USD." in found
    assert "120.00 USD is charged back, and goods that cost 90.50 USD are gone." in found


def test_the_item_tells_where_the_line_does_not(client: Client, fraud_reviewer: User, case: Case) -> None:
    ItemFactory(store=case.store, sku="SKU-1", unit_cost=Decimal(100))
    assert "earns 20.00 USD (unit costs" in text(strip(client, fraud_reviewer, case))


def test_else_what_the_store_usually_earns(client: Client, fraud_reviewer: User, case: Case) -> None:
    Store.objects.filter(pk=case.store_id).update(gross_margin=Decimal("30"))
    found = text(strip(client, fraud_reviewer, case))
    assert "<small>earns 36.00 USD (store&#x27;s gross margin, 30 %)</small>" in found
    assert "goods and 120.00 USD are lost" in found  # what the goods cost is still not known


def test_else_it_says_that_it_is_not_known(client: Client, fraud_reviewer: User, case: Case) -> None:
    found = text(strip(client, fraud_reviewer, case))
    assert "<small>earns: not known (no cost of its goods)</small>" in found
    assert "a sale of 120.00 USD is lost." in found


def test_a_sale_at_a_loss_is_not_said_to_earn(client: Client, fraud_reviewer: User, case: Case) -> None:
    case.order.lines.update(unit_cost=Decimal(130))
    found = text(strip(client, fraud_reviewer, case))
    assert "earns −10.00 USD" in found
    assert "a sale of 120.00 USD is lost." in found


def test_who_answers_customers_sees_nothing_of_it(client: Client, support_agent: User, case: Case) -> None:
    case.order.lines.update(unit_cost=Decimal("90.5"))
    Store.objects.filter(pk=case.store_id).update(gross_margin=Decimal("31.25"))
    response = strip(client, support_agent, case)
    assert response.context["earns"] is None
    for secret in ("earns", "29.50", "90.5", "31.25", "unit cost"):
        assert secret not in response.content.decode()


def test_no_machine_is_told_what_goods_cost(machine: MakeMachine, supervisor: User, case: Case) -> None:
    case.order.lines.update(unit_cost=Decimal("90.5"))
    said = machine(supervisor).get(f"orders/{case.order_id}")
    assert said.status_code == 200
    assert said.json()["lines"]
    assert "90.5" not in said.content.decode()


@pytest.mark.parametrize("lane", ["fraud", "triage"])
def test_no_evidence_holds_what_goods_cost(case: Case, lane: str) -> None:
    """What is in the evidence goes into prompts."""
    case.order.lines.update(unit_cost=Decimal("90.5432"))
    case.order.refresh_from_db()
    sheet = lanes()[lane].gather([case.order])[case.order.pk]
    assert "90.54" not in repr(list(sheet))


def test_an_attack_is_many_orders(client: Client, fraud_reviewer: User, store: Store, system: User) -> None:
    attack = case_about(store, system, members=2)
    response = strip(client, fraud_reviewer, attack)
    assert (response.context["earns"], response.context["ships"]) == (None, None)


@pytest.fixture
def place(store: Store) -> Any:
    return LocationFactory(store=store, name="Main hall", cut_off=time(15), priority=1)


def at(client: Client, person: User, case: Case, now: datetime = MORNING) -> Any:
    with time_machine.travel(now, tick=False):
        return strip(client, person, case)


def test_it_ships_today_if_it_is_decided_in_time(client: Client, fraud_reviewer: User, case: Case, place: Any) -> None:
    found = text(at(client, fraud_reviewer, case))
    assert "<dt>Ships today</dt>" in found
    assert 'data-countdown="2026-07-01T15:00:00+00:00">5 h 00 min</time>' in found
    assert "from Main hall" in found


def planned(case: Case, place: Any) -> RoutingResult:
    terms = {"chosen": "p", "plans": [{"key": "p", "name": place.name, "parcels": [{"node": str(place.pk)}]}]}
    return RoutingResult.objects.create(order=case.order, store=case.store, kind="standard", assessed_at=timezone.now(), terms=terms)


def test_the_plan_says_from_where(client: Client, fraud_reviewer: User, case: Case, place: Any) -> None:
    other = LocationFactory(store=case.store, name="Second hall", cut_off=time(9), priority=2)
    row = planned(case, other)
    found = text(at(client, fraud_reviewer, case))
    assert "<dt>Ships tomorrow</dt>" in found
    assert "from Second hall" in found
    row.parcels = [[str(place.pk), "line", 1]]  # as it was routed
    row.save()
    assert "from Main hall" in text(at(client, fraud_reviewer, case))


def test_a_plan_that_is_closed_advice_is_not_told(
    client: Client, make_person: MakePerson, store: Store, system: User, ops_reviewer: User, fraud_reviewer: User, place: Any
) -> None:
    """The places of the plan are what triage advises: who is to think first does not read them here, nor on another lane's case."""
    content = Content.of(lanes()["triage"].policy).model_dump(mode="json") | {"blind_share": "1"}
    policy = PolicyVersion.objects.create(lane="triage", store=store, number=1, content=content, note="Think first.", author=make_person())
    Verdict.objects.create(policy=policy, author=policy.author, by=make_person(), approved=True, effective_from=timezone.now())
    blind = policy.version
    order = held(store, system)
    mine = CaseFactory(
        order=order, store=store, lane="triage", advice__lane="triage", advice__policy_version=blind, advice__outcome="route"
    )
    theirs = CaseFactory(order=order, store=store, lane="fraud", advice=False)
    planned(mine, place)
    for case in (mine, theirs):
        response = at(client, ops_reviewer, case)
        assert response.context["ships"] is None
        assert "Main hall" not in response.content.decode()


@pytest.mark.parametrize(
    "over",
    [
        lambda case: Case.objects.filter(pk=case.pk).update(state="decided", decided_at=timezone.now()),
        lambda case: type(case.order).objects.filter(pk=case.order_id).update(commercial="cancelled", cancelled_at=timezone.now()),
        lambda case: case.order.lines.update(requires_shipping=False),
        lambda case: case.order.lines.update(cancelled=1),
    ],
)
def test_what_is_over_ships_no_more(client: Client, fraud_reviewer: User, case: Case, place: Any, over: Any) -> None:
    over(case)
    assert at(client, fraud_reviewer, case).context["ships"] is None


def test_who_sees_what_an_order_earns_sees_it_in_their_store_alone(
    client: Client, make_person: MakePerson, case: Case, other_store: Store
) -> None:
    assert strip(client, make_person(Role.SUPERVISOR, other_store), case).status_code == 404
