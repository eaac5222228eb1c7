"""The lane on the kernel: from a request to a case, a decision, its acts, and back."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.advice.models import Recommendation
from ordersops.cases.lanes import Told, lane
from ordersops.cases.models import Case
from ordersops.effects.models import Effect
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.review.actions import approve, approve_second, override, undo
from ordersops.review.models import Proposal
from ordersops.rollout.mandate import CHECKS, Asked
from ordersops.rollout.queries import Book
from ordersops.wording import leaks
from returns import rules
from returns.actions import answer_evidence
from returns.facts import read
from returns.models import CheckRow, ReturnRequest
from returns.policy import DEFAULTS
from tests.factories import CaseFactory, DecisionFactory
from tests.returns.shop import D, asked_for, delivered_order, wanted

pytestmark = pytest.mark.django_db
Work = Callable[[], int]


def case_of(made: ReturnRequest, work: Work) -> Case:
    work()
    return Case.objects.get(lane="returns", subject=made.pk, state="open")


def advice(made: ReturnRequest) -> Recommendation:
    return Recommendation.objects.filter(lane="returns", subject=made.pk).latest("advised_at")


def test_a_request_becomes_a_case_with_advice_terms_and_twelve_rows(store: Any, work: Work) -> None:
    made = asked_for(delivered_order(store), wanted(words="Too tight at the shoulders."))
    case = case_of(made, work)
    given = advice(made)
    assert (case.title, given.outcome, given.verified, given.terms["amount"]) == (made.number, "approve", True, "80.00"), given.faults
    (line,) = given.terms["lines"]
    assert (line["outcome"], line["units"], line["amount"]) == ("REFUND_ORIGINAL", 1, "80.00")
    assert CheckRow.objects.filter(line__request=made).count() == 12
    assert set(CheckRow.objects.values_list("policy", flat=True)) == {given.policy_version}
    assert "shoulders" not in case.headline


def test_the_frozen_evidence_says_all_that_the_checks_saw(store: Any, work: Work) -> None:
    made = asked_for(delivered_order(store, tags=["vip"]), wanted(words="No."), wish="exchange")
    work()
    seen = read(advice(made).snapshot.evidence, DEFAULTS)
    assert (seen.currency, seen.wish, seen.identity, seen.order_tags) == ("USD", "exchange", "contact", frozenset({"vip"}))
    assert (seen.lines[0].words, seen.lines[0].price, seen.lines[0].asked) == ("No.", D("80.00"), 1)
    assert seen.lines[0].delivered_at is not None
    assert seen.at == made.requested_at


def test_accepting_tells_the_customer_and_waits_for_the_goods(store: Any, work: Work, reviewer: User) -> None:
    made = asked_for(delivered_order(store))
    case = case_of(made, work)
    decision = approve(case=case, by=reviewer, version=case.version, reason="", note="")
    made.refresh_from_db()
    assert (made.state, made.outcome, made.decision_id) == ("approved", "approve", decision.pk)
    assert made.lines.get().amount == D("80.00")
    (letter,) = Effect.objects.filter(order=made.order)
    assert (letter.kind, letter.decision_id) == ("message.send", decision.pk)
    assert made.number in letter.arguments["text"]
    assert letter.arguments["text"].endswith(f"/send-back/{store.endpoint_id}")  # where the customer sees how far it is


def test_the_stores_own_return_is_approved_there(store: Any, work: Work, reviewer: User) -> None:
    made = asked_for(delivered_order(store), source="store", identity="store", external_id="gid-7")
    case = case_of(made, work)
    approve(case=case, by=reviewer, version=case.version, reason="", note="")
    assert Effect.objects.get(order=made.order, kind="return.approve").arguments == {"return": "gid-7"}


def test_undone_it_is_as_if_nobody_had_decided(store: Any, work: Work, reviewer: User) -> None:
    made = asked_for(delivered_order(store))
    case = case_of(made, work)
    decision = approve(case=case, by=reviewer, version=case.version, reason="", note="")
    undo(decision=decision, by=reviewer)
    made.refresh_from_db()
    assert (made.state, made.outcome) == ("requested", "")
    assert set(Effect.objects.filter(order=made.order).values_list("state", flat=True)) == {"undone"}


def test_money_at_once_where_nothing_comes_back(store: Any, work: Work, reviewer: User) -> None:
    made = asked_for(delivered_order(store, prices=("12.00",)))
    case = case_of(made, work)
    assert advice(made).outcome == "keep_item"
    approve(case=case, by=reviewer, version=case.version, reason="", note="")
    made.refresh_from_db()
    refund = Effect.objects.get(order=made.order, kind="refund.create")
    assert (made.state, refund.amount, refund.arguments["lines"][0]["restock"]) == ("settled", D("12.00"), "none")


def test_a_replacement_goes_out(store: Any, work: Work, reviewer: User) -> None:
    made = asked_for(delivered_order(store), wanted(reason="MISSING_ITEM"))
    case = case_of(made, work)
    approve(case=case, by=reviewer, version=case.version, reason="", note="")
    assert Effect.objects.get(order=made.order, kind="replacement.create").arguments["lines"] == [{"external_id": "li-0", "quantity": 1}]


def test_evidence_is_asked_for_and_what_comes_opens_the_question_again(
    store: Any, work: Work, reviewer: User, system: User, picture: Any
) -> None:
    made = asked_for(delivered_order(store), wanted(reason="DEFECTIVE"), wish="refund")
    case = case_of(made, work)
    assert advice(made).outcome == "ask_evidence"
    approve(case=case, by=reviewer, version=case.version, reason="", note="")
    made.refresh_from_db()
    assert made.state == "waiting"
    answer_evidence(request=made, by=system, photos={made.lines.get().pk: [picture()]}, words={})
    again = case_of(made, work)
    assert again.pk != case.pk
    assert advice(made).outcome == "approve"


def test_declined_with_words_that_tell_no_reason(store: Any, work: Work, reviewer: User) -> None:
    made = asked_for(delivered_order(store, days=90))
    case = case_of(made, work)
    assert (advice(made).outcome, advice(made).terms["decline"]) == ("decline", "RETURN_PERIOD_ENDED")
    approve(case=case, by=reviewer, version=case.version, reason="", note="")
    made.refresh_from_db()
    assert (made.state, made.decline) == ("declined", "RETURN_PERIOD_ENDED")
    assert Effect.objects.get(order=made.order).kind == "message.send"


def typed(given: Recommendation, **changes: Any) -> dict[str, Any]:
    (line,) = given.terms["lines"]
    start = {
        "outcome_1": line["outcome"],
        "units_1": line["units"],
        "amount_1": line["amount"],
        "instructions": given.terms["instructions"],
    }
    return {**start, **changes}


def test_other_terms_are_a_decision_against_the_advice(store: Any, work: Work, reviewer: User) -> None:
    made = asked_for(delivered_order(store))
    case = case_of(made, work)
    terms = typed(advice(made), amount_1="60.00")
    override(case=case, outcome="approve", reason="O3", note="The jacket has a small mark.", by=reviewer, version=case.version, terms=terms)
    assert made.lines.get().amount == D("60.00")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"amount_1": "86.00"}, "left to refund"),
        ({"units_1": 2}, "less than or equal to 1"),
        ({"outcome_1": "DECLINE"}, "No unit is left"),
        ({"amount_1": ""}, "Say how much"),
        ({"instructions": "Your fraud score is too high."}, "cannot be told"),
    ],
)
def test_terms_stay_within_limits(changes: dict[str, Any], said: str, store: Any, work: Work, reviewer: User) -> None:
    made = asked_for(delivered_order(store))
    case = case_of(made, work)
    with pytest.raises(Invalid, match=said):
        override(
            case=case, outcome="approve", reason="O3", note="Changed by the reviewer.", by=reviewer, version=case.version,
            terms=typed(advice(made), **changes),
        )  # fmt: skip


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.RETURNS_REVIEWER, Role.SUPERVISOR}])
def test_who_may_not_decide(role: Role, store: Any, work: Work, make_person: Any) -> None:
    made = asked_for(delivered_order(store))
    case = case_of(made, work)
    with pytest.raises(Forbidden):
        approve(case=case, by=make_person(role, store), version=case.version, reason="", note="")


def test_a_decided_request_is_not_decided_again(store: Any, work: Work, reviewer: User) -> None:
    made = asked_for(delivered_order(store))
    case = case_of(made, work)
    approve(case=case, by=reviewer, version=case.version, reason="", note="")
    case.refresh_from_db()
    with pytest.raises(Conflict):
        approve(case=case, by=reviewer, version=case.version, reason="", note="")
    assert lane("returns").possible(ReturnRequest.objects.get(pk=made.pk)) == []


def test_a_message_about_damage_is_a_request_once(store: Any, system: User, work: Work) -> None:
    order = delivered_order(store, prices=("80.00", "30.00"))
    told = Told(order, "order.damaged", "The second thing is broken.", uuid4(), ("Thing 1",))
    for _ in range(2):
        (raised,) = lane("returns").told([told], system)
    made = ReturnRequest.objects.get()
    assert raised.subject == made.pk
    assert [(row.line.external_id, row.reason, row.words) for row in made.lines.all()] == [
        ("li-1", "DAMAGED_IN_TRANSIT", "The second thing is broken.")
    ]
    assert lane("returns").told([Told(order, "invoice.request", "Send it.", uuid4())], system) == []


@pytest.mark.parametrize("outcome", ["approve", "keep_item", "replace", "ask_evidence", "decline"])
def test_what_customers_are_told_leaks_and_promises_nothing(outcome: str) -> None:
    assert not leaks(rules.instructions("R-1042-1", outcome, DEFAULTS))


# --- Two people, and none -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("changed", [{}, {"amount_1": "2600.00"}])
def test_the_second_person_approves_the_terms_as_they_were_agreed(
    store: Any, work: Work, reviewer: User, make_person: Any, changed: dict[str, str]
) -> None:
    made = asked_for(delivered_order(store, prices=("2800.00",)))
    case = case_of(made, work)
    given = advice(made)
    about = {"case": case, "by": reviewer, "version": case.version, "terms": typed(given, **changed)}
    if changed:
        waiting = override(**about, outcome="approve", reason="O3", note="The jacket has a small mark.")
    else:
        waiting = approve(**about, reason="", note="")
    assert isinstance(waiting, Proposal)
    assert not Effect.objects.exists()
    case.refresh_from_db()
    decision = approve_second(proposal=waiting, by=make_person(Role.SUPERVISOR, store, name="A second person"), version=case.version)
    assert (decision.terms, decision.overrides) == (waiting.terms, bool(changed))
    made.refresh_from_db()
    assert (made.state, made.lines.get().amount) == ("approved", D(changed.get("amount_1", "2800.00")))


def test_automation_stops_where_what_it_may_give_back_today_is_used_up(store: Any, work: Work, system: User) -> None:
    made = asked_for(delivered_order(store, prices=("40.00",)))
    case = case_of(made, work)
    given, in_force = advice(made), Book(lane("returns")).of_all(store.pk)
    asked = Asked(in_force, given, given, case, made, timezone.now())
    assert CHECKS["the lane's own"](asked) == ""
    a_day = DEFAULTS.auto_a_day["USD"]
    for terms in ({"amount": f"{a_day}", "currency": "EUR"}, {"amount": f"{a_day - 40}", "currency": "USD"}, {}):
        DecisionFactory(case=CaseFactory(order__store=store, lane="returns"), by=system, source="system", terms=terms)
    assert CHECKS["the lane's own"](asked) == ""
    DecisionFactory(
        case=CaseFactory(order__store=store, lane="returns"), by=system, source="system", terms={"amount": "0.01", "currency": "USD"}
    )
    assert CHECKS["the lane's own"](asked) == "What may be refunded today without a person is used up."


def test_automation_leaves_to_a_person_what_the_rules_do(store: Any, work: Work) -> None:
    made = asked_for(delivered_order(store, prices=("40.00",)), identity="none")
    case = case_of(made, work)
    given = advice(made)
    asked = Asked(Book(lane("returns")).of_all(store.pk), given, given, case, made, timezone.now())
    assert "Nobody has verified who is asking." in CHECKS["the lane's own"](asked)
