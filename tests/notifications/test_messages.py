"""Messages to people: by their rules, branching by severity, to those who may see it, and without what anybody typed."""

import json
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from ordersops.accounts.actions import take_role
from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.audit.models import Event
from ordersops.cases import actions as cases
from ordersops.errors import Conflict, Invalid
from ordersops.notifications.actions import rules
from ordersops.notifications.models import Breaker, Outgoing, Rule, SlackAccount
from ordersops.review.actions import approve, decide_otherwise, send_back
from ordersops.review.models import Proposal
from ordersops.stores.models import Store
from tests.factories import CaseFactory, OrderFactory
from tests.notifications.receiver import SLACK_SAYS_YES, Receiver, listening, slack_says
from tests.notifications.scene import opened, rule_of, send, tell
from tests.review.scene import case_about

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script> <!channel> *bold* [x](http://evil) & \u202eevil"


@pytest.fixture
def receiver() -> Any:
    with listening() as found:
        yield found


@pytest.fixture
def slack(settings: Any) -> Any:
    with listening(usual=SLACK_SAYS_YES) as found:
        settings.SLACK = {"token": "xoxb-of-a-test", "signing_secret": "shh", "url": found.address}
        yield found


@pytest.fixture
def reviewer(fraud_reviewer: User) -> User:
    return fraud_reviewer


def in_slack(person: User) -> SlackAccount:
    return SlackAccount.objects.create(person=person, slack_user="U0123456789", asked_by=person, confirmed_at=timezone.now())


def later() -> None:
    Outgoing.objects.filter(state="ready").update(not_before=timezone.now() - timedelta(seconds=1))
    Breaker.objects.update(open_until=None)


def test_a_mail_says_what_it_is_and_nothing_of_the_customer(reviewer: User, system: User, store: Store) -> None:
    rule_of(reviewer)
    case = CaseFactory(order__store=store)
    assert tell(opened(case, system)) == 1
    (sent,) = mail.outbox
    assert sent.to == [reviewer.email]
    assert sent.subject == "Fraud review: Many orders from one IP address"
    assert f"/cases/{case.pk}" in sent.body
    assert "120.00" in sent.body
    assert "/notifications/" in sent.extra_headers["List-Unsubscribe"]
    html = sent.alternatives[0][0]
    for word in (case.order.name, case.order.email, system.name):
        assert word not in sent.body + html


def test_severity_chooses_the_way_and_the_pace(reviewer: User, system: User, store: Store, slack: Receiver) -> None:
    in_slack(reviewer)
    rule_of(reviewer, high="slack:now", anomalous="email:hourly")
    high, anomalous = CaseFactory(order__store=store), [CaseFactory(order__store=store, band="anomalous") for _ in range(3)]
    tell(opened(high, system), *(opened(case, system) for case in anomalous))
    assert len(slack.told) == 1
    assert mail.outbox == []
    waiting = Outgoing.objects.filter(state="ready")
    assert {row.not_before.minute for row in waiting} == {0}
    later()
    send()
    (digest,) = mail.outbox
    assert digest.subject == "3 things happened"
    assert all(f"/cases/{case.pk}" in digest.body for case in anomalous)
    assert set(Outgoing.objects.values_list("state", flat=True)) == {"done"}


def test_a_rule_names_lane_and_store(reviewer: User, system: User, store: Store, other_store: Store, make_person: Any) -> None:
    rule_of(reviewer, store=store, lane="fraud")
    tell(opened(CaseFactory(order__store=other_store), system))
    tell(opened(CaseFactory(order__store=store), system))
    assert len(mail.outbox) == 1
    with pytest.raises(Invalid):
        rule_of(reviewer, store=other_store)


def test_two_rules_about_the_same_say_it_once_and_at_the_earlier_time(reviewer: User, system: User, store: Store) -> None:
    rule_of(reviewer, high="email:daily")
    rule_of(reviewer, high="email:now")
    tell(opened(CaseFactory(order__store=store), system))
    assert len(mail.outbox) == Outgoing.objects.count() == 1


def test_nobody_is_told_of_their_own_acts_nor_of_what_they_may_not_see(
    reviewer: User, order_clerk: User, system: User, store: Store
) -> None:
    for person in (reviewer, order_clerk):
        rule_of(person)
    case = CaseFactory(order__store=store)
    tell(opened(case, reviewer))
    assert mail.outbox == []
    tell(opened(case, system))
    assert [sent.to for sent in mail.outbox] == [[reviewer.email]]


def test_who_lost_the_right_meanwhile_gets_nothing(reviewer: User, system: User, store: Store) -> None:
    rule_of(reviewer, high="email:hourly")
    tell(opened(CaseFactory(order__store=store), system))
    take_role(person=reviewer, role="fraud_reviewer", store=store, by=system)
    later()
    send()
    assert mail.outbox == []
    assert Outgoing.objects.get().state == "dropped"


def test_an_assigned_case_is_told_to_that_person_alone(reviewer: User, senior_fraud_reviewer: User, supervisor: User, store: Store) -> None:
    for person in (reviewer, senior_fraud_reviewer):
        rule_of(person, "assigned")
    case = CaseFactory(order__store=store)
    cases.assign(case=case, to=reviewer, by=supervisor)
    tell(Event.objects.get(case=case, verb="case.assigned"))
    assert [sent.to for sent in mail.outbox] == [[reviewer.email]]


def test_a_question_is_told_to_who_is_asked_and_the_answer_to_who_asked(
    reviewer: User, senior_fraud_reviewer: User, supervisor: User, store: Store
) -> None:
    for person in (reviewer, senior_fraud_reviewer, supervisor):
        rule_of(person, "mentioned")
    case = CaseFactory(order__store=store)
    cases.comment(case=case, text="Is Ada Byron known to you?", ask=[senior_fraud_reviewer], by=reviewer)
    tell(Event.objects.get(case=case, verb="case.asked"))
    assert [sent.to for sent in mail.outbox] == [[senior_fraud_reviewer.email]]
    assert "Byron" not in mail.outbox[0].body
    cases.comment(case=case, text="Yes", by=senior_fraud_reviewer)
    tell(Event.objects.get(case=case, verb="case.answered"))
    assert [sent.to for sent in mail.outbox[1:]] == [[reviewer.email]]


def test_what_waits_for_a_second_person_is_told_to_others_and_its_return_to_the_first(
    reviewer: User, supervisor: User, system: User, store: Store
) -> None:
    rule_of(supervisor, "second")
    rule_of(reviewer, "sent_back", "second")
    made = approve(case=case_about(store, system, total=Decimal(2600)), by=reviewer, version=1)
    assert isinstance(made, Proposal)
    tell(Event.objects.get(verb="case.proposed"))
    assert [sent.to for sent in mail.outbox] == [[supervisor.email]]
    assert "A second person has to approve" in mail.outbox[0].body
    send_back(proposal=made, by=supervisor, note="Ask the customer first.")
    tell(Event.objects.get(verb="case.sent_back"))
    assert [sent.to for sent in mail.outbox[1:]] == [[reviewer.email]]


def test_what_is_decided_otherwise_and_waits_again_asks_for_a_second_person(
    reviewer: User, supervisor: User, make_person: Any, system: User, store: Store
) -> None:
    rule_of(make_person("supervisor", store), "second")
    rule_of(reviewer, "sent_back")
    made = approve(case=case_about(store, system, total=Decimal(2600)), by=reviewer, version=1)
    assert isinstance(made, Proposal)
    said = {"outcome": "release", "reason": "O1", "note": "The customer called from home."}
    assert isinstance(decide_otherwise(proposal=made, by=supervisor, version=2, **said), Proposal)
    tell(Event.objects.get(verb="case.decided_otherwise"))
    assert len(mail.outbox) == 2


def test_a_case_whose_time_runs_short_is_told(reviewer: User, system: User, store: Store) -> None:
    rule_of(reviewer, "soon")
    CaseFactory(order__store=store, warn_at=timezone.now() - timedelta(minutes=1), due_at=timezone.now() + timedelta(hours=1))
    cases.tick()
    tell(Event.objects.get(verb="case.due_soon"))
    assert [sent.to for sent in mail.outbox] == [[reviewer.email]]


def test_quiet_hours_gather_and_high_severity_comes_through(reviewer: User, system: User, store: Store, time_machine: Any) -> None:
    time_machine.move_to(datetime(2031, 5, 5, 23, 30, tzinfo=UTC), tick=True)
    rule_of(reviewer, anomalous="email:now", quiet_from=time(22), quiet_until=time(7), time_zone="UTC")
    now = timezone.now()
    rule = Rule.objects.get()
    assert rule.quiet_ends(now) == datetime(2031, 5, 6, 7, tzinfo=UTC)
    assert rule.quiet_ends(datetime(2031, 5, 6, 3, tzinfo=UTC)) == datetime(2031, 5, 6, 7, tzinfo=UTC)
    assert rule.quiet_ends(datetime(2031, 5, 6, 12, tzinfo=UTC)) is None


def test_what_happens_in_quiet_hours_leaves_when_they_end(reviewer: User, system: User, store: Store) -> None:
    here = timezone.now()
    begins, ends = (here - timedelta(hours=1)).time(), (here + timedelta(hours=1)).time()
    rule_of(reviewer, anomalous="email:now", quiet_from=begins, quiet_until=ends)
    tell(opened(CaseFactory(order__store=store, band="anomalous"), system))
    assert mail.outbox == []
    tell(opened(CaseFactory(order__store=store), system))
    assert len(mail.outbox) == 1
    later()
    send()
    assert len(mail.outbox) == 2


def test_hostile_text_stays_text(reviewer: User, system: User, store: Store, slack: Receiver, receiver: Receiver) -> None:
    in_slack(reviewer)
    rule_of(reviewer, high="slack:now")
    rule_of(reviewer, high="teams:now", teams_url=receiver.address)
    rule_of(reviewer, high="email:now")
    case = CaseFactory(order__store=store, headline=HOSTILE)
    tell(opened(case, system))
    said = json.dumps(slack.told[0].json["blocks"], ensure_ascii=False)
    assert "<script>" not in said
    assert "<!channel>" not in said
    assert "&lt;!channel&gt;" in said
    card = json.dumps(receiver.told[0].json, ensure_ascii=False)
    assert "[x](http://evil)" not in card
    html = mail.outbox[0].alternatives[0][0]
    assert "<script>" not in html
    assert "\n" not in mail.outbox[0].subject
    for text in (said, card, html, mail.outbox[0].subject):
        assert "\u202e" not in text


def test_a_teams_card_has_a_link_and_no_act(reviewer: User, system: User, store: Store, receiver: Receiver) -> None:
    rule_of(reviewer, high="teams:now", teams_url=receiver.address)
    case = CaseFactory(order__store=store)
    tell(opened(case, system))
    (attachment,) = receiver.told[0].json["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    (action,) = attachment["content"]["actions"]
    assert (action["type"], str(case.pk) in action["url"]) == ("Action.OpenUrl", True)


def test_slack_is_told_with_the_token_and_its_refusals_are_understood(reviewer: User, system: User, store: Store, slack: Receiver) -> None:
    in_slack(reviewer)
    rule_of(reviewer, high="slack:now")
    slack.answers = [slack_says("channel_not_found"), slack_says("internal_error"), slack_says("token_revoked")]
    for _ in range(3):
        tell(opened(CaseFactory(order__store=store), system))
    assert slack.told[0].path == "/told/chat.postMessage"
    assert slack.told[0].headers["authorization"] == "Bearer xoxb-of-a-test"
    assert slack.told[0].json["channel"] == "U0123456789"
    assert sorted(Outgoing.objects.values_list("state", flat=True)) == ["dead", "ready", "ready"]
    assert "token" in Breaker.objects.get(key="slack").alert


def test_buttons_are_for_advice_that_may_be_followed_by_who_may_decide(
    reviewer: User, auditor: User, system: User, store: Store, slack: Receiver
) -> None:
    in_slack(reviewer)
    rule_of(reviewer, high="slack:now")
    rule_of(auditor, high="slack:now", slack_channel="C0123456789")
    sound, doubtful = CaseFactory(order__store=store), CaseFactory(order__store=store, advice__verified=False)
    attack = CaseFactory(order__store=store, group_key="ip:3")
    for case in (sound, doubtful, attack):
        tell(opened(case, system))
    mine = [_buttons(one.json) for one in slack.told if one.json["channel"] == "U0123456789"]
    assert [set(buttons) for buttons in mine] == [{"approve", "override", "open"}, {"override", "open"}, {"override", "open"}]
    assert mine[0]["approve"]["value"] == f"{sound.pk}:{sound.version}"
    assert mine[0]["override"]["url"].endswith(f"/cases/{sound.pk}/override")
    assert all(_buttons(one.json) == {} for one in slack.told if one.json["channel"] == "C0123456789"), "an auditor decides nothing"


def _buttons(card: Any) -> dict[str, Any]:
    return {one["action_id"]: one for block in card["blocks"] if block["type"] == "actions" for one in block["elements"]}


def test_a_rule_needs_a_topic_a_way_and_what_the_way_needs(reviewer: User) -> None:
    for asked in (
        {"topics": []}, {"topics": ["eaten"]}, {"topics": ["opened"], "high": ""}, {"topics": ["opened"], "high": "pigeon:now"},
        {"topics": ["opened"], "high": "slack:now"}, {"topics": ["opened"], "high": "teams:now"},
        {"topics": ["opened"], "high": "email:now", "quiet_from": time(22)}, {"topics": ["opened"], "high": "email:now", "time_zone": "Mars/Base"},
        {"topics": ["opened"], "high": "email:now", "slack_channel": "#general"}, {"topics": ["opened"], "high": "email:now", "lane": "goats"},
        {"topics": ["opened"], "high": "teams:now", "teams_url": "http://example.com/x"},
    ):  # fmt: skip
        with pytest.raises(Invalid):
            rules.save(by=reviewer, **asked)  # type: ignore[arg-type]
    assert not Rule.objects.exists()


def test_a_rule_is_its_persons_alone(reviewer: User, auditor: User) -> None:
    rule = rule_of(reviewer)
    for act in (lambda: rules.remove(rule=rule, by=auditor), lambda: rules.test(rule=rule, by=auditor)):
        with pytest.raises(Conflict):
            act()
    rules.remove(rule=rule, by=reviewer)
    assert list(Event.objects.filter(verb__startswith="notification.").order_by("seq").values_list("verb", flat=True)) == [
        "notification.rule_set", "notification.rule_removed",
    ]  # fmt: skip


def test_a_test_reaches_one_by_each_way(reviewer: User, slack: Receiver) -> None:
    in_slack(reviewer)
    rule = rule_of(reviewer, high="slack:now", rest="email:daily")
    rules.test(rule=rule, by=reviewer)
    send()
    assert (len(slack.told), [sent.subject for sent in mail.outbox]) == (1, ["This is a test"])


def test_what_has_no_case_is_told_with_its_order(reviewer: User, system: User, store: Store, make_person: Any) -> None:
    watcher = make_person(Role.SUPERVISOR, store)
    rule_of(watcher, "failed", high="", rest="email:now")
    from ordersops.audit.actions import atomic, record
    from ordersops.audit.verbs import Verb
    from ordersops.ids import uuid7

    order = OrderFactory(store=store)
    with atomic():
        record(Verb.EFFECT_DEAD, by=system, order=order, effect=uuid7(), kind="order.cancel", attempts=5, error="Ada Byron said no")
    tell(Event.objects.get(verb="effect.dead"))
    (sent,) = mail.outbox
    assert order.number in sent.body
    assert "Byron" not in sent.body
