"""A policy takes two people: writing, approving, sending back."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.audit.verbs import Verb
from ordersops.cases.lanes import lane
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.rollout.actions import approve, send_back, write_policy
from ordersops.rollout.content import built_in
from ordersops.rollout.models import PolicyVersion, Verdict
from ordersops.stores.models import Store
from tests.kernel.history import events, refusals
from tests.rollout.conftest import AUTOMATIC
from tests.rollout.measured import here

pytestmark = pytest.mark.django_db
NOTE = "Small domestic orders are safe."
DOMESTIC = [["same_country", "eq", "yes"], ["total", "le", "100 USD"]]


def write(by: User, store: Store | None, *, scope: str = "everything", rule: Any = (), note: str = NOTE, **fields: Any) -> PolicyVersion:
    content = {**built_in(lane("fraud")).model_dump(mode="json"), **fields}
    return write_policy(lane="fraud", store=store, scope=scope, rule=list(rule), content=content, note=note, by=by)


# --- Writing ----------------------------------------------------------------------------------------------------------
def test_a_version_waits_and_the_history_knows(supervisor: User, store: Store) -> None:
    policy = write(supervisor, store, scope="domestic", rule=DOMESTIC)
    assert policy.rule == [["same_country", "eq", True], ["total", "le", "100 USD"]]
    assert (policy.number, policy.author) == (1, supervisor)
    (event,) = events(Verb.POLICY_WRITTEN)
    assert (event.data["version"], event.store_id) == (policy.version, store.pk)
    with pytest.raises(Conflict):
        here(store, "domestic")  # nothing is in force yet


def test_versions_count_up_within_their_scope(supervisor: User, store: Store) -> None:
    assert [write(supervisor, store).number, write(supervisor, store).number, write(supervisor, None).number] == [1, 2, 1]


def test_writing_needs_the_right_in_the_store(auditor: User, store: Store) -> None:
    with pytest.raises(Forbidden):
        write(auditor, store)
    assert refusals(auditor)[-1].data["right"] == "write_policy"


def test_a_policy_for_every_store_needs_the_right_in_every_store(supervisor: User, store: Store, other_store: Store) -> None:
    write(supervisor, store)
    for where in (None, other_store):
        with pytest.raises(Forbidden):
            write(supervisor, where)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"scope": "Has Spaces", "rule": DOMESTIC}, "small letters"),
        ({"rule": DOMESTIC}, "takes no conditions"),
        ({"scope": "domestic"}, "at least one condition"),
        ({"scope": "domestic", "rule": [["shoe_size", "eq", "44"]]}, "There is no fact"),
        ({"scope": "domestic", "rule": [["note", "contains", "please"]]}, "what the customer typed"),
        ({"scope": "domestic", "rule": [["shipping_country", "eq", "US"]]}, "what the customer typed"),
        ({"scope": "domestic", "rule": [["same_country", "ge", "yes"]]}, "cannot be compared"),
        ({"scope": "domestic", "rule": [["total", "le", "100"]]}, "with its currency"),
        ({"scope": "domestic", "rule": [["same_country", "eq", "perhaps"]]}, "yes or no"),
        ({"scope": "domestic", "rule": [DOMESTIC[0], DOMESTIC[0]]}, "twice"),
        ({"scope": "domestic", "rule": ["total"]}, "A condition is"),
        ({"note": "short"}, "at least 10 characters"),
        ({"highest_mode": "sampled"}, "says which outcomes"),
        ({**AUTOMATIC, "automatic": ["decline"]}, "always a person's decision"),
        ({**AUTOMATIC, "automatic": ["teleport"]}, "always a person's decision"),
        ({"highest_mode": "flying"}, "is no mode"),
        ({"anomalous_from": 0}, "A person looks from score"),
        ({"anomalous_from": 70}, "High begins at or above"),
    ],
)  # fmt: skip
def test_what_has_no_meaning_is_named(wrong: dict[str, Any], said: str, supervisor: User, store: Store) -> None:
    with pytest.raises(Invalid, match=said):
        write(supervisor, store, **wrong)
    assert not PolicyVersion.objects.exists()


def test_an_unknown_lane_is_named(supervisor: User, store: Store) -> None:
    with pytest.raises(Invalid, match="no such lane"):
        write_policy(lane="astrology", store=store, scope="everything", rule=[], content={}, note=NOTE, by=supervisor)


# --- Approving --------------------------------------------------------------------------------------------------------
def test_an_approved_version_is_in_force(supervisor: User, second: User, store: Store) -> None:
    policy = write(supervisor, store, anomalous_from=25)
    approve(policy=policy, by=second)
    found = here(store).in_force
    assert (found.version, found.policy.anomalous_from, found.mode) == (policy.version, 25, "shadow")
    (event,) = events(Verb.POLICY_APPROVED)
    assert event.data["version"] == policy.version


def test_the_author_cannot_approve(supervisor: User, store: Store) -> None:
    with pytest.raises(Forbidden, match="Somebody else"):
        approve(policy=write(supervisor, store), by=supervisor)
    assert refusals(supervisor)[-1].data["right"] == "approve_policy"


def test_the_database_refuses_the_author_as_well(supervisor: User, store: Store) -> None:
    policy = write(supervisor, store)
    with pytest.raises(IntegrityError, match="rollout_two_people"), transaction.atomic():
        Verdict.objects.create(policy=policy, author=supervisor, by=supervisor, approved=True, effective_from=timezone.now())


def test_approving_needs_the_right_in_the_store(supervisor: User, senior_fraud_reviewer: User, store: Store) -> None:
    with pytest.raises(Forbidden):
        approve(policy=write(supervisor, store), by=senior_fraud_reviewer)


def test_what_was_judged_stays_judged(supervisor: User, second: User, store: Store) -> None:
    policy = write(supervisor, store)
    approve(policy=policy, by=second)
    for again in (lambda: approve(policy=policy, by=second), lambda: send_back(policy=policy, by=second, note="On second thoughts, no.")):
        with pytest.raises(Conflict, match="approved"):
            again()
    assert len(events(Verb.POLICY_APPROVED)) == 1


def test_a_policy_takes_hold_at_its_time_and_never_in_the_past(supervisor: User, second: User, store: Store) -> None:
    policy = write(supervisor, store)
    with pytest.raises(Invalid, match="past"):
        approve(policy=policy, by=second, effective_from=timezone.now() - timedelta(minutes=1))
    approve(policy=policy, by=second, effective_from=timezone.now() + timedelta(hours=1))
    with pytest.raises(Conflict):
        here(store)


def test_an_older_version_cannot_come_after_a_newer_one(supervisor: User, second: User, store: Store) -> None:
    older, newer = write(supervisor, store), write(supervisor, store)
    approve(policy=newer, by=second)
    with pytest.raises(Conflict, match="later version"):
        approve(policy=older, by=second)


# --- Sending back -----------------------------------------------------------------------------------------------------
def test_sent_back_it_never_holds(supervisor: User, second: User, store: Store) -> None:
    policy = write(supervisor, store)
    send_back(policy=policy, by=second, note="The cap is far too high.")
    assert (policy.verdict.approved, policy.verdict.effective_from) == (False, None)
    assert [event.data["version"] for event in events(Verb.POLICY_SENT_BACK)] == [policy.version]
    with pytest.raises(Conflict):
        here(store)


def test_sending_back_takes_a_note_and_another_person(supervisor: User, second: User, auditor: User, store: Store) -> None:
    policy = write(supervisor, store)
    with pytest.raises(Invalid):
        send_back(policy=policy, by=second, note="No.")
    for person in (supervisor, auditor):
        with pytest.raises(Forbidden):
            send_back(policy=policy, by=person, note="The cap is far too high.")


@pytest.mark.parametrize("change", ["update", "delete"])
def test_neither_a_version_nor_its_verdict_ever_changes(change: str, supervisor: User, second: User, store: Store) -> None:
    policy = write(supervisor, store)
    approve(policy=policy, by=second)
    for model in (Verdict, PolicyVersion):
        with pytest.raises(IntegrityError, match="never change"), transaction.atomic():
            model.objects.update(note="Otherwise") if change == "update" else model.objects.all()._raw_delete("default")
