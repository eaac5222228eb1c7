"""What must be heard first goes to the store's helpdesk, where it has one: what was said, what we know, what we would do."""

from typing import Any

import pytest

from inquiries.models import Conversation, Message
from inquiries.policy import DEFAULTS
from inquiries.reasons import OUTCOMES
from inquiries.rules import choose, see
from inquiries.ticketing import ticket
from ordersops.accounts.roles import Role
from ordersops.audit.models import Event
from ordersops.effects.models import Effect
from ordersops.errors import Conflict
from ordersops.review.actions import approve, override
from ordersops.review.queries import recommendation_for
from ordersops.stores.actions import update
from tests.inquiries.sheets import SHIPPED, evidence


@pytest.mark.parametrize(
    ("known", "outcome"),
    [
        (evidence(legal_words=True), "ticket"),
        (evidence(dispute_words=True), "ticket"),
        (evidence(dispute_open=True), "ticket"),
        (evidence(intent="privacy.request"), "ticket"),
        (evidence(angry_words=True), "reply"),
        (evidence(intent="product.question"), "reply"),
        (evidence(), "answer"),
    ],
)
def test_what_goes_to_the_helpdesk(known: Any, outcome: str) -> None:
    assert choose(known, see(known, DEFAULTS), list(OUTCOMES), ["returns"]) == outcome


def test_the_ticket_says_what_was_said_what_we_know_and_what_we_would_do() -> None:
    told = ticket(evidence(SHIPPED, legal_words=True, message="My lawyer will write. " * 500))
    assert told["priority"] == "urgent"
    assert "order 1042" in told["subject"]
    for part in ("legal steps", "Tracking number: 00340434161094042557", "Let a supervisor read it", "My lawyer will write."):
        assert part in told["text"]
    assert len(told["text"]) <= 4000


@pytest.fixture
def helpdesk(store: Any, make_person: Any) -> None:
    """The store has a helpdesk."""
    secret = "whsec_aGVscGRlc2stc2VjcmV0LW9mLXRoZS10ZXN0cw=="
    update(store=store, by=make_person(Role.ADMIN, store), helpdesk_url="http://127.0.0.1:9/tickets", helpdesk_secret=secret)


@pytest.mark.django_db
def test_an_approved_ticket_is_an_effect_and_the_conversation_rests(helpdesk: None, asked: Any, order: Any, agent: Any) -> None:
    case = asked("Where is my order 1042? You will hear from my lawyer")
    assert recommendation_for(case).outcome == "ticket"
    decision = approve(case=case, by=agent, version=case.version)
    (effect,) = Effect.objects.filter(decision=decision)
    assert (effect.kind, effect.arguments["priority"]) == ("ticket.create", "urgent")
    assert "my lawyer" in effect.arguments["text"]
    assert Conversation.objects.get().state == "closed"
    assert not Message.objects.filter(outgoing=True).exists()
    assert "the helpdesk" in str(Event.objects.get(verb="inquiry.handed_over").payload)


@pytest.mark.django_db
def test_where_there_is_no_helpdesk_nobody_can_choose_it(asked: Any, order: Any, agent: Any) -> None:
    case = asked("Where is my order 1042? You will hear from my lawyer")
    assert recommendation_for(case).outcome == "reply"
    with pytest.raises(Conflict, match="no longer possible"):
        override(case=case, by=agent, version=case.version, outcome="ticket", reason="P1", note="They should hear this one.")
