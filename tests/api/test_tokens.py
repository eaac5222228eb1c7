"""Access tokens: made once, shown once, never more than their owner, and dead when they should be."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.actions import deactivate, give_role, take_role
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm, Role
from ordersops.api.actions import MOST_VALID, make_token, revoke_token
from ordersops.api.models import AccessToken
from ordersops.api.scopes import Scope
from ordersops.audit.models import Event
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.stores.models import Store
from tests.api.conftest import Machine, MakeMachine, World
from tests.people import only_orders

pytestmark = pytest.mark.django_db


def test_only_its_hash_is_kept(supervisor: User) -> None:
    token, text = make_token(name="  Nightly   report ", scopes=["decide"], days=30, by=supervisor)
    row = AccessToken.objects.filter(pk=token.pk).values().get()
    assert text.startswith(f"{token.prefix}_")
    assert text not in str(row)
    assert row["name"] == "Nightly report"
    assert row["scopes"] == ["read", "decide"]
    event = Event.objects.get(verb="token.made")
    assert text not in event.payload
    assert event.data["prefix"] == token.prefix
    assert event.stream == f"user:{supervisor.pk}"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": " "}, "what the token is for"),
        ({"days": 366}, "365 days"),
        ({"days": 0}, "365 days"),
        ({"scopes": []}, "Choose"),
        ({"scopes": ["read", "everything"]}, "Choose"),
        ({"scopes": ["audit"]}, "no right"),
    ],
)
def test_what_makes_no_token(wrong: dict[str, Any], words: str, fraud_reviewer: User) -> None:
    with pytest.raises(Invalid, match=words):
        make_token(**{"name": "x", "scopes": ["read"], "days": 7, "by": fraud_reviewer, **wrong})
    assert not AccessToken.objects.exists()


def test_not_for_a_store_without_a_role(fraud_reviewer: User, other_store: Store) -> None:
    with pytest.raises(Invalid, match="no role"):
        make_token(name="x", scopes=["read"], days=7, by=fraud_reviewer, stores=[other_store])


def test_so_many_and_no_more(fraud_reviewer: User) -> None:
    for _ in range(MOST_VALID):
        make_token(name="x", scopes=["read"], days=7, by=fraud_reviewer)
    with pytest.raises(Conflict, match="limit"):
        make_token(name="x", scopes=["read"], days=7, by=fraud_reviewer)


def test_a_right_that_was_taken_is_gone_at_once(world: World, supervisor: User, system: User, machine: MakeMachine) -> None:
    asks = machine(supervisor)
    assert asks.get(f"cases/{world.case.pk}").status_code == 200
    give_role(person=supervisor, role=Role.SUPPORT_AGENT, store=world.store, by=system)
    take_role(person=supervisor, role=Role.SUPERVISOR, store=world.store, by=system)
    only_orders(supervisor)
    assert asks.get(f"cases/{world.case.pk}").status_code == 403
    take_role(person=supervisor, role=Role.SUPPORT_AGENT, store=world.store, by=system)
    assert asks.get(f"cases/{world.case.pk}").status_code == 404


def refused(asks: Machine, words: str) -> None:
    answer = asks.get("orders")
    assert answer.status_code == 401
    assert words in answer.json()["detail"]
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]


def test_dead_tokens(supervisor: User, system: User, machine: MakeMachine) -> None:
    asks, other = machine(supervisor), machine(supervisor)
    assert asks.token is not None
    refused(Machine(asks.text[:-1] + ("A" if asks.text[-1] != "A" else "B")), "not known")
    refused(Machine("oo_"), "not known")
    with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
        refused(other, "ran out")
    revoke_token(token=asks.token, by=supervisor)
    refused(asks, "was revoked")
    deactivate(person=supervisor, by=system)
    refused(other, "closed")


def test_revoking(supervisor: User, admin: User, auditor: User, other_store: Store, make_person: Any) -> None:
    first, _ = make_token(name="x", scopes=["read"], days=7, by=supervisor)
    for stranger in (auditor, make_person(Role.ADMIN, other_store)):
        with pytest.raises(Forbidden):
            revoke_token(token=first, by=stranger)
        assert Event.objects.filter(stream=f"refused:{stranger.pk}").exists()
    revoke_token(token=first, by=admin)
    with pytest.raises(Conflict):
        revoke_token(token=first, by=supervisor)
    assert Event.objects.filter(verb="token.revoked").count() == 1


def test_a_token_for_another_store_is_not_managed_here(store: Store, other_store: Store, make_person: Any, admin: User) -> None:
    person = make_person(Role.AUDITOR, store, other_store)
    token, _ = make_token(name="x", scopes=["read"], days=7, by=person, stores=[other_store])
    with pytest.raises(Forbidden):
        revoke_token(token=token, by=admin)


def test_every_right_of_the_interface_has_a_scope() -> None:
    named = [perm for scope in Scope for perm in scope.perms]
    assert len(named) == len(set(named))
    decides = {perm for perm in Perm if perm.value.startswith("decide_")}
    assert decides <= Scope.DECIDE.perms


def test_the_page(client: Client, supervisor: User, admin: User, fraud_reviewer: User) -> None:
    client.force_login(supervisor)
    answer = client.post(reverse("tokens"), {"name": "Report", "scopes": ["read"], "days": "30"})
    text = answer.content.decode()
    token = AccessToken.objects.get()
    assert answer.status_code == 200
    assert text.count(f"{token.prefix}_") == 1
    assert "no-store" in answer["Cache-Control"]
    secret = text.partition(f"{token.prefix}_")[2].partition("<")[0]
    assert secret not in client.get(reverse("tokens")).content.decode()
    for person, sees in ((admin, True), (fraud_reviewer, False)):
        client.force_login(person)
        assert (token.prefix in client.get(reverse("tokens")).content.decode()) is sees
    client.force_login(admin)
    assert client.post(reverse("token_revoke", args=[token.pk])).status_code == 303
    token.refresh_from_db()
    assert token.revoked_by == admin


def test_the_page_says_what_is_wrong(client: Client, fraud_reviewer: User) -> None:
    client.force_login(fraud_reviewer)
    answer = client.post(reverse("tokens"), {"name": "Report", "scopes": ["audit"], "days": "30"})
    assert answer.status_code == 422
    assert "no right" in answer.content.decode()
    assert client.post(reverse("tokens"), {"name": "Report", "days": "30"}).status_code == 422


def test_the_history_knows_the_token(world: World, supervisor: User, machine: MakeMachine) -> None:
    asks = machine(supervisor)
    answer = asks.post(f"cases/{world.case.pk}/claim")
    event = Event.objects.get(verb="case.claimed")
    assert asks.token is not None
    assert event.request_id == f"{answer['X-Request-Id']}/{asks.token.prefix}"
    assert event.actor_id == supervisor.pk


def test_too_often(supervisor: User, machine: MakeMachine, settings: Any) -> None:
    settings.API_RATE = 2
    asks, other = machine(supervisor), machine(supervisor)
    with time_machine.travel(timezone.now().replace(second=0, microsecond=0), tick=False) as clock:
        assert [asks.get("orders").status_code for _ in range(3)] == [200, 200, 429]
        answer = asks.get("orders")
        assert answer["Retry-After"] == "60"
        assert answer.json()["type"].endswith("#problem-throttled")
        assert other.get("orders").status_code == 200
        clock.shift(60)
        assert asks.get("orders").status_code == 200


def test_only_over_https_where_the_product_is(supervisor: User, machine: MakeMachine, settings: Any) -> None:
    settings.HTTPS = True
    answer = machine(supervisor).get("orders")
    assert answer.status_code == 401
    assert "https" in answer.json()["detail"]


def test_last_used_is_noted_once_a_minute(supervisor: User, machine: MakeMachine) -> None:
    asks = machine(supervisor)
    assert asks.token is not None
    asks.get("orders")
    asks.token.refresh_from_db()
    first = asks.token.last_used_at
    asks.get("orders")
    asks.token.refresh_from_db()
    assert first is not None
    assert asks.token.last_used_at == first
