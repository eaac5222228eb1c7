"""Signing in, staying, and being sent away."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.actions import deactivate, invite
from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.audit.models import Event

pytestmark = pytest.mark.django_db
PASSWORD = "a quiet long passphrase"
LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def _no_earlier_attempts() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def person(system: User) -> User:
    return invite(email="ines@desk.example", name="Ines Duarte", by=system, password=PASSWORD)


def sign_in(client: Client, password: str = PASSWORD, email: str = "ines@desk.example", **more: str) -> Any:
    return client.post(LOGIN, {"login": email, "password": password, **more})


def test_signing_in_by_email_is_recorded(client: Client, person: User) -> None:
    answer = sign_in(client, email="INES@desk.example")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert Event.objects.filter(actor=person, verb="person.signed_in").count() == 1
    assert client.get("/").status_code == 200


def test_next_leads_nowhere_else(client: Client, person: User) -> None:
    assert sign_in(client, next="/orders/?q=1")["Location"] == "/orders/?q=1"
    for elsewhere in ("https://evil.example/", "//evil.example/", "http://localhost:9/", "javascript:alert(1)"):
        client.logout()
        assert sign_in(client, next=elsewhere)["Location"] == "/"


def test_wrong_passwords_are_throttled(client: Client, person: User) -> None:
    for _ in range(5):
        assert "not correct" in sign_in(client, "wrong wrong wrong").content.decode()
    assert "Too many" in sign_in(client, PASSWORD).content.decode()
    assert client.get("/").status_code == 302


def test_the_answer_does_not_say_whether_the_account_exists(client: Client, person: User) -> None:
    def said(answer: Any) -> str:
        return re.sub(r'value="[^"]*"', "", answer.content.decode())

    assert said(sign_in(client, "wrong wrong wrong")) == said(sign_in(client, "wrong wrong wrong", email="nobody@desk.example"))


@pytest.mark.parametrize("path", ["signup/", "password/reset/", "email/", "password/change/", "confirm-email/", "3rdparty/"])
def test_only_signing_in_and_out_exist(client: Client, person: User, path: str) -> None:
    assert client.get(f"/accounts/{path}").status_code == 404


def test_the_system_user_cannot_sign_in(client: Client, system: User) -> None:
    assert sign_in(client, "", email=system.email).status_code == 200
    assert sign_in(client, "!", email=system.email).status_code == 200
    assert client.get("/").status_code == 302


def test_deactivating_ends_the_session(client: Client, admin: User, make_person: Any, store: Any) -> None:
    person = make_person(Role.FRAUD_REVIEWER, store)
    client.force_login(person)
    assert client.get("/").status_code == 200
    key = client.session.session_key
    deactivate(person=person, by=admin)
    assert not client.session.exists(key)
    assert client.get("/").status_code == 302


def test_an_inactive_person_is_refused_even_with_a_session(client: Client, person: User) -> None:
    client.force_login(person)
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert client.get("/").status_code == 302
    assert sign_in(client)["Location"] != "/"


def test_a_session_ends_after_half_an_idle_hour(client: Client, person: User) -> None:
    client.force_login(person)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client.get("/")
        clock.shift(29 * 60)
        assert client.get("/").status_code == 200
        clock.shift(29 * 60)
        assert client.get("/").status_code == 200
        clock.shift(31 * 60)
        assert client.get("/").status_code == 302


def test_what_a_page_asks_by_itself_does_not_keep_the_session(client: Client, fraud_reviewer: User) -> None:
    client.force_login(fraud_reviewer)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client.get("/")
        for _ in range(4):
            clock.shift(9 * 60)
            answer = client.get("/queues/fraud/rows", headers={"HX-Request": "true"})
        assert answer.status_code == 401


def test_a_session_ends_after_twelve_hours_whatever_happens(client: Client, person: User) -> None:
    client.force_login(person)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(12 * 3):
            assert client.get("/").status_code == 200
            clock.shift(20 * 60)
        clock.shift(60)
        assert client.get("/").status_code == 302


def test_htmx_is_told_where_to_sign_in(client: Client, person: User) -> None:
    answer = client.get("/queues/fraud/rows", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/queues/fraud/?mine=1"})
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == f"{reverse('account_login')}?next=%2Fqueues%2Ffraud%2F%3Fmine%3D1"


def test_programs_get_json(client: Client, order_clerk: User) -> None:
    assert client.get("/orders/", headers={"Accept": "application/json"}).json()["status"] == 401
    client.force_login(order_clerk)
    answer = client.get("/queues/fraud/", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["status"]) == (403, 403)


def test_refusals_are_pages_or_fragments(client: Client, order_clerk: User) -> None:
    client.force_login(order_clerk)
    page = client.get("/queues/fraud/")
    assert (page.status_code, "<html" in page.content.decode()) == (403, True)
    fragment = client.get("/queues/fraud/", headers={"HX-Request": "true"})
    assert (fragment.status_code, "<html" in fragment.content.decode()) == (403, False)
    assert "data-error" in fragment.content.decode()
    assert client.get("/nowhere").status_code == 404
    assert client.get("/queues/nowhere/").status_code == 404


def test_answers_carry_a_request_id_that_the_history_knows(client: Client, admin: User, make_person: Any, store: Any) -> None:
    client.force_login(admin)
    person = make_person(Role.OPS_REVIEWER, store)
    answer = client.post(reverse("person_role_give", args=[person.pk]), {"role": "auditor", "store": store.pk, "why": "Reads"})
    event = Event.objects.get(stream=f"user:{person.pk}", verb="rights.asked")
    assert answer["X-Request-Id"] == event.request_id


def test_pages_of_signed_in_people_stay_in_no_cache(client: Client, person: User) -> None:
    client.force_login(person)
    assert "no-store" in client.get("/")["Cache-Control"]
