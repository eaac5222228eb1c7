"""What people do at the desk besides approving, done with a token: the same verbs, rights and history."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ordersops.accounts.models import Team, User
from ordersops.accounts.roles import Role
from ordersops.api.models import AccessToken
from ordersops.audit.verbs import Verb
from ordersops.cases.models import Attachment, Case
from ordersops.effects.models import Effect
from ordersops.review.actions import approve, change_reason, sync_reasons
from ordersops.review.models import Decision, Proposal
from ordersops.stores.models import Store
from tests.api.conftest import MakeMachine
from tests.kernel.history import told
from tests.people import MakePerson
from tests.review.scene import case_about

pytestmark = pytest.mark.django_db
NOTE = "All of the same card testing run."


# --- Reasons have versions --------------------------------------------------------------------------------------------
def test_a_decision_may_say_which_wording_it_read(
    store: Store, system: User, supervisor: User, senior_fraud_reviewer: User, machine: MakeMachine
) -> None:
    sync_reasons()
    case, asks = case_about(store, system), machine(senior_fraud_reviewer)
    offered = asks.get(f"cases/{case.pk}").json()["available"]["override_reasons"]["release"]
    assert {key: offered[0][key] for key in ("code", "version")} == {"code": "O1", "version": 1}
    change_reason(lane="fraud", code="O1", version=1, text="Something new", customer_text="", by=supervisor)
    said = {"version": 1, "outcome": "release", "reason": "O1", "reason_version": 1, "note": "They called us from home."}
    refused = asks.post(f"cases/{case.pk}/override", said)
    assert (refused.status_code, "not as you read it" in refused.json()["detail"]) == (409, True)
    done = asks.post(f"cases/{case.pk}/override", {**said, "reason_version": 2})
    assert done.status_code == 200
    assert done.json()["decisions"][0]["reason_version"] == 2


# --- Files ------------------------------------------------------------------------------------------------------------
def test_a_file_goes_in_and_comes_out_as_it_was(store: Store, system: User, fraud_reviewer: User, machine: MakeMachine) -> None:
    case, asks = case_about(store, system), machine(fraud_reviewer)
    large = b"%PDF-1.7 " + b"x" * (3 * 1024 * 1024)
    body = {"name": "../proof.exe", "content": base64.b64encode(large).decode(), "text": "From the customer"}
    made = asks.post(f"cases/{case.pk}/attachments", body, key="once-and-once-only")
    assert (made.status_code, made.json()["name"], made.json()["kind"]) == (201, "proof.pdf", "application/pdf")
    assert asks.post(f"cases/{case.pk}/attachments", body, key="once-and-once-only").json() == made.json()
    assert Attachment.objects.count() == 1
    (listed,) = asks.get(f"cases/{case.pk}/attachments").json()["attachments"]
    found = asks.get(f"attachments/{listed['id']}").json()
    assert base64.b64decode(found["content"]) == large
    assert told(case=case) == [Verb.CASE_ATTACHED]


@pytest.mark.parametrize(("content", "status"), [("not base64!", 422), ("", 422), ("AAECAw==", 422)])
def test_what_is_no_file_is_refused(
    store: Store, system: User, fraud_reviewer: User, machine: MakeMachine, content: str, status: int
) -> None:
    case = case_about(store, system)
    assert machine(fraud_reviewer).post(f"cases/{case.pk}/attachments", {"name": "x", "content": content}).status_code == status


def test_a_file_that_is_too_large_is_refused(store: Store, system: User, fraud_reviewer: User, machine: MakeMachine, settings: Any) -> None:
    settings.ATTACHMENT_BYTES = 1024
    case = case_about(store, system)
    sizes = {
        size: machine(fraud_reviewer).post(f"cases/{case.pk}/attachments", {"name": "x", "content": "A" * size}).status_code
        for size in (4000, 3 * 1024 * 1024)
    }
    assert sizes == {4000: 422, 3 * 1024 * 1024: 413}


# --- Teams and the customer -------------------------------------------------------------------------------------------
def test_a_case_is_given_to_a_team_and_escalated_to_it(
    store: Store, system: User, supervisor: User, fraud_reviewer: User, senior_fraud_reviewer: User, machine: MakeMachine
) -> None:
    team = Team.objects.create(name="Night shift")
    team.stores.add(store)
    team.members.add(senior_fraud_reviewer)
    case = case_about(store, system)
    given = machine(supervisor).post(f"cases/{case.pk}/assign", {"team": str(team.pk)})
    assert given.json()["team"] == {"id": str(team.pk), "name": "Night shift"}
    assert machine(supervisor).post(f"cases/{case.pk}/assign", {}).json()["team"] is None
    moved = machine(fraud_reviewer).post(f"cases/{case.pk}/escalate", {"team": str(team.pk), "note": "They know this ring"})
    assert (moved.status_code, moved.json()["escalated_to"]) == (200, "team:")


def test_the_customer_is_asked(store: Store, system: User, fraud_reviewer: User, machine: MakeMachine) -> None:
    case = case_about(store, system, outcome="release", email="ada@example.org")
    said = {"subject": "Your order", "text": "Please tell us whether you placed this order."}
    asks = machine(fraud_reviewer)
    assert asks.post(f"cases/{case.pk}/ask-customer", said).status_code == 428
    answer = asks.post(f"cases/{case.pk}/ask-customer", said, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["snoozed_until"] is not None) == (200, True)
    assert Effect.objects.get().kind == "message.send"


# --- Two people -------------------------------------------------------------------------------------------------------
@pytest.fixture
def cases(store: Store, system: User) -> list[Case]:
    return [case_about(store, system) for _ in range(3)]


def proposed(cases: list[Case]) -> dict[str, Any]:
    rows = [{"case": str(case.pk), "version": 1} for case in cases]
    return {"lane": "fraud", "outcome": "decline", "reason": "D3", "note": NOTE, "count": len(rows), "cases": rows}


def test_many_are_decided_by_two_people(
    cases: list[Case], store: Store, fraud_reviewer: User, make_person: MakePerson, machine: MakeMachine
) -> None:
    made = machine(fraud_reviewer).post("bulks", proposed(cases))
    assert (made.status_code, made.json()["asked"], made.json()["left_out"]) == (201, 3, [])
    bulk = made.json()
    rows = [{"proposal": row["id"], "version": row["version"]} for row in bulk["proposals"]]
    second = machine(make_person(Role.SUPERVISOR, store))
    assert len(second.get(f"bulks/{bulk['id']}").json()["proposals"]) == 3
    done = second.post(f"bulks/{bulk['id']}/approve", {"rows": rows[:2]})
    assert (done.status_code, done.json()["left_out"]) == (200, [])
    back = second.post(f"bulks/{bulk['id']}/send-back", {"rows": rows[2:], "note": "Look at this one by itself."})
    assert {row["state"] for row in back.json()["bulk"]["proposals"]} == {"approved", "sent_back"}
    assert Decision.objects.count() == 2


def test_the_first_is_not_the_second_in_bulk_either(cases: list[Case], supervisor: User, machine: MakeMachine) -> None:
    asks = machine(supervisor)
    bulk = asks.post("bulks", proposed(cases)).json()
    rows = [{"proposal": row["id"], "version": row["version"]} for row in bulk["proposals"]]
    assert len(asks.post(f"bulks/{bulk['id']}/approve", {"rows": rows}).json()["left_out"]) == 3
    assert not Decision.objects.exists()


@pytest.mark.parametrize("more", [{"count": 2}, {"note": "no"}, {"outcome": "eat"}, {"reason": ""}, {"cases": []}])
def test_a_bulk_says_what_it_means(cases: list[Case], fraud_reviewer: User, machine: MakeMachine, more: dict[str, Any]) -> None:
    assert machine(fraud_reviewer).post("bulks", {**proposed(cases), **more}).status_code == 422


def test_it_is_decided_otherwise_and_taken_back(
    store: Store, system: User, fraud_reviewer: User, make_person: MakePerson, machine: MakeMachine
) -> None:
    made = approve(case=case_about(store, system, total=2600), by=fraud_reviewer, version=1)
    assert isinstance(made, Proposal)
    second = machine(make_person(Role.SUPERVISOR, store))
    said = {"version": 2, "outcome": "release", "reason": "O1", "note": "The customer called from home."}
    answer = second.post(f"proposals/{made.pk}/decide-otherwise", said)
    assert (answer.status_code, answer.json()["state"]) == (200, "otherwise")
    waits = Proposal.objects.get(state="waiting")
    assert machine(fraud_reviewer).post(f"proposals/{waits.pk}/take-back").status_code == 403  # not theirs
    assert second.post(f"proposals/{waits.pk}/take-back").json()["state"] == "taken_back"
    assert Case.objects.get().state == "open"


def test_a_decision_is_taken_back_after_it_was_carried_out(store: Store, system: User, fraud_reviewer: User, machine: MakeMachine) -> None:
    decision = approve(case=case_about(store, system, outcome="release"), by=fraud_reviewer, version=1)
    asks, path = machine(fraud_reviewer), f"decisions/{decision.pk}/take-back"
    assert asks.post(path, {"note": "The bank called us."}).status_code == 409  # it can still be undone
    past = timezone.now() - timedelta(hours=1)
    Effect.objects.update(state="done", attempts=1, due_at=past, settled_at=past)
    answer = asks.post(path, {"note": "The bank called us."})
    assert (answer.status_code, answer.json()["reason"]) == (200, "TAKEN_BACK")
    assert asks.post(path, {"note": "no"}).status_code == 422
    assert AccessToken.objects.count() == 1
