"""request_review: a person asks that a lane reviews an order, with a due date."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.accounts.roles import ROLES, Perm, Role
from ordersops.audit.verbs import Verb
from ordersops.cases.actions import next_case
from ordersops.cases.clocks import in_days
from ordersops.cases.models import Case, Member
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.orders.models import Hold, Order
from ordersops.review.actions import override, request_review
from ordersops.review.impressions import closed_among
from ordersops.review.queries import available
from ordersops.stores.models import Store
from tests.cases.openings import opened, opening
from tests.factories import CaseFactory, EffectFactory, OrderFactory, RecommendationFactory, TransactionFactory
from tests.kernel.history import events, told
from tests.people import MakePerson
from tests.review.automated import allowed

pytestmark = pytest.mark.django_db
WHY = "The customer says on the phone that she did not order this"
DAY = timedelta(days=1)


@pytest.fixture
def order(store: Store) -> Order:
    """Looked at by the rules, and found clear."""
    return passed(store)


def passed(store: Store, **more: Any) -> Order:
    order: Order = OrderFactory(store=store, risk="clear", **({"payment": "paid"} | more))
    RecommendationFactory(order=order, band="clear", score=5, outcome="release")
    return order


def asked(order: Order, by: User, **more: Any) -> Case:
    return request_review(**{"order": order, "lane": "fraud", "note": WHY, "by": by, **more})


def test_the_case_says_who_asked_and_why_and_is_due_in_three_working_days(order: Order, support_agent: User) -> None:
    before = in_days(order.store, 3)
    case = Case.objects.get(pk=asked(order, support_agent).pk)
    assert before <= case.due_at <= in_days(order.store, 3)
    assert (case.requested_by, case.state, case.band, case.score) == (support_agent, "open", "clear", 5)
    said = case.comments.get()
    assert (said.kind, said.text, said.by) == ("requested", WHY, support_agent)
    (event,) = events(Verb.CASE_REQUESTED, case=case)
    assert (event.data["comment"], event.data["whom"]) == (str(said.pk), "anybody")
    assert told(case=case) == [Verb.CASE_REQUESTED]


def test_the_order_is_held_until_it_is_decided(order: Order, support_agent: User, fraud_reviewer: User) -> None:
    case = asked(order, support_agent)
    order.refresh_from_db()
    assert (order.risk, order.on_hold) == ("needs_review", True)
    assert Hold.objects.open().get(order=order).reason == "fraud"
    assert next_case(lane="fraud", by=fraud_reviewer) == case
    assert available(case, fraud_reviewer).approve
    override(case=case, by=fraud_reviewer, outcome="decline", reason="O1", note="She did not order it.", version=case.version)
    order.refresh_from_db()
    assert order.risk == "declined"


def test_never_past_the_end_of_the_authorisation(store: Store, support_agent: User) -> None:
    order = passed(store, payment="authorized")
    ends = TransactionFactory(order=order, expires_at=timezone.now() + DAY).expires_at
    case = asked(order, support_agent, working_days=10)
    assert case.due_at == case.authorised_until == ends


def test_for_a_colleague(order: Order, support_agent: User, fraud_reviewer: User, make_person: MakePerson) -> None:
    case = asked(order, support_agent, to=fraud_reviewer)
    assert case.assigned_to == fraud_reviewer
    assert next_case(lane="fraud", by=make_person(Role.FRAUD_REVIEWER, order.store)) is None
    assert next_case(lane="fraud", by=fraud_reviewer) == case
    assert events(Verb.CASE_REQUESTED, case=case)[0].data["assignee"] == str(fraud_reviewer.pk)


def test_for_a_role(order: Order, support_agent: User, fraud_reviewer: User, senior_fraud_reviewer: User) -> None:
    case = asked(order, support_agent, role=Role.SENIOR_FRAUD_REVIEWER)
    assert next_case(lane="fraud", by=fraud_reviewer) is None
    assert next_case(lane="fraud", by=senior_fraud_reviewer) == case


def test_only_for_those_who_decide_there(order: Order, support_agent: User, auditor: User, fraud_reviewer: User) -> None:
    for wish in ({"to": auditor}, {"to": support_agent}, {"role": "auditor"}, {"role": "supervisor"}):  # there is no supervisor here
        with pytest.raises(Invalid, match="Choose"):
            asked(order, support_agent, **wish)
    with pytest.raises(Invalid, match="not both"):
        asked(order, support_agent, to=fraud_reviewer, role="fraud_reviewer")


@pytest.mark.parametrize("role", [role for role in Role if Perm.REQUEST_REVIEW not in ROLES[role]])
def test_it_needs_its_right(role: Role, order: Order, make_person: MakePerson) -> None:
    with pytest.raises(Forbidden):
        asked(order, make_person(role, order.store))
    assert not Case.objects.exists()


def test_not_in_another_store(order: Order, other_store: Store, make_person: MakePerson) -> None:
    with pytest.raises(Forbidden):
        asked(order, make_person(Role.SUPERVISOR, other_store))


def test_again_is_a_conflict_and_opens_nothing(order: Order, support_agent: User, supervisor: User) -> None:
    case = asked(order, support_agent)
    with pytest.raises(Conflict, match="waits already"):
        asked(order, supervisor)
    assert list(Case.objects.all()) == [case]


def test_an_order_of_an_open_attack_has_its_case_already(order: Order, support_agent: User) -> None:
    attack = CaseFactory(order__store=order.store, group_key="ip:7")
    Member.objects.create(case=attack, order=order)
    with pytest.raises(Conflict, match="waits already"):
        asked(order, support_agent)


@pytest.mark.parametrize("more", [{"commercial": "cancelled"}, {"fulfilment": "shipped"}, {"placed_at": None}])
def test_there_must_be_something_to_decide(more: dict[str, Any], store: Store, support_agent: User) -> None:
    with pytest.raises(Conflict, match=r"Nothing is left to decide|has not arrived"):
        asked(passed(store, **more), support_agent)


def test_the_rules_must_have_looked_at_it(store: Store, support_agent: User) -> None:
    with pytest.raises(Conflict, match="have not looked"):
        asked(OrderFactory(store=store, risk="not_assessed"), support_agent)


def test_not_while_a_decision_is_on_its_way(store: Store, support_agent: User, fraud_reviewer: User) -> None:
    case = CaseFactory(order__store=store)
    decision = override(case=case, by=fraud_reviewer, outcome="release", reason="O1", note="Known for years.", version=case.version)
    assert decision.effects.exists()
    with pytest.raises(Conflict, match="on its way"):
        asked(case.order, support_agent)
    EffectFactory._meta.model.objects.update(state="done", settled_at=timezone.now())
    assert asked(case.order, support_agent).pk != case.pk


def test_lanes_that_do_not_review_orders_are_not_asked(order: Order, supervisor: User) -> None:
    for lane in ("returns", "inquiries"):
        with pytest.raises(Invalid, match="does not review orders"):
            asked(order, supervisor, lane=lane)


@pytest.mark.parametrize("more", [{"note": " ok "}, {"working_days": 0}, {"working_days": 31}])
def test_a_reason_and_a_due_date(more: dict[str, Any], order: Order, support_agent: User) -> None:
    with pytest.raises(Invalid):
        asked(order, support_agent, **more)
    assert not Case.objects.exists()


def test_a_colleague_who_asks_counts_in_the_priority(order: Order, support_agent: User) -> None:
    case = asked(order, support_agent)
    assert case.priority >= 20
    assert case.priority_reasons[0] == "a colleague asks for it"


def test_new_advice_comes_to_it(order: Order, support_agent: User, system: User) -> None:
    case = asked(order, support_agent)
    (found,) = opened([opening(order)], system)
    assert (found.pk, found.score, found.requested_by) == (case.pk, 70, support_agent)


# --- the page ---------------------------------------------------------------------------------------------------------
def test_the_order_page_leads_to_the_form_and_the_case_says_it(
    order: Order, support_agent: User, fraud_reviewer: User, client: Client
) -> None:
    client.force_login(support_agent)
    url = reverse("order_review", args=[order.pk])
    assert url in client.get(reverse("order", args=[order.pk])).content.decode()
    form = client.get(url).content.decode()
    assert "In 3 working days" in form
    assert '<option value="3" selected>' in form
    assert "have not looked" in form  # triage
    sent = {"lane": "fraud", "note": WHY, "working_days": "5", "to": str(fraud_reviewer.pk)}
    assert client.post(url, sent).headers["Location"] == reverse("order", args=[order.pk])
    case = Case.objects.get(order=order)
    assert case.assigned_to == fraud_reviewer
    client.force_login(fraud_reviewer)
    page = client.get(reverse("case", args=[case.pk])).content.decode()
    assert f"{support_agent} asked for this review" in page
    assert f"Asked for by {support_agent}" in client.get(reverse("queue", args=["fraud"])).content.decode()


def test_a_case_that_waits_already_is_linked(order: Order, support_agent: User, client: Client) -> None:
    case = asked(order, support_agent)
    client.force_login(support_agent)
    url = reverse("order_review", args=[order.pk])
    for answer, status in ((client.get(url), 200), (client.post(url, {"lane": "fraud", "note": WHY, "working_days": "3"}), 409)):
        assert answer.status_code == status
        assert reverse("case", args=[case.pk]) in answer.content.decode()
    assert Case.objects.count() == 1


@pytest.mark.parametrize("sent", [{"lane": "gone"}, {"note": ""}, {"to": "nobody"}, {"to": "role:auditor"}, {"working_days": "x"}])
def test_what_was_typed_stays_when_something_is_wrong(sent: dict[str, str], order: Order, support_agent: User, client: Client) -> None:
    client.force_login(support_agent)
    whole = {"lane": "fraud", "note": WHY, "working_days": "10", "to": "", **sent}
    answer = client.post(reverse("order_review", args=[order.pk]), whole)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert whole["note"] in answer.content.decode()


def test_who_may_not_ask_is_not_offered_it(order: Order, auditor: User, client: Client) -> None:
    client.force_login(auditor)
    assert reverse("order_review", args=[order.pk]) not in client.get(reverse("order", args=[order.pk])).content.decode()


# --- the control of anchoring -----------------------------------------------------------------------------------------
def test_what_a_person_asked_for_is_none_of_the_closed_share(
    store: Store, support_agent: User, fraud_reviewer: User, make_person: MakePerson
) -> None:
    """That no rule opened the case tells what the rules think of it: to close the advice would pretend."""
    policy = allowed(store, make_person(), make_person(), mode="assist", blind_share=Decimal(1))
    order: Order = OrderFactory(store=store, risk="clear", payment="paid")
    RecommendationFactory(order=order, band="clear", score=5, outcome="release", policy_version=policy)
    by_rule = CaseFactory(order__store=store, advice__policy_version=policy)
    case = asked(order, support_agent)
    assert closed_among([case, by_rule], fraud_reviewer) == {by_rule.pk}
    assert not available(case, fraud_reviewer).closed
    assert available(by_rule, fraud_reviewer).closed
