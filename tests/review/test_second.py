"""The second person (law 16): what is dear waits, nothing leaves until then, and the first person is never the second."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.actions import give_role
from ordersops.accounts.models import User
from ordersops.accounts.roles import ROLES, Perm, Role
from ordersops.audit.actions import atomic
from ordersops.audit.verbs import Verb
from ordersops.cases.actions import withdraw_finished
from ordersops.cases.models import Case
from ordersops.effects.models import Approval, Effect
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.orders.models import Order
from ordersops.review.actions import approve, approve_second, decide_otherwise, override, send_back, take_back_proposal, undo
from ordersops.review.models import Decision, Proposal
from ordersops.review.queries import available
from ordersops.review.waiting import version as waiting_version
from ordersops.stores.models import Store
from tests.cases.openings import opened, opening
from tests.factories import DecisionFactory, PolicyVersionFactory, ProposalFactory, RecommendationFactory, VerdictFactory
from tests.kernel.history import events, refusals, told
from tests.people import MakePerson
from tests.review.scene import case_about

pytestmark = pytest.mark.django_db
NOTE = "The address is a drop, look again."


def dear(store: Store, system: User, **more: Any) -> Case:
    return case_about(store, system, total=Decimal("2600.00"), **more)


@pytest.fixture
def waiting(store: Store, system: User, fraud_reviewer: User) -> Proposal:
    """A release that waits."""
    made = approve(case=dear(store, system, outcome="release"), by=fraud_reviewer, version=1, note="Known since 2019")
    assert isinstance(made, Proposal)
    return made


@pytest.fixture
def second(make_person: MakePerson, store: Store) -> User:
    return make_person(Role.SUPERVISOR, store, name="A second person")


def version(proposal: Proposal) -> int:
    return Case.objects.get(pk=proposal.case_id).version


# --- What waits -------------------------------------------------------------------------------------------------------
def test_a_dear_decision_waits_and_nothing_leaves(waiting: Proposal, fraud_reviewer: User) -> None:
    case, order = Case.objects.get(), Order.objects.get()
    assert (case.state, case.leased_by, case.version) == ("waiting", None, 2)
    assert (order.risk, order.on_hold, order.holds.open().count()) == ("needs_review", True, 1)
    assert not Decision.objects.exists()
    assert not Effect.objects.exists()
    assert (waiting.by, waiting.outcome, waiting.reason, waiting.note) == (fraud_reviewer, "release", "A0", "Known since 2019")
    assert waiting.why_two == ["2,600.00 USD are at stake; from 2,500.00 USD on two people decide."]
    (event,) = events(case=case)
    assert (event.verb, event.data["outcome"], event.data["because"]) == (Verb.CASE_PROPOSED, "release", waiting.why_two)


def test_the_queue_is_drawn_anew_when_something_changed_in_it(store: Store, system: User, fraud_reviewer: User, second: User) -> None:
    seen = [waiting_version(second)]

    def changed() -> bool:
        seen.append(waiting_version(second))
        return seen[-1] != seen[-2]

    made = approve(case=dear(store, system), by=fraud_reviewer, version=1)
    assert changed()
    assert not changed()
    opened([opening(made.case.order)], system)
    assert changed()
    send_back(proposal=made, by=second, note=NOTE)  # type: ignore[arg-type]
    assert changed()
    case_about(store, system)
    assert not changed()


def test_below_the_limit_one_person_is_enough(store: Store, system: User, fraud_reviewer: User) -> None:
    made = approve(case=case_about(store, system, total=Decimal("999.99")), by=fraud_reviewer, version=1)
    assert isinstance(made, Decision)


@pytest.mark.parametrize(
    ("about", "why"),
    [
        ({"currency": "XAU"}, "The policy names no limit for XAU."),
        ({"total": None}, "Not everything says how much it is worth."),
        ({"blocked": True}, "It hits the block list."),
        ({"members": 2, "total": Decimal("2300.00")}, "2,540.00 USD are at stake; from 2,500.00 USD on two people decide."),
    ],
)
def test_what_else_waits(about: dict[str, Any], why: str, store: Store, system: User, senior_fraud_reviewer: User) -> None:
    case = case_about(store, system, outcome="release", **about)
    assert available(case, senior_fraud_reviewer).recommended_two == [why]
    made = approve(case=case, by=senior_fraud_reviewer, version=1)
    assert isinstance(made, Proposal)
    assert made.why_two == [why]


def test_an_exception_from_the_policy_always_waits(store: Store, system: User, senior_fraud_reviewer: User) -> None:
    made = override(case=case_about(store, system), by=senior_fraud_reviewer, outcome="release", reason="O4", note=NOTE, version=1)
    assert isinstance(made, Proposal)
    assert made.overrides


def test_the_limit_is_that_of_the_policy_in_force(store: Store, system: User, fraud_reviewer: User) -> None:
    VerdictFactory(policy=PolicyVersionFactory(store=store, fields={"two_from": {"USD": "50"}}))
    assert isinstance(approve(case=case_about(store, system), by=fraud_reviewer, version=1), Proposal)


def test_while_it_waits_it_is_neither_decided_nor_opened_again(waiting: Proposal, system: User, second: User) -> None:
    with pytest.raises(Conflict, match="waits for a second person already: Fraud reviewer decided first"):
        approve(case=waiting.case, by=second, version=version(waiting))
    assert opened([opening(waiting.case.order)], system) == []
    assert Case.objects.count() == 1


def test_the_page_says_beforehand_that_it_will_wait(store: Store, system: User, senior_fraud_reviewer: User, client: Client) -> None:
    case = dear(store, system, members=1)
    client.force_login(senior_fraud_reviewer)
    for url in (reverse("case", args=[case.pk]), reverse("case_override", args=[case.pk]), reverse("case_approve", args=[case.pk])):
        assert "It will wait for a second person." in client.get(url).content.decode()


def test_the_queue_and_the_page_of_the_second_person(waiting: Proposal, second: User, fraud_reviewer: User, client: Client) -> None:
    client.force_login(fraud_reviewer)
    page = client.get(reverse("case", args=[waiting.case_id])).content.decode()
    assert reverse("proposal_take_back", args=[waiting.pk]) in page
    assert "Approve as the second person" not in page
    client.force_login(second)
    assert str(waiting.pk) in client.get(reverse("second")).content.decode()
    for name in ("approve", "send_back", "otherwise"):
        url = reverse(f"proposal_{name}", args=[waiting.pk])
        assert client.get(url).status_code == 200
        assert url in client.get(reverse("case", args=[waiting.case_id])).content.decode()
    client.post(reverse("proposal_approve", args=[waiting.pk]), {"version": version(waiting)})
    assert "Undo" in client.get(reverse("second")).content.decode()  # on the page that came next


# --- Approving --------------------------------------------------------------------------------------------------------
def test_the_second_person_approves_and_the_window_begins(waiting: Proposal, fraud_reviewer: User, second: User) -> None:
    decision = approve_second(proposal=waiting, by=second, version=2)
    order = Order.objects.get()
    assert (decision.by, decision.second, decision.proposal, decision.outcome) == (fraud_reviewer, second, waiting, "release")
    assert (order.risk, order.on_hold, order.holds.get().decision_id) == ("approved", False, decision.pk)
    assert Effect.objects.get().due_at > timezone.now()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.settled_by) == ("approved", second)
    assert sorted(told(order=order)) == [
        Verb.CASE_PROPOSED, Verb.CASE_SECOND_APPROVED, Verb.EFFECT_PLANNED, Verb.HOLD_RELEASED, Verb.RISK_CHANGED,
    ]  # fmt: skip
    assert events(Verb.CASE_SECOND_APPROVED)[0].actor_id == second.pk


def test_the_first_person_is_never_the_second(store: Store, system: User, supervisor: User) -> None:
    proposal = approve(case=dear(store, system), by=supervisor, version=1)
    assert isinstance(proposal, Proposal)
    for verb in (
        lambda: approve_second(proposal=proposal, by=supervisor, version=2),
        lambda: send_back(proposal=proposal, by=supervisor, note=NOTE),
        lambda: decide_otherwise(proposal=proposal, by=supervisor, outcome="release", reason="O1", note=NOTE, version=2),
    ):
        with pytest.raises(Forbidden, match="You had a say in this already"):
            verb()
    assert len(refusals(supervisor)) == 3
    assert not available(Case.objects.get(), supervisor).approve_second


def test_the_database_refuses_the_first_person_as_the_second(waiting: Proposal, fraud_reviewer: User, second: User) -> None:
    for state in ("approved", "sent_back", "otherwise"):
        with pytest.raises(IntegrityError, match="review_second_person_is_another"), transaction.atomic():
            Proposal.objects.update(state=state, settled_by=fraud_reviewer, settled_at=timezone.now())
        with pytest.raises(IntegrityError, match="review_second_person_is_another"), transaction.atomic():
            Proposal.objects.update(state=state, settled_by=None, settled_at=timezone.now())
    with pytest.raises(IntegrityError, match="review_first_person_is_a_party"), transaction.atomic():
        Proposal.objects.update(parties=[])
    with pytest.raises(IntegrityError, match="review_one_proposal_waits"), transaction.atomic():
        ProposalFactory(case=waiting.case)
    decision = approve_second(proposal=Proposal.objects.get(), by=second, version=2)
    with pytest.raises(IntegrityError, match="review_two_different_people"), transaction.atomic():
        DecisionFactory(case=decision.case, by=second, second=second)


@pytest.mark.parametrize("role", [role for role in Role if Perm.APPROVE_SECOND not in ROLES[role]])
def test_it_needs_the_right(waiting: Proposal, role: Role, make_person: MakePerson, store: Store) -> None:
    person = make_person(role, store)
    with pytest.raises(Forbidden):
        approve_second(proposal=waiting, by=person, version=2)
    with pytest.raises(Forbidden):
        send_back(proposal=waiting, by=person, note=NOTE)
    assert not available(Case.objects.get(), person).approve_second
    assert {event.data["right"] for event in refusals(person)} == {"approve_second"}


def test_a_second_person_of_another_store_is_none_here(waiting: Proposal, other_store: Store, make_person: MakePerson) -> None:
    with pytest.raises(Forbidden):
        approve_second(proposal=waiting, by=make_person(Role.SUPERVISOR, other_store), version=2)


def test_advice_that_arrives_meanwhile_is_looked_at_first(waiting: Proposal, system: User, second: User) -> None:
    opened([opening(waiting.case.order)], system)
    with pytest.raises(Conflict, match="New facts or new advice"):
        approve_second(proposal=waiting, by=second, version=2)
    assert approve_second(proposal=waiting, by=second, version=3).outcome == "release"


def test_what_hits_the_block_list_by_now_is_not_the_first_persons_to_release(waiting: Proposal, second: User) -> None:
    newest = RecommendationFactory(order=waiting.case.order, outcome="decline")
    newest.signals.create(key="block_list", group="past", state="fired", points=50, facts=[], says="On the block list")
    with pytest.raises(Conflict, match="may not decide this any more"):
        approve_second(proposal=waiting, by=second, version=2)


def test_settling_twice_conflicts(waiting: Proposal, second: User, make_person: MakePerson, store: Store) -> None:
    approve_second(proposal=waiting, by=second, version=2)
    third = make_person(Role.SUPERVISOR, store)
    with pytest.raises(Conflict, match="approved by a second person by A second person"):
        send_back(proposal=waiting, by=third, note=NOTE)
    with pytest.raises(Conflict, match="does not wait any more"):
        take_back_proposal(proposal=waiting, by=waiting.by)


def test_money_that_goes_back_is_approved_by_the_same_two(
    store: Store, system: User, senior_fraud_reviewer: User, second: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = dear(store, system, captured=Decimal("2600.00"))
    monkeypatch.setattr("ordersops.effects.actions.planning.connector", lambda store: type("Way", (), {"kinds": {"order.cancel"}}))
    proposal = approve(case=case, by=senior_fraud_reviewer, version=1)
    assert isinstance(proposal, Proposal)
    approve_second(proposal=proposal, by=second, version=2)
    approval = Approval.objects.get()
    assert (approval.first, approval.second, approval.amount) == (senior_fraud_reviewer, second, Decimal("2600.00"))
    assert Effect.objects.get().state == "planned"


def test_what_two_people_decided_can_be_undone_by_one(waiting: Proposal, fraud_reviewer: User, second: User) -> None:
    decision = approve_second(proposal=waiting, by=second, version=2)
    undo(decision=decision, by=fraud_reviewer)
    assert (Case.objects.get().state, Order.objects.get().on_hold) == ("open", True)


# --- Sending back -----------------------------------------------------------------------------------------------------
def test_sent_back_it_is_open_and_with_the_first_person(waiting: Proposal, fraud_reviewer: User, second: User) -> None:
    case = send_back(proposal=waiting, by=second, note=NOTE)
    assert (case.state, case.assigned_to, case.leased_by, case.version) == ("open", fraud_reviewer, None, 3)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.settled_note) == ("sent_back", NOTE)
    assert told(case=case)[-1] == Verb.CASE_SENT_BACK
    assert not Decision.objects.exists()
    assert isinstance(approve(case=case, by=fraud_reviewer, version=3), Proposal)


def test_sending_back_says_why(waiting: Proposal, second: User) -> None:
    with pytest.raises(Invalid, match="at least 10 characters"):
        send_back(proposal=waiting, by=second, note="no")


def test_sent_back_to_somebody_who_left_it_is_free(waiting: Proposal, fraud_reviewer: User, second: User) -> None:
    User.objects.filter(pk=fraud_reviewer.pk).update(is_active=False)
    assert send_back(proposal=waiting, by=second, note=NOTE).assigned_to is None


# --- Deciding otherwise -----------------------------------------------------------------------------------------------
def otherwise(proposal: Proposal, by: User, outcome: str = "decline", reason: str = "O1") -> Decision | Proposal:
    return decide_otherwise(proposal=proposal, by=by, outcome=outcome, reason=reason, note=NOTE, version=version(proposal))


def test_deciding_otherwise_waits_for_somebody_who_had_no_say(
    waiting: Proposal, fraud_reviewer: User, second: User, make_person: MakePerson, store: Store, system: User
) -> None:
    made = otherwise(waiting, second)
    assert isinstance(made, Proposal)
    assert (made.by, made.instead_of, made.parties, made.overrides) == (second, waiting, [fraud_reviewer.pk, second.pk], True)
    assert told(case=waiting.case)[-1] == Verb.CASE_DECIDED_OTHERWISE
    give_role(person=fraud_reviewer, role=Role.SUPERVISOR, store=store, by=system)
    for party in (fraud_reviewer, second):
        with pytest.raises(Forbidden, match="You had a say"):
            approve_second(proposal=made, by=User.objects.get(pk=party.pk), version=version(made))
    third = make_person(Role.SUPERVISOR, store)
    assert approve_second(proposal=made, by=third, version=version(made)).outcome == "decline"


def test_deciding_otherwise_below_the_limit_is_a_decision_at_once(store: Store, system: User, fraud_reviewer: User, second: User) -> None:
    case = case_about(store, system, outcome="release", blocked=True)
    senior = fraud_reviewer
    give_role(person=senior, role=Role.SENIOR_FRAUD_REVIEWER, store=store, by=system)
    proposal = approve(case=case, by=User.objects.get(pk=senior.pk), version=1)
    assert isinstance(proposal, Proposal)
    made = otherwise(proposal, second)
    assert isinstance(made, Decision)
    assert (made.by, made.second, made.outcome) == (second, None, "decline")
    assert Effect.objects.get().kind == "order.cancel"


def test_deciding_otherwise_is_another_outcome_with_a_note(waiting: Proposal, second: User) -> None:
    with pytest.raises(Invalid, match="approve it instead"):
        otherwise(waiting, second, outcome="release", reason="A0")
    with pytest.raises(Invalid, match="why you decide otherwise"):
        decide_otherwise(proposal=waiting, by=second, outcome="decline", reason="O1", note="no", version=2)
    with pytest.raises(Invalid, match="Choose a reason"):
        otherwise(waiting, second, reason="D1")
    assert Proposal.objects.get().state == "waiting"


# --- Taken back, and gone ---------------------------------------------------------------------------------------------
def test_the_first_person_takes_it_back_while_it_waits(waiting: Proposal, fraud_reviewer: User, second: User) -> None:
    with pytest.raises(Forbidden, match="only the first"):
        take_back_proposal(proposal=waiting, by=second)
    case = take_back_proposal(proposal=waiting, by=fraud_reviewer)
    assert (case.state, case.holder_id()) == ("open", fraud_reviewer.pk)
    assert told(case=case)[-1] == Verb.CASE_PROPOSAL_TAKEN_BACK


def test_what_was_cancelled_meanwhile_waits_no_more(waiting: Proposal, system: User, second: User) -> None:
    Order.objects.update(commercial="cancelled")
    with atomic():
        withdraw_finished(orders=list(Order.objects.all()), by=system)
    waiting.refresh_from_db()
    assert (Case.objects.get().state, waiting.state) == ("withdrawn", "gone")
    with pytest.raises(Conflict, match="nothing was left to decide"):
        approve_second(proposal=waiting, by=second, version=version(waiting))
