"""Playbooks for machines: those that the token's stores have, and the one that a decision follows."""

from decimal import Decimal
from typing import Any

import pytest

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.review.models import Decision
from ordersops.stores.models import Store
from tests.api.conftest import MakeMachine
from tests.factories import CaseFactory
from tests.people import MakePerson, MakeStore
from tests.review.automated import allowed
from tests.review.plays import playbook, steps_alone
from tests.review.scene import case_about, held

pytestmark = pytest.mark.django_db


def test_the_list_has_those_of_ones_stores(
    machine: MakeMachine, supervisor: User, store: Store, make_store: MakeStore, make_person: MakePerson
) -> None:
    elsewhere = make_store()
    playbook(elsewhere, make_person(Role.SUPERVISOR, elsewhere), name="Elsewhere")
    row = playbook(store, supervisor)
    found = machine(supervisor).get("playbooks", lane="fraud").json()["items"]
    assert [(one["id"], one["version_id"], one["fits"]) for one in found] == [
        (str(row.playbook_id), str(row.pk), ["The rules saw: Many orders from one connection"])
    ]
    assert machine(supervisor).get("playbooks", lane="triage").json()["items"] == []
    assert machine(supervisor).get(f"playbooks/{row.playbook_id}").json()["steps"] == row.steps


def test_a_decision_follows_one(machine: MakeMachine, supervisor: User, store: Store, system: User) -> None:
    row, case = playbook(store, supervisor), case_about(store, system)
    asks = machine(supervisor)
    shown = asks.get(f"cases/{case.pk}").json()["playbooks"]
    assert [(one["version_id"], one["act"], one["reason"]) for one in shown] == [(str(row.pk), "approve", "D3")]
    answer = asks.post(f"cases/{case.pk}/approve", {"version": case.version, "reason": "D3", "playbook": str(row.pk)})
    assert answer.status_code == 200
    made = answer.json()["decisions"][0]
    assert (made["playbook"], made["playbook_kept"]) == (str(row.pk), True)
    assert Decision.objects.get().playbook == row


def test_closed_advice_shows_none_that_tells(machine: MakeMachine, supervisor: User, store: Store, system: User, make_person: Any) -> None:
    policy = allowed(store, make_person(), make_person(), mode="assist", blind_share=Decimal(1))
    case = CaseFactory(order=held(store, system), store=store, advice__policy_version=policy)
    playbook(store, supervisor)
    plain = playbook(store, supervisor, steps_alone(name="Only what to do"))
    shown = machine(supervisor).get(f"cases/{case.pk}").json()["playbooks"]
    assert [one["version_id"] for one in shown] == [str(plain.pk)]
