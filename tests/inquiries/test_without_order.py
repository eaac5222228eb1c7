"""A conversation without an order: a person replies, the reply leaves once and may be taken back; the lane's mode may ask which order."""

import smtplib
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from inquiries import actions, jobs
from inquiries.models import Conversation, Message, Posting
from ordersops.accounts.roles import Role
from ordersops.advice.advisors import SCORECARD, version_of
from ordersops.audit.models import Event
from ordersops.cases.lanes import lane
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.rollout.content import Content
from ordersops.rollout.models import PolicyVersion, Standing, Switch, Verdict

pytestmark = pytest.mark.django_db
WORDS = {"subject": "Your message", "text": "Hello,\n\nwhich product do you mean?"}


@pytest.fixture
def conversation(write: Any) -> Conversation:
    return write("Where is my parcel?", sender_email="x@else.example", proved=False).conversation


@pytest.fixture
def sent(settings: Any) -> Any:
    """Mail leaves, and the hold window is over at once."""
    settings.MAIL_LEAVES, settings.HOLD_WINDOW_SECONDS = True, 0


def reply(conversation: Conversation, by: Any, **more: Any) -> Message:
    return actions.reply(conversation=conversation, by=by, **{**WORDS, **more})


def test_a_reply_leaves_to_whoever_wrote_and_is_in_the_history(conversation: Any, agent: Any, sent: None, mailoutbox: Any) -> None:
    message = reply(conversation, agent)
    conversation.refresh_from_db()
    assert (conversation.state, message.written_by, message.automatic) == ("answered", agent, False)
    assert jobs.post() == 1
    assert jobs.post() == 0
    (mail,) = mailoutbox
    assert (mail.to, mail.body, mail.extra_headers["Message-ID"].split("@")[0]) == (["x@else.example"], WORDS["text"], f"<{message.pk}")
    assert Posting.objects.get().state == "sent"
    verbs = list(Event.objects.filter(verb__startswith="inquiry.").order_by("seq").values_list("verb", flat=True))
    assert verbs == ["inquiry.received", "inquiry.written", "inquiry.sent"]
    assert "else.example" not in str(list(Event.objects.filter(verb__startswith="inquiry.").values_list("payload", flat=True)))


def test_it_waits_for_the_hold_window_and_is_taken_back_in_it(conversation: Any, agent: Any, settings: Any, mailoutbox: Any) -> None:
    settings.MAIL_LEAVES, settings.HOLD_WINDOW_SECONDS = True, 600
    message = reply(conversation, agent)
    assert jobs.post() == 0
    actions.take_back(message=message, by=agent)
    conversation.refresh_from_db()
    assert conversation.state == "open"
    assert not Message.objects.filter(outgoing=True).exists()
    assert not mailoutbox


def test_what_has_left_is_not_taken_back(conversation: Any, agent: Any, sent: None) -> None:
    message = reply(conversation, agent)
    jobs.post()
    with pytest.raises(Conflict, match="has left"):
        actions.take_back(message=message, by=agent)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Your parcel was delivered on 3 May 2026.", "no fact carries"),
        ("Your order has been shipped.", "do not bear out"),
        ("Our risk score says no.", "how orders are judged"),
        ("Dear Ada Byron, which order?", "not the name"),
    ],
)
def test_what_no_fact_carries_is_refused(conversation: Any, agent: Any, text: str, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        reply(conversation, agent, text=text)
    assert not Posting.objects.exists()


def test_who_looked_it_up_answers_for_a_number_and_never_for_an_order(conversation: Any, agent: Any) -> None:
    with pytest.raises(Invalid):
        reply(conversation, agent, text="We ship to 14 countries.")
    with pytest.raises(Invalid, match="do not bear out"):
        reply(conversation, agent, text="Your order has been shipped.", looked_up=True)
    assert reply(conversation, agent, text="We ship to 14 countries.", looked_up=True).pk


def test_one_reply_to_one_message(conversation: Any, agent: Any) -> None:
    reply(conversation, agent)
    with pytest.raises(Conflict):
        reply(conversation, agent)


def test_what_has_an_order_is_answered_in_its_case(write: Any, order: Any, agent: Any) -> None:
    with pytest.raises(Conflict, match="in its case"):
        reply(write("Where is my order 1042?").conversation, agent)


def test_who_may_reply(conversation: Any, store: Any, make_store: Any, make_person: Any) -> None:
    for person in (make_person(Role.AUDITOR, store), make_person(Role.SUPPORT_AGENT, make_store())):
        with pytest.raises(Forbidden):
            reply(conversation, person)


def test_a_refused_address_is_told_and_may_be_tried_again(
    conversation: Any, agent: Any, sent: None, monkeypatch: Any, mailoutbox: Any
) -> None:
    message = reply(conversation, agent)

    def refuse(self: Any) -> int:
        raise smtplib.SMTPRecipientsRefused({"x@else.example": (550, b"no")})

    with monkeypatch.context() as patched:
        patched.setattr("django.core.mail.EmailMessage.send", refuse)
        jobs.post()
    posting = Posting.objects.get()
    assert (posting.state, posting.last_error) == ("dead", "The mail server refuses the address (550).")
    actions.send_again(message=message, by=agent)
    jobs.post()
    assert len(mailoutbox) == 1
    with pytest.raises(Conflict):
        actions.send_again(message=message, by=agent)


def test_an_attempt_that_was_cut_off_is_not_repeated_by_itself(conversation: Any, agent: Any, sent: None, mailoutbox: Any) -> None:
    reply(conversation, agent)
    jobs.POSTINGS.claim(1, jobs.LEASE)  # a worker that died
    with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=False):
        Posting.objects.update(lease_until=timezone.now() - timedelta(hours=1))
        jobs.post()
    assert not mailoutbox
    assert Posting.objects.get().last_error == jobs.UNSURE


