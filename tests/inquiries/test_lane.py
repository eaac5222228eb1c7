"""From a message to the settled reply: what is advised, what a person may change, what follows."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from inquiries.models import Conversation, Message
from inquiries.policy import DEFAULTS
from inquiries.reasons import OUTCOMES
from inquiries.rules import choose, see
from ordersops.advice.jobs import answer
from ordersops.cases.lanes import lane
from ordersops.cases.models import Case
from ordersops.effects.models import Effect
from ordersops.errors import Conflict, Invalid
from ordersops.orders.models import Dispute, Refund, Shipment
from ordersops.review.actions import approve, override, undo
from ordersops.review.queries import recommendation_for
from tests.inquiries.sheets import ADDRESS, DELIVERED, REFUNDED, SHIPPED, evidence

ALL = [key for key in OUTCOMES if key != "ticket"]  # as in a store without a helpdesk


def advised(known: Any, lanes: tuple[str, ...] = ("fraud", "returns", "triage")) -> tuple[str, set[str]]:
    seen = see(known, DEFAULTS)
    return choose(known, seen, ALL, lanes), {one.key for one in seen if one.state == "fired"}


TABLE = [
    (evidence(), "answer", set()),
    (evidence(SHIPPED), "answer", set()),
    (evidence(DELIVERED), "answer", set()),
    (evidence(REFUNDED, intent="refund.status"), "answer", set()),
    (evidence(ADDRESS), "change_address", set()),
    (evidence(intent="order.damaged"), "hand_over", {"for_a_person"}),
    (evidence(intent="praise"), "close", set()),
    (evidence(SHIPPED, delivery_late=True), "reply", {"late"}),
    (evidence(intent="refund.status"), "reply", {"no_refund"}),
    (evidence(ADDRESS, SHIPPED), "reply", {"address_stays"}),
    (evidence(ADDRESS, asked_country_same=False), "reply", {"address_stays", "no_draft"}),
    (evidence(ADDRESS, identity_known=False), "reply", {"address_stays", "unknown_sender"}),
    (evidence(confidence=__import__("decimal").Decimal(69)), "reply", {"unsure"}),
    (evidence(language=None), "reply", {"no_language"}),
    (evidence(identity_known=False), "reply", {"unknown_sender"}),
    (evidence(dispute_words=True), "reply", {"dispute_words"}),
    (evidence(disputes_before=1), "reply", {"disputes_before"}),
    (evidence(dispute_open=True), "reply", {"dispute_open"}),
    (evidence(total=__import__("decimal").Decimal(500)), "reply", {"high_value"}),
    (evidence(answered_before=True), "reply", {"answered_before"}),
    (evidence(just_replied=True), "reply", {"just_replied"}),
    (evidence(angry_words=True), "reply", {"angry_words"}),
    (evidence(wants_person=True), "reply", {"wants_person"}),
    (evidence(legal_words=True), "reply", {"legal_words"}),
    (evidence(harm_words=True), "reply", {"harm_words"}),
    (evidence(threat_words=True), "reply", {"threat_words"}),
    (evidence(privacy_words=True), "reply", {"privacy_words"}),
    (evidence(intent="payment.dispute"), "reply", {"never_automatic"}),
    (evidence(intent="legal.threat"), "reply", {"never_automatic"}),
    (evidence(intent="product.question"), "reply", {"for_a_person", "no_draft"}),
]


@pytest.mark.parametrize(("known", "outcome", "fired"), TABLE)
def test_what_is_advised_and_why_a_person(known: Any, outcome: str, fired: set[str]) -> None:
    assert advised(known) == (outcome, fired)


@pytest.mark.parametrize(("known", "outcome", "fired"), TABLE)
def test_each_trigger_alone_reaches_a_person(known: Any, outcome: str, fired: set[str]) -> None:
    score = sum(one.points for one in see(known, DEFAULTS))
    assert (score >= lane("inquiries").policy.anomalous_from) == bool(fired)


def test_where_the_other_lane_is_missing_a_person_replies() -> None:
    assert advised(evidence(intent="order.damaged"), ("fraud",))[0] == "reply"


# --- With the database ------------------------------------------------------------------------------------------------
db = pytest.mark.django_db


@db
def test_a_status_question_is_answered_from_facts(asked: Any, order: Any, agent: Any) -> None:
    Shipment.objects.create(
        store=order.store, order=order, external_id="s1", status="in_transit", carrier="DHL", tracking_numbers=["RR123456789DE"],
        quantities={}, shipped_at=timezone.now() - timedelta(hours=20),
    )  # fmt: skip
    type(order).objects.filter(pk=order.pk).update(fulfilment="shipped")
    case = asked("Hello, where is my order 1042? Thanks")
    given = recommendation_for(case)
    assert (given.outcome, given.band, given.verified) == ("answer", "clear", True), (given.faults, given.justification)
    decision = approve(case=case, by=agent, version=case.version)
    (effect,) = Effect.objects.filter(decision=decision)
    assert effect.kind == "message.send"
    assert "RR123456789DE" in effect.arguments["text"]
    reply = Message.objects.get(outgoing=True)
    assert (reply.body, reply.automatic, reply.written_by) == (effect.arguments["text"], False, agent)
    assert Conversation.objects.get().state == "answered"


@db
def test_the_words_may_be_changed_within_the_facts(asked: Any, order: Any, agent: Any) -> None:
    case = asked("Hello, where is my order 1042? Thanks")
    with pytest.raises(Invalid, match="no fact carries"):
        approve(case=case, by=agent, version=case.version, terms={"text": "It comes in 3 boxes."})
    with pytest.raises(Invalid, match="how orders are judged"):
        approve(case=case, by=agent, version=case.version, terms={"text": "Your risk score is fine."})
    decision = approve(case=case, by=agent, version=case.version, terms={"text": "Dear Ada, your order 1042 is being prepared."})
    assert Effect.objects.get(decision=decision).arguments["text"] == "Dear Ada, your order 1042 is being prepared."
    assert not decision.overrides


@db
def test_undone_the_reply_was_never_written(asked: Any, order: Any, agent: Any) -> None:
    case = asked("Hello, where is my order 1042? Thanks")
    decision = approve(case=case, by=agent, version=case.version)
    undo(decision=decision, by=agent)
    assert not Message.objects.filter(outgoing=True).exists()
    assert Conversation.objects.get().state == "open"
    assert Effect.objects.get(decision=decision).state == "undone"


@db
def test_an_address_is_changed_before_shipping(asked: Any, make_order: Any, agent: Any) -> None:
    order = make_order(
        shipping_address={"name": "Ada Byron", "address1": "Alter Weg 1", "postal_code": "10115", "city": "Berlin", "country": "DE"}
    )
    case = asked("Bitte liefern Sie Bestellung 1042 an eine andere Adresse: Kastanienallee 12a, 10435 Berlin. Danke")
    assert recommendation_for(case).outcome == "change_address", recommendation_for(case).justification
    decision = approve(case=case, by=agent, version=case.version)
    effects = {effect.kind: effect.arguments for effect in Effect.objects.filter(decision=decision)}
    assert set(effects) == {"order.update_address", "message.send"}
    assert effects["order.update_address"]["address"]["address1"] == "Kastanienallee 12a"
    assert effects["order.update_address"]["address"]["name"] == order.name
    assert "Kastanienallee 12a" in effects["message.send"]["text"]


@db
def test_after_shipping_a_person_sees_to_it(asked: Any, make_order: Any, agent: Any) -> None:
    order = make_order(fulfilment="shipped", shipping_address={"name": "Ada", "address1": "Weg 1", "city": "Berlin", "country": "DE"})
    Shipment.objects.create(store=order.store, order=order, external_id="s", status="in_transit", shipped_at=timezone.now())
    case = asked("Please change the delivery address of order 1042 to Kastanienallee 12a, 10435 Berlin")
    assert recommendation_for(case).outcome == "reply"
    with pytest.raises(Conflict, match="address"):
        override(
            case=case, by=agent, version=case.version, outcome="change_address", reason="P1", note="They asked for it twice",
            terms={"text": "We look into it."},
        )  # fmt: skip


@db
@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Where is my order 1042? Otherwise I will file a chargeback with my bank", "dispute"),
        ("Where is my order 1042? You will hear from my lawyer", "legal"),
        ("Where is order 1042?? This is ridiculous, worst shop ever", "angry"),
        ("Where is my order 1042? Let me talk to a real person", "person"),
    ],
)
def test_triggers_reach_a_person(asked: Any, order: Any, text: str, why: str) -> None:
    case = asked(text)
    given = recommendation_for(case)
    assert given.outcome == "reply"
    assert given.band != "clear"
    assert why in case.headline.lower()


@db
def test_earlier_disputes_and_high_value(asked: Any, make_order: Any) -> None:
    Dispute.objects.create(
        store=make_order(number="#900", fulfilment="delivered").store, order=make_order(number="#901"), external_id="d", status="won"
    )
    make_order(number="#1042", total=600)
    given = recommendation_for(asked("Where is my order 1042?"))
    assert {one.key for one in given.signals.all() if one.state == "fired"} >= {"disputes_before", "high_value"}


@db
def test_a_stranger_gets_no_fact(asked: Any, order: Any, agent: Any) -> None:
    case = asked("Where is my order 1042?", proved=False)
    given = recommendation_for(case)
    assert given.outcome == "reply"
    assert "make sure that it is yours" in given.terms["text"]
    with pytest.raises(Invalid):
        approve(case=case, by=agent, version=case.version, terms={"text": "Your order 1042 is being prepared."})


@db
def test_machines_are_never_answered(write: Any, order: Any) -> None:
    write("I am out of office. Order 1042.", headers={"auto-submitted": "auto-replied"})
    answer()
    assert not Case.objects.exists()
    assert Conversation.objects.get().state == "closed"


@db
def test_a_new_fact_asks_again(asked: Any, order: Any) -> None:
    case = asked("Where is my refund for order 1042?")
    assert recommendation_for(case).outcome == "reply"
    Refund.objects.create(store=order.store, order=order, external_id="r", amount=50, at=timezone.now())
    type(order).objects.filter(pk=order.pk).update(captured=120, refunded=50)
    from ordersops.advice.actions import ask
    from ordersops.orders.changes import Change

    assert ask(changes=[Change(order, {"refund"})]) >= 1
    answer()
    case.refresh_from_db()
    assert recommendation_for(case).outcome == "answer"


@db
def test_gathering_costs_the_same_for_one_and_many(write: Any, order: Any, django_assert_max_num_queries: Any) -> None:
    this = lane("inquiries")

    def cost() -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        subjects = this.lock(list(Conversation.objects.values_list("pk", flat=True)))
        with CaptureQueriesContext(
            connection,
        ) as seen:
            this.gather(subjects)
        return len(seen)

    from django.db import transaction

    with transaction.atomic():
        write("Where is my order 1042?")
        one = cost()
        for number in range(4):
            write("Where is order 1042?", thread=f"t{number}")
        assert cost() == one


@db
def test_damage_is_handed_to_the_returns_lane_with_what_was_said(asked: Any, order: Any, agent: Any) -> None:
    order.lines.update(shipped=1, delivered=1)
    type(order).objects.filter(pk=order.pk).update(fulfilment="delivered")
    case = asked("Hello, the lamp from order 1042 arrived broken, the glass is shattered")
    assert recommendation_for(case).outcome == "hand_over"
    decision = approve(case=case, by=agent, version=case.version)
    assert decision.terms["lane"] == "returns"
    answer()
    (there,) = Case.objects.filter(lane="returns", order=order)
    assert there.state == "open"
    assert "reached the colleagues" in Effect.objects.get(decision=decision, kind="message.send").arguments["text"]
