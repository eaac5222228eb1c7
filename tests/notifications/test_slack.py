"""Buttons in Slack: believed only with Slack's signature, done only for a mapped person who may do it now."""

import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.actions import deactivate, take_role
from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.audit.models import Event
from ordersops.cases.models import Case
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.notifications.actions import slack as actions
from ordersops.notifications.models import SlackAccount
from ordersops.review.models import Decision
from ordersops.stores.models import Store
from tests.factories import CaseFactory
from tests.notifications.receiver import Receiver, listening
from tests.notifications.scene import send

pytestmark = pytest.mark.django_db
SECRET, ME = "a-signing-secret", "U0123456789"


@pytest.fixture(autouse=True)
def slack(settings: Any) -> Any:
    with listening() as found:
        settings.SLACK = {"token": "xoxb-of-a-test", "signing_secret": SECRET, "url": found.address}
        yield found


@pytest.fixture
def case(store: Store) -> Case:
    return CaseFactory(order__store=store)


@pytest.fixture
def mapped(fraud_reviewer: User) -> User:
    SlackAccount.objects.create(person=fraud_reviewer, team="T0123456", slack_user=ME, asked_by=fraud_reviewer, confirmed_at=timezone.now())
    return fraud_reviewer


def press(client: Client, receiver: Receiver, value: str, *, user: str = ME, team: str = "T0123456", **changed: Any) -> Any:
    """Send what Slack sends when the approve button is pressed; `changed` spoils it."""
    payload = {
        "type": "block_actions", "user": {"id": user, "name": "ada.in.slack"}, "team": {"id": team}, "response_url": f"{receiver.address}/answer",
        "actions": [{"action_id": changed.pop("action_id", "approve"), "value": value}],
    }  # fmt: skip
    body = urlencode({"payload": json.dumps(payload)}).encode()
    return post(client, body, **changed)


def post(
    client: Client,
    body: bytes,
    *,
    at: int | None = None,
    late: int = 0,
    secret: str = SECRET,
    signature: str = "",
    sent: bytes | None = None,
) -> Any:
    at = int(time.time()) + late if at is None else at
    made = signature or "v0=" + hmac.new(secret.encode(), f"v0:{at}:".encode() + body, hashlib.sha256).hexdigest()
    headers = {"X-Slack-Request-Timestamp": str(at), "X-Slack-Signature": made}
    return client.post(
        reverse("slack_interactions"), body if sent is None else sent, content_type="application/x-www-form-urlencoded", headers=headers
    )  # fmt: skip


def answers(receiver: Receiver) -> list[Any]:
    send()
    return [one.json for one in receiver.told]


def value(case: Case) -> str:
    return f"{case.pk}:{case.version}"


def test_a_mapped_person_approves(mapped: User, case: Case, slack: Receiver) -> None:
    client = Client(enforce_csrf_checks=True)
    assert press(client, slack, value(case)).status_code == 200
    decision = Decision.objects.get(case=case)
    assert (decision.by, decision.overrides) == (mapped, False)
    (answer,) = answers(slack)
    assert answer["replace_original"] is True
    assert mapped.name in answer["text"]
    assert Event.objects.filter(case=case, verb="case.approved", actor=mapped).count() == 1


