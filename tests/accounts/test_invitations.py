"""Inviting: an account, a link that works once, and a role that a second person approves."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.access import can, rights
from ordersops.accounts.actions import accept_invitation, approve, deactivate, invite, invite_into, new_link
from ordersops.accounts.models import Invitation, RightsChange, User
from ordersops.accounts.roles import Perm, Role
from ordersops.audit.models import Event
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.stores.models import Store

pytestmark = pytest.mark.django_db
PASSWORD = "a quiet long passphrase"


def into(store: Store, by: User, email: str = "neda@desk.example") -> Any:
    return invite_into(email=email, name="Neda Wu", role=Role.AUDITOR, store=store, by=by, why="Joins the auditors")


def token(url: str) -> str:
    return url.rsplit("/", 1)[1]


def test_account_now_role_later(admin: User, other_admin: User, store: Store) -> None:
    invited = into(store, admin, " Neda@Desk.Example ")
    assert invited.link is not None
    assert rights(invited.person) == {}
    accept_invitation(token=token(invited.link.url), password=PASSWORD)
    person = User.objects.get(email="neda@desk.example")
    assert person.check_password(PASSWORD)
    assert rights(person) == {}
    approve(change=invited.change, by=other_admin)
    assert can(User.objects.get(pk=person.pk), Perm.VIEW_AUDIT, store.pk)
    told = list(Event.objects.filter(stream=f"user:{person.pk}").order_by("seq").values_list("verb", flat=True))
    assert told == [
        "person.invited", "rights.asked", "person.invitation_made", "person.invitation_used", "person.role_given", "rights.approved",
    ]  # fmt: skip


def test_a_link_works_once_and_only_its_digest_is_kept(admin: User, store: Store) -> None:
    link = into(store, admin).link
    assert token(link.url) not in str(list(Invitation.objects.values()))
    accept_invitation(token=token(link.url), password=PASSWORD)
    with pytest.raises(Conflict, match="not valid any more"):
        accept_invitation(token=token(link.url), password=PASSWORD)


def test_a_link_expires_and_a_newer_one_replaces_it(admin: User, store: Store) -> None:
    invited = into(store, admin)
    newer = new_link(person=invited.person, by=admin)
    with pytest.raises(Conflict):
        accept_invitation(token=token(invited.link.url), password=PASSWORD)
    with time_machine.travel(timezone.now() + timedelta(hours=73)), pytest.raises(Conflict):
        accept_invitation(token=token(newer.url), password=PASSWORD)


def test_a_weak_password_leaves_the_link_open(admin: User, store: Store) -> None:
    link = into(store, admin).link
    with pytest.raises(Invalid):
        accept_invitation(token=token(link.url), password="password1234")
    accept_invitation(token=token(link.url), password=PASSWORD)


def test_no_link_for_who_has_a_password(admin: User, store: Store, system: User) -> None:
    """It would let somebody in as them."""
    person = invite(email="neda@desk.example", name="Neda", by=system, password=PASSWORD)
    invited = into(store, admin)
    assert (invited.person, invited.link) == (person, None)
    with pytest.raises(Conflict, match="has a password"):
        new_link(person=person, by=admin)


def test_a_closed_account_is_not_invited(admin: User, make_person: Any, store: Store) -> None:
    person = make_person(Role.AUDITOR, store)
    deactivate(person=person, by=admin)
    with pytest.raises(Conflict, match="closed account"):
        into(store, admin, person.email)


def test_inviting_needs_the_right_in_that_store(admin: User, supervisor: User, store: Store, other_store: Store) -> None:
    for by, where in ((supervisor, store), (admin, other_store)):
        with pytest.raises(Forbidden):
            into(where, by)
    assert not User.objects.filter(email="neda@desk.example").exists()


def test_nobody_sets_a_password_for_somebody_else(admin: User) -> None:
    with pytest.raises(Forbidden):
        invite(email="neda@desk.example", name="Neda", by=admin, password=PASSWORD)


@pytest.mark.parametrize(("email", "name"), [("not an address", "Neda"), ("neda@desk.example", " ")])
def test_invite_refuses_what_cannot_be_used(admin: User, store: Store, email: str, name: str) -> None:
    with pytest.raises(Invalid):
        invite_into(email=email, name=name, role=Role.AUDITOR, store=store, by=admin, why="Joins us")


# --- The pages ------------------------------------------------------------------------------------------------------
def invite_by_page(client: Client, store: Store) -> str:
    said = {"email": "neda@desk.example", "name": "Neda <b>Wu</b>", "role": "auditor", "store": store.pk, "why": "Joins us"}
    return client.post(reverse("person_invite"), said).content.decode()


def test_without_a_mail_server_the_link_is_shown_once(client: Client, admin: User, store: Store) -> None:
    client.force_login(admin)
    text = invite_by_page(client, store)
    found = re.search(r"/invitations/([\w-]+)", text)
    assert found
    assert "Neda <b>" not in text
    person = User.objects.get(email="neda@desk.example")
    assert "/invitations/" not in client.get(reverse("person", args=[person.pk])).content.decode()
    stranger = Client()
    page = stranger.get(reverse("invitation", args=[found[1]]))
    assert page.status_code == 200  # looking does not use it up
    assert stranger.post(reverse("invitation", args=[found[1]]), {"password": PASSWORD, "again": "another"}).status_code == 422
    assert stranger.post(reverse("invitation", args=[found[1]]), {"password": PASSWORD, "again": PASSWORD}).status_code == 200
    assert stranger.get(reverse("invitation", args=[found[1]])).status_code == 410
    assert User.objects.get(pk=person.pk).check_password(PASSWORD)


@override_settings(MAIL_LEAVES=True)
def test_with_a_mail_server_the_link_goes_to_the_address_alone(client: Client, admin: User, store: Store) -> None:
    client.force_login(admin)
    text = invite_by_page(client, store)
    assert "/invitations/" not in text
    assert "has left" in text
    assert [message.to for message in mail.outbox] == [["neda@desk.example"]]
    assert "/invitations/" in mail.outbox[0].body
    assert Invitation.objects.get().mailed_at


@override_settings(MAIL_LEAVES=True, EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=9)
def test_a_mail_that_does_not_leave_is_said(client: Client, admin: User, store: Store) -> None:
    client.force_login(admin)
    assert "did not take the mail" in invite_by_page(client, store)
    assert Invitation.objects.get().mailed_at is None


def test_a_wrong_token_is_gone(client: Client, db: None) -> None:
    assert client.get(reverse("invitation", args=["nonsense"])).status_code == 410


# --- The command ----------------------------------------------------------------------------------------------------
def test_the_command_makes_the_first_people(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("give_role", "first@desk.example", "Admin", store.name, name="First Admin")
    person = User.objects.get(email="first@desk.example")
    assert can(person, Perm.MANAGE_PEOPLE, store.pk)
    link = re.search(r"/invitations/([\w-]+)", capsys.readouterr().out)
    assert link
    accept_invitation(token=link[1], password=PASSWORD)
    assert Event.objects.get(stream=f"user:{person.pk}", verb="person.role_given").actor.is_system
    assert not RightsChange.objects.exists()


@pytest.mark.parametrize(("role", "where"), [("emperor", ""), ("admin", "Nowhere")])
def test_the_command_says_what_there_is_not(store: Store, role: str, where: str) -> None:
    with pytest.raises(CommandError, match="There is no"):
        call_command("give_role", "first@desk.example", role, where or store.name, name="First")
    with pytest.raises(CommandError, match="--name"):
        call_command("give_role", "nobody@desk.example", "admin", store.name)