def test_a_kill_switch_keeps_it_back(conversation: Any, agent: Any, sent: None, mailoutbox: Any) -> None:
    switch = Switch.objects.create(effect="message.send", why="The mail server is being moved", by=agent)
    reply(conversation, agent)
    assert jobs.post() == 0
    switch.delete()
    assert jobs.post() == 1


def test_an_erased_address_is_not_written_to(conversation: Any, agent: Any, order: Any, sent: None, mailoutbox: Any) -> None:
    reply(conversation, agent)
    Conversation.objects.update(sender_email="", sender_key=None)
    jobs.post()
    assert Posting.objects.get().state == "dead"
    assert not mailoutbox


# --- By the lane's mode -----------------------------------------------------------------------------------------------
@pytest.fixture
def by_itself(store: Any, agent: Any, make_person: Any) -> Any:
    """The lane runs in this mode in the store, under a policy of two people."""

    def set_mode(mode: str, automatic: tuple[str, ...] = ("answer",)) -> None:
        this = lane("inquiries")
        content = Content.model_validate({
            **Content.of(this.policy).model_dump(), "highest_mode": "auto", "automatic": automatic, "most_amount": Decimal(500), "most_a_day": 10
        })  # fmt: skip
        policy = PolicyVersion.objects.create(
            lane=this.key,
            store=store,
            number=1,
            content=content.model_dump(mode="json"),
            note="Questions of fact need nobody.",
            author=agent,
        )
        Verdict.objects.create(policy=policy, author=agent, by=make_person(), approved=True, effective_from=timezone.now())
        Standing.objects.create(
            lane=this.key, store=store, scope="everything", mode=mode, policy_version=policy.version, advisor=version_of(SCORECARD, this)
        )

    return set_mode


@pytest.mark.parametrize(("mode", "asks"), [("shadow", False), ("assist", False), ("sampled", False), ("auto", True)])
def test_only_where_the_lane_runs_by_itself_is_the_order_asked_for(
    conversation: Any, by_itself: Any, system: Any, mode: str, asks: bool
) -> None:
    by_itself(mode)
    message = actions.reply_by_itself(conversation=conversation, by=system)
    assert (message is not None) == asks
    if message is not None:
        assert "order number" in message.body
        assert (message.automatic, message.intent) == (True, "shipping.status")


def test_nothing_leaves_by_itself_that_the_policy_does_not_name(conversation: Any, by_itself: Any, system: Any) -> None:
    by_itself("auto", automatic=("change_address",))
    assert actions.reply_by_itself(conversation=conversation, by=system) is None


def test_it_is_asked_once_and_not_twice_in_five_minutes(conversation: Any, by_itself: Any, write: Any, system: Any) -> None:
    by_itself("auto")
    assert actions.reply_by_itself(conversation=conversation, by=system)
    write("I do not know it. Where is my parcel?", sender_email="x@else.example", proved=False)
    assert actions.reply_by_itself(conversation=conversation, by=system) is None
    other = write("Where is my parcel?", sender_email="x@else.example", proved=False, thread="another").conversation
    assert actions.reply_by_itself(conversation=other, by=system) is None


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("Where is my parcel? I will call my lawyer", {}),
        ("Where is my parcel? This is ridiculous", {}),
        ("Where is my parcel?", {"headers": {"auto-submitted": "auto-replied"}}),
        ("Ok", {}),
        ("I would like to change my subscription plan", {}),
    ],
)
def test_what_a_person_must_hear_and_what_a_machine_wrote_is_not_answered(
    write: Any, by_itself: Any, system: Any, text: str, more: Any
) -> None:
    by_itself("auto")
    found = write(text, sender_email="y@else.example", proved=False, **more).conversation
    assert actions.reply_by_itself(conversation=found, by=system) is None