@pytest.mark.parametrize(
    "spoilt",
    [
        {"secret": "another"}, {"at": 1}, {"late": -301}, {"late": 400}, {"signature": "v0="}, {"signature": "é"},
        {"sent": b"payload=%7B%7D"}, {"at": -5},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_not_signed_or_too_old_is_refused(
    client: Client, mapped: User, case: Case, slack: Receiver, spoilt: dict[str, Any]
) -> None:
    assert press(client, slack, value(case), **spoilt).status_code == 401
    assert not Decision.objects.exists()


def test_the_same_request_is_not_taken_twice(client: Client, mapped: User, case: Case, slack: Receiver) -> None:
    body = urlencode({"payload": json.dumps({"type": "block_actions", "actions": []})}).encode()
    at = int(time.time())
    assert post(client, body, at=at).status_code == 200
    assert post(client, body, at=at).status_code == 409


@pytest.mark.parametrize(
    "body", [b"", b"payload=", b"payload=[]", b"payload=%5B1%5D", b"x=1", b"payload=\xff", b"payload=" + b"%5B" * 20_000]
)
def test_what_cannot_be_read_is_refused_and_breaks_nothing(client: Client, body: bytes) -> None:
    assert post(client, body).status_code == 400


@pytest.mark.parametrize(
    "payload",
    [
        {}, {"type": "view_submission"}, {"type": "block_actions", "actions": "approve"}, {"type": "block_actions", "actions": [1]},
        {"type": "block_actions", "actions": [{"action_id": "approve"}], "user": "me"},
        {"type": "block_actions", "actions": [{"action_id": "approve", "value": 7}], "user": {"id": "../x"}, "team": []},
    ],
)  # fmt: skip
def test_odd_payloads_do_nothing(client: Client, mapped: User, payload: Any) -> None:
    assert post(client, urlencode({"payload": json.dumps(payload)}).encode()).status_code == 200
    assert not Decision.objects.exists()


def test_nobody_is_believed_without_a_secret(client: Client, mapped: User, case: Case, slack: Receiver, settings: Any) -> None:
    settings.SLACK = {**settings.SLACK, "signing_secret": ""}
    assert press(client, slack, value(case), secret="").status_code == 503


def test_an_unknown_slack_user_gets_a_link_and_decides_nothing(client: Client, fraud_reviewer: User, case: Case, slack: Receiver) -> None:
    press(client, slack, value(case))
    assert not Decision.objects.exists()
    (answer,) = answers(slack)
    assert answer["response_type"] == "ephemeral"
    url = answer["text"].partition("<")[2].partition("|")[0]
    assert (urlsplit(url).path, urlsplit(url).netloc) == ("/slack/link", "127.0.0.1:8000")
    token = parse_qs(urlsplit(url).query)["token"][0]
    client.force_login(fraud_reviewer)
    page = client.get(reverse("slack_link"), {"token": token})
    assert "ada.in.slack" in page.content.decode()
    assert not SlackAccount.objects.exists(), "looking at the page connects nothing"
    assert client.post(reverse("slack_link"), {"token": token}).status_code == 303
    assert press(client, slack, value(case), at=int(time.time()) - 60).status_code == 200
    assert Decision.objects.get().by == fraud_reviewer


def test_an_offer_is_good_for_ten_minutes_and_cannot_be_made_up(fraud_reviewer: User, time_machine: Any) -> None:
    token = actions.offer(team="T0123456", slack_user=ME, name="ada")
    for spoilt in (token[:-2], "", "x:y:z", token + "x"):
        with pytest.raises(Invalid):
            actions.connect(token=spoilt, by=fraud_reviewer)
    time_machine.move_to(time.time() + 601)
    with pytest.raises(Invalid):
        actions.connect(token=token, by=fraud_reviewer)


def test_a_slack_user_is_one_person(fraud_reviewer: User, auditor: User) -> None:
    actions.connect(token=actions.offer(team="T0123456", slack_user=ME, name="ada"), by=fraud_reviewer)
    with pytest.raises(Conflict):
        actions.connect(token=actions.offer(team="T0123456", slack_user=ME, name="ada"), by=auditor)
    assert SlackAccount.objects.get().person == fraud_reviewer


def test_a_user_of_another_workspace_is_somebody_else(client: Client, mapped: User, case: Case, slack: Receiver) -> None:
    press(client, slack, value(case), team="T9999999")
    assert not Decision.objects.exists()


def test_a_proposed_account_counts_only_once_it_is_confirmed(
    client: Client, admin: User, fraud_reviewer: User, case: Case, slack: Receiver
) -> None:
    account = actions.propose(person=fraud_reviewer, slack_user=ME.lower(), by=admin)
    press(client, slack, value(case))
    assert not Decision.objects.exists()
    actions.confirm(by=fraud_reviewer)
    press(client, slack, value(case), at=int(time.time()) - 60)
    assert Decision.objects.get().by == fraud_reviewer
    actions.disconnect(account=account, by=admin)
    assert not SlackAccount.objects.exists()


def test_proposing_needs_to_manage_people(auditor: User, fraud_reviewer: User, make_person: Any, other_store: Store) -> None:
    for by in (auditor, make_person(Role.ADMIN, other_store)):
        with pytest.raises(Forbidden):
            actions.propose(person=fraud_reviewer, slack_user=ME, by=by)


def test_the_right_is_asked_at_the_moment_of_the_press(client: Client, mapped: User, system: User, case: Case, slack: Receiver) -> None:
    take_role(person=mapped, role="fraud_reviewer", store=case.store, by=system)
    press(client, slack, value(case))
    assert not Decision.objects.exists()
    (answer,) = answers(slack)
    assert answer["response_type"] == "ephemeral"


def test_somebody_without_the_right_is_told_so_and_it_is_recorded(
    client: Client, mapped: User, case: Case, slack: Receiver, auditor: User
) -> None:
    SlackAccount.objects.update(person=auditor)
    press(client, slack, value(case))
    assert "You may not" in answers(slack)[0]["text"]
    assert Event.objects.filter(verb="access.refused", actor=auditor).exists()


def test_a_closed_account_decides_nothing(client: Client, mapped: User, system: User, case: Case, slack: Receiver) -> None:
    deactivate(person=mapped, by=system)
    press(client, slack, value(case))
    assert not Decision.objects.exists()


def test_a_case_that_changed_is_a_conflict_told_to_the_one_who_pressed(client: Client, mapped: User, case: Case, slack: Receiver) -> None:
    old = value(case)
    Case.objects.filter(pk=case.pk).update(version=case.version + 1)
    press(client, slack, old)
    assert not Decision.objects.exists()
    (answer,) = answers(slack)
    assert (answer["response_type"], "reload" in answer["text"]) == ("ephemeral", True)


def test_unverified_advice_and_attacks_are_not_approved_from_afar(client: Client, mapped: User, store: Store, slack: Receiver) -> None:
    for number, case in enumerate(
        (CaseFactory(order__store=store, advice__verified=False), CaseFactory(order__store=store, group_key="ip:3"))
    ):
        press(client, slack, value(case), at=int(time.time()) - number)
    assert not Decision.objects.exists()
    assert all("at the desk" in answer["text"] for answer in answers(slack))


@pytest.mark.parametrize("spoilt", ["", "x", "x:1", ":1", "00000000-0000-0000-0000-000000000000:1"])
def test_a_button_of_no_case(client: Client, mapped: User, slack: Receiver, spoilt: str) -> None:
    press(client, slack, spoilt)
    assert "no such case" in answers(slack)[0]["text"]


def test_a_followed_link_is_acknowledged_and_does_nothing(client: Client, mapped: User, case: Case, slack: Receiver) -> None:
    assert press(client, slack, value(case), action_id="override").status_code == 200
    assert not Decision.objects.exists()


def test_answers_go_to_slack_alone(client: Client, mapped: User, case: Case, slack: Receiver, settings: Any) -> None:
    settings.SLACK = {**settings.SLACK, "url": "https://slack.com/api"}
    press(client, slack, value(case))
    assert answers(slack) == [], "the address is not one of Slack's"
    assert Decision.objects.exists()
