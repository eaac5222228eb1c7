"""Changes of rights: one asks, another approves, and it holds at once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse

from ordersops.accounts.access import can, rights
from ordersops.accounts.actions import approve, ask_give, ask_reopen, ask_take, deactivate, give_role, send_back, take_role, withdraw
from ordersops.accounts.models import Grant, RightsChange, User
from ordersops.accounts.roles import ROLES, Perm, Role
from ordersops.audit.actions import atomic
from ordersops.audit.models import Event
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.stores.models import Store
from tests.people import only_orders

pytestmark = pytest.mark.django_db
WHY = "Covers the night"


def again(person: User) -> User:
    """The person as the next request sees them."""
    return User.objects.get(pk=person.pk)


def asked(person: User, store: Store, by: User, role: str = Role.FRAUD_REVIEWER) -> RightsChange:
    return ask_give(person=person, role=role, store=store, by=by, why=WHY)


def verbs(person: User) -> list[str]:
    return list(Event.objects.filter(stream=f"user:{person.pk}").order_by("seq").values_list("verb", flat=True))


# --- Giving ---------------------------------------------------------------------------------------------------------
def test_asking_gives_nothing_and_approving_does(admin: User, other_admin: User, make_person: Any, store: Store) -> None:
    person = make_person()
    change = asked(person, store, admin)
    assert rights(again(person)) == {}
    approve(change=change, by=other_admin)
    assert rights(again(person)) == {store.pk: ROLES[Role.FRAUD_REVIEWER]}
    assert verbs(person)[-3:] == ["rights.asked", "person.role_given", "rights.approved"]
    grant = Grant.objects.get(person=person)
    assert (grant.given_by, grant.approved_by, grant.change_id) == (admin, other_admin, change.pk)


def test_the_event_names_both(admin: User, other_admin: User, make_person: Any, store: Store) -> None:
    person = make_person(name="Ines Duarte")
    approve(change=asked(person, store, admin), by=other_admin)
    event = Event.objects.filter(verb="rights.approved").latest("id")
    told = f"Other admin approved as the second person what Admin asked for: give Ines Duarte the role Fraud reviewer in {store}."
    assert (event.sentence, event.actor_id, event.store_id) == (told, other_admin.pk, store.pk)


def test_nobody_approves_what_they_asked_for(admin: User, make_person: Any, store: Store) -> None:
    change = asked(make_person(), store, admin)
    with pytest.raises(Forbidden, match="Somebody else"):
        approve(change=change, by=admin)
    assert Event.objects.filter(stream=f"refused:{admin.pk}").count() == 1


def test_nobody_asks_for_themselves_nor_approves_it(admin: User, other_admin: User, make_person: Any, store: Store) -> None:
    with pytest.raises(Forbidden, match="own roles"):
        asked(admin, store, admin)
    change = asked(admin, store, other_admin)
    with pytest.raises(Forbidden, match="your own rights"):
        approve(change=change, by=admin)
    approve(change=change, by=make_person(Role.ADMIN, store))
    assert can(again(admin), Perm.DECIDE_FRAUD, store.pk)


def test_asking_and_approving_need_the_right_in_that_store(
    admin: User, other_admin: User, supervisor: User, make_person: Any, store: Store, other_store: Store
) -> None:
    person = make_person()
    with pytest.raises(Forbidden):
        asked(person, store, supervisor)
    with pytest.raises(Forbidden):
        asked(person, other_store, admin)
    change = asked(person, store, admin)
    for stranger in (supervisor, make_person(Role.ADMIN, other_store)):
        with pytest.raises(Forbidden):
            approve(change=change, by=stranger)
        with pytest.raises(Forbidden):
            send_back(change=change, by=stranger, why="Not there")
    assert rights(again(person)) == {}


def test_who_asked_must_still_be_entitled(admin: User, other_admin: User, make_person: Any, store: Store, system: User) -> None:
    person, third = make_person(), make_person(Role.ADMIN, store)
    change = asked(person, store, third)
    deactivate(person=third, by=admin)
    with pytest.raises(Conflict, match="may not do so any more"):
        approve(change=change, by=other_admin)
    assert change.__class__.objects.get(pk=change.pk).is_open  # it stays, and nobody acts in their name
    send_back(change=change, by=other_admin, why="Asked by somebody who left")

    other = asked(person, store, admin)
    take_role(person=admin, role=Role.ADMIN, store=store, by=system)
    with pytest.raises(Conflict, match="may not do so any more"):
        approve(change=other, by=other_admin)


def test_who_left_cannot_approve(admin: User, other_admin: User, make_person: Any, store: Store) -> None:
    change = asked(make_person(), store, admin)
    deactivate(person=other_admin, by=admin)
    with pytest.raises(Forbidden):
        approve(change=change, by=again(other_admin))


def test_answered_once(admin: User, other_admin: User, make_person: Any, store: Store) -> None:
    answers: list[Callable[[RightsChange], Any]] = [
        lambda change: approve(change=change, by=other_admin),
        lambda change: send_back(change=change, by=other_admin, why="No need"),
        lambda change: withdraw(change=change, by=admin),
    ]
    for answer in answers:
        change = asked(make_person(), store, admin)
        answer(change)
        for later in answers:
            with pytest.raises(Conflict):
                later(change)


def test_sent_back_and_withdrawn_change_nothing(admin: User, other_admin: User, make_person: Any, store: Store) -> None:
    person = make_person()
    with pytest.raises(Forbidden):
        withdraw(change=asked(person, store, admin), by=other_admin)
    send_back(change=RightsChange.objects.waiting().get(), by=other_admin, why="Not needed there")
    withdraw(change=asked(person, store, admin), by=admin)
    assert rights(again(person)) == {}
    assert verbs(person)[-1] == "rights.withdrawn"


def test_the_same_is_asked_for_once(admin: User, other_admin: User, make_person: Any, store: Store) -> None:
    person = make_person()
    asked(person, store, admin)
    with pytest.raises(Conflict, match="already"):
        asked(person, store, other_admin)
    with pytest.raises(Conflict, match="already"):
        asked(make_person(Role.FRAUD_REVIEWER, store), store, admin)


@pytest.mark.parametrize("why", ["", "   x  ", "\x00\x00\x00\x00\x00\x00"])
def test_a_reason_is_needed(admin: User, make_person: Any, store: Store, why: str) -> None:
    with pytest.raises(Invalid, match="Say why"):
        ask_give(person=make_person(), role=Role.AUDITOR, store=store, by=admin, why=why)


def test_an_unknown_role_is_refused(admin: User, make_person: Any, store: Store) -> None:
    with pytest.raises(Invalid):
        asked(make_person(), store, admin, "emperor")


def test_no_role_for_who_cannot_sign_in(admin: User, other_admin: User, make_person: Any, store: Store, system: User) -> None:
    person = make_person(Role.AUDITOR, store)
    change = asked(person, store, admin)
    deactivate(person=person, by=admin)
    with pytest.raises(Conflict):
        approve(change=change, by=other_admin)
    with pytest.raises(Conflict):
        asked(again(person), store, admin, Role.OPS_REVIEWER)
    with pytest.raises(Conflict):
        asked(system, store, admin)


# --- Taking ---------------------------------------------------------------------------------------------------------
def test_taking_takes_two_as_well(admin: User, other_admin: User, make_person: Any, store: Store) -> None:
    person = make_person(Role.OPS_REVIEWER, store)
    change = ask_take(person=person, role=Role.OPS_REVIEWER, store=store, by=admin, why="Moves on")
    assert can(again(person), Perm.VIEW_CASES, store.pk)
    approve(change=change, by=other_admin)
    assert rights(again(person)) == {}
    assert Grant.objects.get(person=person).ended_by == other_admin
    with pytest.raises(Conflict):
        ask_take(person=person, role=Role.OPS_REVIEWER, store=store, by=admin, why="Moves on")


def test_the_last_admin_stays(admin: User, other_admin: User, make_person: Any, store: Store, system: User) -> None:
    with_rights = make_person(Role.ADMIN, store)
    change = ask_take(person=with_rights, role=Role.ADMIN, store=store, by=admin, why="Moves on")
    approve(change=change, by=other_admin)
    take_role(person=other_admin, role=Role.ADMIN, store=store, by=system)
    with pytest.raises(Conflict, match="last admin"):
        take_role(person=admin, role=Role.ADMIN, store=store, by=system)


# --- By the system --------------------------------------------------------------------------------------------------
def test_a_person_never_gives_or_takes_alone(admin: User, make_person: Any, store: Store) -> None:
    person = make_person(Role.AUDITOR, store)
    with pytest.raises(Forbidden, match="two people"):
        give_role(person=person, role=Role.OPS_REVIEWER, store=store, by=admin)
    with pytest.raises(Forbidden, match="two people"):
        take_role(person=person, role=Role.AUDITOR, store=store, by=admin)
    assert rights(again(person)) == {store.pk: ROLES[Role.AUDITOR]}


def test_the_system_gives_alone_once(make_person: Any, store: Store, system: User) -> None:
    person = make_person()
    give_role(person=person, role=Role.AUDITOR, store=store, by=system)
    give_role(person=person, role=Role.AUDITOR, store=store, by=system)
    assert verbs(person) == ["person.invited", "person.role_given"]


# --- Opening an account again ---------------------------------------------------------------------------------------
def test_opening_again_takes_two_and_brings_the_roles_back(admin: User, other_admin: User, make_person: Any, store: Store) -> None:
    person = make_person(Role.AUDITOR, store)
    with pytest.raises(Conflict, match="is open"):
        ask_reopen(person=person, by=admin, why="Is back")
    deactivate(person=person, by=admin)
    change = ask_reopen(person=again(person), by=admin, why="Is back")
    assert not again(person).is_active
    with pytest.raises(Forbidden):
        approve(change=change, by=admin)
    approve(change=change, by=other_admin)
    assert rights(again(person)) == {store.pk: ROLES[Role.AUDITOR]}
    assert verbs(person)[-2:] == ["person.reopened", "rights.approved"]


def test_opening_again_needs_the_right_in_every_store_of_the_person(
    admin: User, other_admin: User, make_person: Any, store: Store, other_store: Store, system: User
) -> None:
    person = make_person(Role.AUDITOR, store, other_store)
    deactivate(person=person, by=system)
    with pytest.raises(Forbidden):
        ask_reopen(person=again(person), by=admin, why="Is back")


def test_what_comes_back_is_what_was_asked_for(admin: User, other_admin: User, make_person: Any, store: Store, system: User) -> None:
    person = make_person(Role.AUDITOR, store)
    deactivate(person=person, by=admin)
    change = ask_reopen(person=again(person), by=admin, why="Is back")
    take_role(person=again(person), role=Role.AUDITOR, store=store, by=system)
    with pytest.raises(Conflict, match="other roles"):
        approve(change=change, by=other_admin)


# --- The database ---------------------------------------------------------------------------------------------------
def test_the_database_refuses_one_person_for_two(admin: User, other_admin: User, make_person: Any, store: Store) -> None:
    change = asked(make_person(), store, admin)
    update = "UPDATE accounts_rightschange SET state = %s, answered_by_id = %s, answered_at = now() WHERE id = %s"
    for state, who in (
        ("approved", admin.pk),
        ("approved", change.person_id),
        ("approved", None),
        ("withdrawn", other_admin.pk),
        ("asked", None),
    ):
        with pytest.raises(IntegrityError), atomic(), connection.cursor() as cursor:
            cursor.execute(update, [state, who, change.pk])
    with pytest.raises(IntegrityError), atomic():
        RightsChange.objects.create(kind="give", person=admin, store=store, role="auditor", content={}, why=WHY, asked_by=admin)
    with pytest.raises(IntegrityError), atomic():  # born approved
        RightsChange.objects.create(
            kind="give", person=change.person, store=store, role="auditor", content={}, why=WHY, asked_by=admin, state="approved",
            answered_by=other_admin, answered_at=change.asked_at,
        )  # fmt: skip


@pytest.mark.parametrize("column", ["role = 'admin'", "content = '{}'", "asked_by_id = answered_by_id", "why = 'Other'", "store_id = NULL"])
def test_the_database_keeps_what_was_asked(admin: User, make_person: Any, store: Store, column: str) -> None:
    change = asked(make_person(), store, admin)
    with pytest.raises(IntegrityError, match="never changes"), atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE accounts_rightschange SET {column} WHERE id = %s", [change.pk])
    with pytest.raises(IntegrityError, match="stays"), atomic():
        change.delete()
    withdraw(change=change, by=admin)
    with pytest.raises(IntegrityError, match="answered"), atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_rightschange SET state = 'asked', answered_by_id = NULL, answered_at = NULL WHERE id = %s", [change.pk]
        )


# --- At once --------------------------------------------------------------------------------------------------------
def test_a_running_session_has_it_in_its_next_request(admin: User, other_admin: User, make_person: Any, store: Store) -> None:
    """Pages and the fragments that they ask for by themselves, in both directions, without signing in again."""
    person = make_person(Role.SUPPORT_AGENT, store)
    only_orders(person)
    theirs, first, second = Client(), Client(), Client()
    theirs.force_login(person)
    first.force_login(admin)
    second.force_login(other_admin)
    poll = {"path": reverse("_queue_rows", args=["fraud"]), "headers": {"HX-Request": "true"}}
    assert theirs.get(**poll).status_code == 403

    def both(url: str) -> None:
        said = {"role": Role.FRAUD_REVIEWER, "store": store.pk, "why": WHY}
        assert first.post(reverse(url, args=[person.pk]), said).status_code == 303
        change = RightsChange.objects.waiting().get()
        assert theirs.get(**poll).status_code == (403 if url == "person_role_give" else 200)
        assert second.post(reverse("rights_approve", args=[change.pk])).status_code == 303

    both("person_role_give")
    assert theirs.get(**poll).status_code == 200
    assert theirs.get(reverse("queue", args=["fraud"])).status_code == 200
    both("person_role_take")
    assert theirs.get(**poll).status_code == 403
    assert theirs.get(reverse("queue", args=["fraud"])).status_code == 403
