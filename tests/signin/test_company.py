"""Signing in with the company's account: it says who somebody is, and an invitation of ours whether they may come in."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from ordersops.accounts.actions import deactivate, invite
from ordersops.accounts.models import User
from ordersops.audit.models import Event
from tests.signin.company import Company

pytestmark = pytest.mark.django_db
KNOWN = {"sub": "77", "email": "ines@desk.example", "email_verified": True, "name": "Ines Duarte"}


@pytest.fixture
def company(settings: Any) -> Iterator[Company]:
    cache.clear()
    company = Company()
    app = {
        "provider_id": "company", "name": "Kiez account", "client_id": "desk", "secret": "between us",
        "settings": {"server_url": company.url, "oauth_pkce_enabled": True},
    }  # fmt: skip
    settings.OIDC = app
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    yield company
    company.close()
    cache.clear()


@pytest.fixture
def ines(system: User) -> User:
    return invite(email="ines@desk.example", name="Ines Duarte", by=system)


def come(client: Client, company: Company, claims: dict[str, Any]) -> Any:
    company.claims = claims
    assert "Sign in with your Kiez account" in client.get(reverse("account_login")).content.decode()
    asked = client.get(reverse("openid_connect_login", args=["company"]))
    assert asked["Location"].startswith(company.url)
    assert "code_challenge_method=S256" in asked["Location"]
    return client.get(company.back(asked["Location"]))


def test_who_was_invited_comes_in_and_it_is_recorded(client: Client, company: Company, ines: User) -> None:
    assert come(client, company, KNOWN)["Location"] == "/"
    assert client.get("/").status_code == 200
    assert Event.objects.filter(actor=ines, verb="person.signed_in").count() == 1
    assert "code_verifier" in company.seen[0]


def test_who_was_not_invited_stays_outside(client: Client, company: Company, system: User) -> None:
    assert "You have no account here" in come(client, company, KNOWN).content.decode()
    assert not User.objects.filter(email="ines@desk.example").exists()
    assert client.get("/").status_code == 302


@pytest.mark.parametrize("claims", [{**KNOWN, "email_verified": False}, {"sub": "77", "name": "Ines"}, {**KNOWN, "email_verified": None}])
def test_an_address_that_the_company_has_not_verified_opens_nothing(
    client: Client, company: Company, ines: User, claims: dict[str, Any]
) -> None:
    come(client, company, claims)
    assert client.get("/").status_code == 302


def test_a_closed_account_stays_closed(client: Client, company: Company, ines: User, system: User) -> None:
    come(client, company, KNOWN)
    deactivate(person=ines, by=system)
    again = Client()
    come(again, company, KNOWN)
    assert again.get("/").status_code == 302


def test_a_state_that_is_not_ours_is_refused(client: Client, company: Company, ines: User) -> None:
    company.claims = KNOWN
    answer = client.get(reverse("openid_connect_callback", args=["company"]) + "?code=c&state=forged")
    assert "did not work" in answer.content.decode()
    assert client.get("/").status_code == 302


def test_a_company_that_fails_says_so(client: Client, company: Company, ines: User) -> None:
    company.broken = True
    assert "did not work" in come(client, company, KNOWN).content.decode()


def test_without_settings_there_is_no_such_way(client: Client, system: User) -> None:
    assert "company account" not in client.get(reverse("account_login")).content.decode()
    assert client.get(reverse("openid_connect_login", args=["company"])).status_code == 404
