"""Playbooks are data: supervisors write, change, retire and restore them; each change is a version, and one event."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.audit.models import Event
from ordersops.cases.lanes import lanes
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.review import actions
from ordersops.review.models import Playbook, PlaybookVersion
from ordersops.stores.models import Store
from tests.people import MakePerson, MakeStore
from tests.review.plays import SEEN, playbook, said, steps_alone

pytestmark = pytest.mark.django_db


def last(verb: str) -> dict[str, Any]:
    return Event.objects.filter(verb=verb).order_by("-pk")[0].data


def change(row: PlaybookVersion, by: User, version: int = 1, **more: Any) -> PlaybookVersion:
    return actions.change_playbook(playbook=row.playbook, said=said(**more), version=version, by=by)


# --- Declared ---------------------------------------------------------------------------------------------------------
def test_what_lanes_declare_is_written_down_once(system: User) -> None:
    assert actions.sync_playbooks() == sum(len(one.playbooks) for one in lanes().values()) > 10
    assert actions.sync_playbooks() == 0


def test_what_was_changed_stays_when_it_is_synced_again(supervisor: User) -> None:
    actions.sync_playbooks()
    book = Playbook.objects.get(lane="fraud", key="forwarder")
    made = actions.change_playbook(playbook=book, said=said(), version=1, by=supervisor)
    actions.sync_playbooks()
    assert book.versions.order_by("-version")[0] == made


# --- Writing ----------------------------------------------------------------------------------------------------------
def test_one_is_written(supervisor: User, store: Store) -> None:
    made = playbook(store, supervisor, steps=["  Look   at it. ", "", "Call."])
    assert (made.version, made.active, made.by, made.playbook.store) == (1, True, supervisor, store)
    assert made.steps == ["Look at it.", "Call."]
    assert made.conditions == [SEEN]
    assert last("playbook.added") == {"playbook": str(made.playbook_id), "lane": "fraud", "name": "Many from one address"}


def test_two_of_one_name_have_keys_of_their_own(supervisor: User, store: Store) -> None:
    keys = {playbook(store, supervisor).playbook.key for _ in range(3)}
    assert keys == {"many-from-one-address", "many-from-one-address-2", "many-from-one-address-3"}


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"name": "x"}, "3 to 80"),
        ({"conditions": []}, "at least one condition"),
        ({"conditions": [["no_such_fact", "eq", "1"]]}, "There is no fact"),
        ({"conditions": [["note", "contains", "please"]]}, "There is no fact"),  # the customer typed it
        ({"conditions": [["ip", "eq", "10.0.0.1"]]}, "There is no fact"),  # it leads to a person
        ({"conditions": [["cvv_match", "absent", ""]]}, "What is not known fits no playbook"),
        ({"conditions": [["cvv_match", "ge", "yes"]]}, "cannot be compared"),
        ({"conditions": [["total", "ge", "100"]]}, "an amount with its currency"),
        ({"conditions": [["advice.outcome", "eq", "eat"]]}, "none of release, decline"),
        ({"conditions": [["advice.band", "eq", "red"]]}, "none of clear"),
        ({"conditions": [SEEN, SEEN]}, "twice"),
        ({"steps": [" "]}, "at least one step"),
        ({"steps": ["Look"] * 13}, "12 steps"),
        ({"steps": ["x" * 241]}, "240 characters"),
        ({"outcome": "eat"}, "There is no outcome"),
        ({"reason": "A1"}, "A1 is no reason for"),
        ({"reason": "O2"}, "O2 is no reason for"),  # against the advice alone
        ({"reason_against": "D3"}, "against the advice"),
        ({"outcome": ""}, "nothing to fill in"),
        ({"note": "x" * 2001}, "too long"),
        ({"terms": {"text": "Dear customer"}}, "cannot be prepared"),
    ],
)
def test_what_means_nothing_is_refused(supervisor: User, store: Store, more: dict[str, Any], says: str) -> None:
    with pytest.raises(Invalid, match=says):
        playbook(store, supervisor, **more)
    assert not Playbook.objects.exists()


def test_prepared_words_tell_no_customer_how_orders_are_judged(supervisor: User, store: Store) -> None:
    what = {
        "name": "Address", "conditions": [["address_state", "eq", "ask"]], "steps": ["Write."], "outcome": "tell", "reason": "M0",
        "reason_against": "N1",
    }  # fmt: skip
    with pytest.raises(Invalid, match="“risk”"):
        actions.add_playbook(lane="triage", said=said(**what, terms={"text": "Your order is a risk."}), store=store, by=supervisor)
    made = actions.add_playbook(
        lane="triage", said=said(**what, terms={"text": "Which house?\r\n", "subject": ""}), store=store, by=supervisor
    )
    assert made.terms == {"text": "Which house?"}


def test_only_who_may_edit_in_the_store_does(store: Store, make_store: MakeStore, make_person: MakePerson, fraud_reviewer: User) -> None:
    elsewhere = make_store()
    here = make_person(Role.SUPERVISOR, store)
    row = playbook(store, here)
    for person in (fraud_reviewer, make_person(Role.AUDITOR, store), make_person(Role.SUPERVISOR, elsewhere)):
        for verb in (
            lambda by: playbook(store, by),
            lambda by: change(row, by, name="Another name"),
            lambda by: actions.retire_playbook(playbook=row.playbook, by=by),
            lambda by: actions.restore_playbook(playbook=row.playbook, by=by),
        ):
            with pytest.raises(Forbidden):
                verb(person)
    with pytest.raises(Forbidden):  # for every store takes the right in every store
        actions.add_playbook(lane="fraud", said=said(), by=here)
    assert actions.add_playbook(lane="fraud", said=said(), by=make_person(Role.SUPERVISOR, store, elsewhere)).playbook.store is None


# --- Changing ---------------------------------------------------------------------------------------------------------
def test_a_change_is_a_new_version(supervisor: User, store: Store) -> None:
    row = playbook(store, supervisor)
    made = change(row, supervisor, note="Other words of the note", steps=["Look."])
    assert (made.version, made.name, made.steps, made.conditions) == (2, row.name, ["Look."], row.conditions)
    assert PlaybookVersion.objects.get(playbook=row.playbook, version=1).steps == row.steps
    assert last("playbook.changed") == {
        "playbook": str(row.playbook_id), "lane": "fraud", "name": row.name, "version": 2, "changed": ["note", "steps"],
    }  # fmt: skip


def test_a_version_cannot_be_changed(supervisor: User, store: Store) -> None:
    playbook(store, supervisor)
    with pytest.raises(IntegrityError), transaction.atomic():
        PlaybookVersion.objects.update(name="Something else")
    with pytest.raises(IntegrityError), transaction.atomic():
        PlaybookVersion.objects.all().delete()


def test_a_change_on_an_old_version_conflicts(supervisor: User, store: Store) -> None:
    row = playbook(store, supervisor)
    change(row, supervisor, name="Another name")
    with pytest.raises(Conflict, match="while you were at it"):
        change(row, supervisor, name="A third name")


def test_a_change_of_nothing_is_refused(supervisor: User, store: Store) -> None:
    with pytest.raises(Invalid, match="Nothing is different"):
        change(playbook(store, supervisor), supervisor)


# --- Retiring and bringing back -----------------------------------------------------------------------------------------
def test_a_retired_one_is_in_force_no_more_until_it_is_brought_back(supervisor: User, store: Store) -> None:
    row = playbook(store, supervisor)
    with pytest.raises(Conflict, match="not retired"):
        actions.restore_playbook(playbook=row.playbook, by=supervisor)
    assert not actions.retire_playbook(playbook=row.playbook, by=supervisor).active
    assert last("playbook.retired")["version"] == 2
    with pytest.raises(Conflict, match="retired already"):
        actions.retire_playbook(playbook=row.playbook, by=supervisor)
    back = actions.restore_playbook(playbook=row.playbook, by=supervisor)
    assert (back.active, back.version, back.steps) == (True, 3, row.steps)
    assert last("playbook.restored")["version"] == 3


# --- The pages --------------------------------------------------------------------------------------------------------
def typed(**more: Any) -> dict[str, Any]:
    return {
        "name": "Many <b>", "fact_1": "rules.saw", "op_1": "contains", "value_1": "ip_velocity", "steps": "Look <i>.\nCall.", "outcome": "decline",
        "reason": "D3", "reason_against": "O2", "note": "", **more,
    }  # fmt: skip


def test_the_pages_write_change_and_show_them(client: Client, supervisor: User, fraud_reviewer: User, store: Store) -> None:
    client.force_login(supervisor)
    wrong = client.post(reverse("playbook_add", args=["fraud"]), typed(store=store.pk, reason="A1"))
    assert wrong.status_code == 422
    assert "A1 is no reason for" in wrong.content.decode()
    assert "Many &lt;b&gt;" in wrong.content.decode()
    client.post(reverse("playbook_add", args=["fraud"]), typed(store=store.pk))
    row = PlaybookVersion.objects.get()
    assert row.steps == ["Look <i>.", "Call."]
    drawn = client.get(reverse("playbook_change", args=[row.playbook_id])).content.decode()
    assert 'value="ip_velocity"' in drawn
    client.post(reverse("playbook_change", args=[row.playbook_id]), typed(version=1, name="Many of them"))
    late = client.post(reverse("playbook_change", args=[row.playbook_id]), typed(version=1, name="Many more"))
    assert late.status_code == 409
    client.post(reverse("playbook_retire", args=[row.playbook_id]))
    client.post(reverse("playbook_restore", args=[row.playbook_id]))
    client.force_login(fraud_reviewer)
    shown = client.get(reverse("playbooks")).content.decode()
    assert "Many of them" in shown
    assert "Write one" not in shown
    page = client.get(reverse("playbook", args=[row.playbook_id])).content.decode()
    assert "Look &lt;i&gt;." in page
    assert "The rules saw: Many orders from one connection" in page
    assert "Change it" not in page
    assert client.get(reverse("playbook_add", args=["fraud"])).status_code == 403


def test_a_playbook_of_another_store_is_nowhere(
    client: Client, supervisor: User, store: Store, make_store: MakeStore, make_person: MakePerson
) -> None:
    row = playbook(store, supervisor, name="Of this store alone")
    client.force_login(make_person(Role.SUPERVISOR, make_store()))
    assert "Of this store alone" not in client.get(reverse("playbooks")).content.decode()
    assert client.get(reverse("playbook", args=[row.playbook_id])).status_code == 404
    assert client.get(reverse("playbook_change", args=[row.playbook_id])).status_code == 404


def test_steps_alone_are_enough(supervisor: User, store: Store) -> None:
    made = playbook(store, supervisor, steps_alone())
    assert (made.outcome, made.reason, made.terms) == ("", "", {})
