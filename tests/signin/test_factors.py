"""Second factors: setting one up, signing in with it, requiring it of a role, and proving again who is there."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.actions import give_role, invite
from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.api.models import AccessToken
from ordersops.audit.models import Event
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.signin.actions import end_sessions, lift_factor, require_factor
from ordersops.signin.models import FactorRule
from ordersops.stores.models import Store

pytestmark = pytest.mark.django_db
PASSWORD = "a quiet long passphrase"


@pytest.fixture(autouse=True)
def _no_earlier_attempts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("django.db.transaction.on_commit", lambda work, **more: work())  # a test's transaction never commits
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def ines(system: User, store: Store) -> User:
    person = invite(email="ines@desk.example", name="Ines Duarte", by=system, password=PASSWORD)
    give_role(person=person, role=Role.FRAUD_REVIEWER, store=store, by=system)
    return person


def by(person: User, verb: str) -> list[Event]:
    """The events of this verb that the person brought about."""
    return list(Event.objects.filter(actor=person, verb=verb))


def sign_in(client: Client, password: str = PASSWORD) -> Any:
    return client.post("/accounts/login/", {"login": "ines@desk.example", "password": password})


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def set_up(client: Client) -> str:
    """Set up an app as the page says, after confirming the password. Returns its key."""
    to = reverse("mfa_activate_totp")
    asked = client.get(to)
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    assert client.post(asked["Location"], {"password": PASSWORD})["Location"] == to
    secret = re.search(r'class="secret">([A-Z2-7]+)<', client.get(to).content.decode())
    assert secret
    assert client.post(to, {"code": code_of(secret[1])}).status_code == 302
    return secret[1]


def later(client: Client, minutes: int) -> Any:
    return time_machine.travel(timezone.now() + timezone.timedelta(minutes=minutes), tick=True)


def test_an_app_is_set_up_and_asked_for_from_then_on(client: Client, ines: User) -> None:
    sign_in(client)
    secret = set_up(client)
    assert by(ines, "person.factor_added")
    elsewhere = Client()
    answer = sign_in(elsewhere)
    assert answer["Location"] == reverse("mfa_authenticate")
    assert elsewhere.get("/").status_code == 302  # not in yet
    assert "Incorrect code" in elsewhere.post(reverse("mfa_authenticate"), {"code": "000000"}).content.decode()
    assert by(ines, "person.factor_failed")
    with later(client, 2):
        assert elsewhere.post(reverse("mfa_authenticate"), {"code": code_of(secret)})["Location"] == "/"
        assert elsewhere.get("/").status_code == 200


def test_a_code_works_once(client: Client, ines: User) -> None:
    sign_in(client)
    code = code_of(set_up(client))
    for status in (302, 200):
        elsewhere = Client()
        sign_in(elsewhere)
        answer = elsewhere.post(reverse("mfa_authenticate"), {"code": code})
        assert answer.status_code == status
    assert "Incorrect code" in answer.content.decode()


def test_a_recovery_code_works_once(client: Client, ines: User) -> None:
    sign_in(client)
    set_up(client)
    codes = Authenticator.objects.get(user=ines, type="recovery_codes").wrap().get_unused_codes()
    for used, expected in ((codes[0], 302), (codes[0], 200)):
        elsewhere = Client()
        sign_in(elsewhere)
        assert elsewhere.post(reverse("mfa_authenticate"), {"code": used}).status_code == expected


def test_seeds_lie_sealed(client: Client, ines: User) -> None:
    sign_in(client)
    secret = set_up(client)
    held = Authenticator.objects.get(user=ines, type="totp")
    assert secret not in str(held.data)
    assert TOTP(held).validate_code(code_of(secret))
    assert secret not in client.get(reverse("mfa_index")).content.decode()


@pytest.fixture
def careful(supervisor: User) -> User:
    """A supervisor who has a factor."""
    Authenticator.objects.create(user=supervisor, type="webauthn", data={"name": "Key"})
    return supervisor


def test_a_required_factor_bars_every_page_but_its_own(client: Client, ines: User, careful: User, store: Store) -> None:
    sign_in(client)
    assert client.get(reverse("queue", args=["fraud"])).status_code == 200
    require_factor(store=store, role=Role.FRAUD_REVIEWER, by=careful)
    assert by(careful, "role.factor_required")
    answer = client.get(reverse("queue", args=["fraud"]))
    assert (answer.status_code, answer["Location"]) == (302, reverse("mfa_index"))
    assert client.get(reverse("_queue_rows", args=["fraud"]), headers={"HX-Request": "true"})["HX-Redirect"] == reverse("mfa_index")
    assert client.get(reverse("queue", args=["fraud"]), headers={"Accept": "application/json"}).status_code == 403
    assert "Your role needs a second factor" in client.get(reverse("mfa_index")).content.decode()
    set_up(client)
    assert client.get(reverse("queue", args=["fraud"])).status_code == 200


def test_lifting_opens_the_pages_again(client: Client, ines: User, careful: User, store: Store) -> None:
    rule = require_factor(store=store, role=Role.FRAUD_REVIEWER, by=careful)
    assert require_factor(store=store, role=Role.FRAUD_REVIEWER, by=careful) == rule
    sign_in(client)
    assert client.get("/").status_code == 302
    lift_factor(rule=rule, by=careful)
    assert client.get("/").status_code == 200
    assert by(careful, "role.factor_lifted")


def test_removing_the_only_factor_bars_again(client: Client, ines: User, careful: User, store: Store) -> None:
    require_factor(store=store, role=Role.FRAUD_REVIEWER, by=careful)
    sign_in(client)
    set_up(client)
    assert client.post(reverse("mfa_deactivate_totp")).status_code == 302
    assert by(ines, "person.factor_removed")
    assert client.get("/")["Location"] == reverse("mfa_index")


def test_recovery_codes_alone_are_no_factor(client: Client, ines: User, careful: User, store: Store) -> None:
    Authenticator.objects.create(user=ines, type="recovery_codes", data={})
    require_factor(store=store, role=Role.FRAUD_REVIEWER, by=careful)
    client.force_login(ines)
    assert client.get("/")["Location"] == reverse("mfa_index")


def test_requiring_needs_the_right_a_factor_and_a_role(
    careful: User, auditor: User, admin: User, fraud_reviewer: User, store: Store, other_store: Store
) -> None:
    for person in (auditor, fraud_reviewer):
        with pytest.raises(Forbidden):
            require_factor(store=store, role=Role.AUDITOR, by=person)
    with pytest.raises(Forbidden):
        require_factor(store=other_store, role=Role.AUDITOR, by=careful)
    with pytest.raises(Conflict, match="for yourself first"):
        require_factor(store=store, role=Role.AUDITOR, by=admin)
    with pytest.raises(Invalid, match="no role"):
        require_factor(store=store, role="king", by=careful)
    assert not FactorRule.objects.exists()


def test_dear_acts_need_a_fresh_proof_and_are_then_carried_out(client: Client, admin: User, make_person: Any, store: Store) -> None:
    admin.set_password(PASSWORD)
    admin.save()
    person = make_person(Role.AUDITOR, store)
    client.force_login(admin)
    client.get("/")
    to = reverse("person_sessions_end", args=[person.pk])
    assert client.post(to)["Location"] == reverse("person", args=[person.pk])  # just signed in
    session = client.session
    session["signed_in_at"] -= 16 * 60
    session.save()
    asked = client.post(to)
    assert asked["Location"] == f"{reverse('account_reauthenticate')}?next={to.replace('/', '%2F')}"
    assert len(by(admin, "person.sessions_ended")) == 1
    assert "needs a fresh sign-in" in client.get(asked["Location"]).content.decode()
    assert client.post(asked["Location"], {"password": "wrong wrong wrong"}).status_code == 200
    done = client.post(asked["Location"], {"password": PASSWORD, "next": to})
    assert done["Location"] == reverse("person", args=[person.pk])
    assert len(by(admin, "person.sessions_ended")) == 2


@pytest.mark.parametrize(
    "name", ["tokens", "webhook_new", "webhook_rotate", "webhook", "store", "store_rotate", "slack_confirm", "slack_link"]
)
def test_acts_that_hand_out_keys_ask_who_is_there(client: Client, admin: User, name: str) -> None:
    client.force_login(admin)
    client.get("/")
    session = client.session
    session["signed_in_at"] -= 16 * 60
    session.save()
    to = reverse(
        name, args=["0190a3b0-0000-7000-8000-000000000001"] if name in {"webhook", "webhook_rotate", "store", "store_rotate"} else []
    )
    assert client.post(to, {"name": "A key"})["Location"].startswith(reverse("account_reauthenticate"))
    assert not AccessToken.objects.exists()


def test_a_token_is_made_once_it_is_sure_who_asks(client: Client, admin: User) -> None:
    admin.set_password(PASSWORD)
    admin.save()
    client.force_login(admin)
    client.get("/")
    session = client.session
    session["signed_in_at"] -= 16 * 60
    session.save()
    asked = client.post(reverse("tokens"), {"name": "Warehouse", "scopes": ["read", "audit"], "days": 30})
    shown = client.post(asked["Location"], {"password": PASSWORD, "next": reverse("tokens")})
    token = AccessToken.objects.get()
    assert (token.name, token.scopes) == ("Warehouse", ["read", "audit"])
    assert token.prefix in shown.content.decode()


def test_what_holds_a_secret_is_not_kept_for_later(client: Client, admin: User) -> None:
    client.force_login(admin)
    client.get("/")
    session = client.session
    session["signed_in_at"] -= 16 * 60
    session.save()
    page = reverse("store_connect")
    answer = client.post(page, {"name": "New", "webhook_secret": "s3cret-of-the-shop"}, headers={"Referer": page})
    assert answer["Location"] == f"{reverse('account_reauthenticate')}?next={page.replace('/', '%2F')}"
    assert "s3cret-of-the-shop" not in str(dict(client.session))


def test_a_flood_of_guesses_from_elsewhere_does_not_lock_a_known_browser(client: Client, ines: User) -> None:
    assert sign_in(client)["Location"] == "/"  # this browser is known from now on
    client.post("/accounts/logout/")
    attacker = Client(REMOTE_ADDR="203.0.113.9")
    for _ in range(6):
        sign_in(attacker, "wrong wrong wrong")
    assert "Too many" in sign_in(attacker).content.decode()
    assert sign_in(client)["Location"] == "/"
    assert sign_in(Client(REMOTE_ADDR="198.51.100.4"))["Location"] == "/"  # nor another address


def test_many_addresses_together_may_not_guess_without_end(ines: User, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_elsewhere": "4/d/key"}
    for number in range(4):
        sign_in(Client(REMOTE_ADDR=f"203.0.113.{number}"), "wrong wrong wrong")
    assert "Too many" in sign_in(Client(REMOTE_ADDR="198.51.100.4")).content.decode()


def test_sessions_are_listed_and_ended_from_afar(client: Client, ines: User, admin: User, other_store: Store, make_person: Any) -> None:
    phone = Client(HTTP_USER_AGENT="Mozilla/5.0 (Android 14; Mobile; rv:128.0) Gecko/128.0 Firefox/128.0")
    sign_in(client)
    sign_in(phone)
    text = client.get(reverse("mfa_index")).content.decode()
    assert "Firefox" in text
    assert "This browser" in text
    number = re.search(r"/account/sessions/(\d+)/end", text)
    assert number
    stranger = Client()
    stranger.force_login(admin)
    assert stranger.post(f"/account/sessions/{number[1]}/end").status_code == 404
    assert client.post(f"/account/sessions/{number[1]}/end").status_code == 303
    assert phone.get("/").status_code == 302
    assert client.get("/").status_code == 200
    with pytest.raises(Forbidden):
        end_sessions(person=ines, by=make_person(Role.ADMIN, other_store))
    assert end_sessions(person=ines, by=admin) == 1
    assert client.get("/").status_code == 302
    assert by(admin, "person.sessions_ended")
