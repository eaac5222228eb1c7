"""How a store's own interface is reached: entered, changed, never shown."""

import json
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.audit.models import Event
from ordersops.audit.verbs import Verb
from ordersops.errors import Invalid
from ordersops.stores.actions import connect, update
from ordersops.stores.models import Store
from tests.kernel.history import events
from tests.people import MakePerson, MakeStore

pytestmark = pytest.mark.django_db
SHOP = "https://lamps.example.com"
KEY, SECRET = "ck_0123456789abcdef", "cs_fedcba9876543210"


@pytest.fixture
def admin(make_person: MakePerson, store: Store) -> User:
    return make_person(Role.ADMIN, store)


@pytest.fixture
def keyed(store: Store, admin: User) -> Store:
    return update(store=store, by=admin, api_url=SHOP, api_key=KEY, api_secret=SECRET)


def test_connect_takes_the_interface(system: User) -> None:
    connect(name="Lamps", platform="generic", by=system, api_url=SHOP + "/", api_key=KEY, api_secret=SECRET)
    kept = Store.objects.get()
    assert (kept.api_url, kept.api_key, kept.api_secret, kept.has_api) == (SHOP, KEY, SECRET, True)


def test_the_history_says_that_a_key_changed_and_not_which(keyed: Store) -> None:
    (event,) = events(Verb.STORE_UPDATED, store=keyed)
    hidden = {"changed": True}
    assert event.data["changed"] == {"api_url": {"before": "", "after": SHOP}, "api_key": hidden, "api_secret": hidden}
    told = json.dumps([each.data for each in Event.objects.all()])
    assert KEY not in told
    assert SECRET not in told


def test_what_is_not_entered_stays(keyed: Store, admin: User) -> None:
    update(store=keyed, by=admin, name="Other", api_url=SHOP)
    kept = Store.objects.get()
    assert (kept.api_key, kept.api_secret) == (KEY, SECRET)
    update(store=keyed, by=admin, is_active=False)
    assert Store.objects.get().api_url == SHOP


def test_a_key_is_not_sent_to_another_host(keyed: Store, admin: User) -> None:
    with pytest.raises(Invalid, match="Enter the key again"):
        update(store=keyed, by=admin, api_url="https://evil.example.net")
    update(store=keyed, by=admin, api_url="https://new.example.net", api_key="ck_another")
    kept = Store.objects.get()
    assert (kept.api_key, kept.api_secret) == ("ck_another", "")  # a secret belongs to its key


def test_without_an_address_the_key_is_forgotten(keyed: Store, admin: User) -> None:
    update(store=keyed, by=admin, api_url="")
    kept = Store.objects.get()
    assert (kept.api_url, kept.api_key, kept.api_secret, kept.has_api) == ("", "", "", False)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"api_url": "http://lamps.example.com"}, "https://, as the key is sent there"),
        ({"api_url": "https://user:word@lamps.example.com"}, "user name or password"),
        ({"api_url": "https://lamps.example.com/?key=1"}, "after ?"),
        ({"api_url": "ftp://lamps.example.com"}, "https:// or http://"),
        ({"api_url": "https://10.0.0.1"}, "private network"),
        ({"api_key": KEY}, "enter the address"),
        ({"api_url": SHOP, "api_secret": SECRET}, "enter the key"),
        ({"api_url": SHOP, "api_key": "two words"}, "printable"),
        ({"api_url": SHOP, "api_key": "a\r\nX-Evil:1"}, "printable"),
        ({"api_url": SHOP, "api_key": "x" * 301}, "at most 300"),
    ],
)
def test_what_is_not_taken_is_named(store: Store, admin: User, settings: Any, given: dict[str, Any], says: str) -> None:
    settings.ALLOW_PRIVATE_CALLBACKS = False
    with pytest.raises(Invalid) as refusal:
        update(store=store, by=admin, **given)
    assert says in refusal.value.message
    assert not Store.objects.get().has_api


def test_a_private_address_may_be_plain_where_they_are_allowed(store: Store, admin: User, settings: Any) -> None:
    settings.ALLOW_PRIVATE_CALLBACKS = True
    assert update(store=store, by=admin, api_url="http://127.0.0.1:9100", api_key=KEY).has_api
    with pytest.raises(Invalid, match="https"):
        update(store=store, by=admin, api_url="http://lamps.example.com", api_key=KEY)


def test_the_page_shows_four_characters_of_a_key(keyed: Store, admin: User, client: Client) -> None:
    client.force_login(admin)
    page = client.get(f"/stores/{keyed.pk}/").content.decode()
    assert f"····{KEY[-4:]}" in page
    assert f"····{SECRET[-4:]}" in page
    assert KEY not in page
    assert SECRET not in page


def test_a_form_that_is_drawn_again_does_not_hold_the_key(keyed: Store, admin: User, client: Client) -> None:
    client.force_login(admin)
    answer = client.post(f"/stores/{keyed.pk}/", {"name": " ", "api_url": SHOP, "api_key": "ck_typed_just_now"})
    assert answer.status_code == 422
    assert "ck_typed_just_now" not in answer.content.decode()


def test_an_auditor_sees_no_part_of_a_key(keyed: Store, make_person: MakePerson, client: Client) -> None:
    client.force_login(make_person(Role.AUDITOR, keyed))
    page = client.get(f"/stores/{keyed.pk}/").content.decode()
    assert KEY[-4:] not in page
    assert SECRET[-4:] not in page


def test_connect_store_takes_the_interface(system: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("connect_store", platform="generic", name="Lamps", api_url=SHOP, api_key=KEY, api_secret=SECRET, json=True)
    assert KEY not in capsys.readouterr().out
    assert Store.objects.get().has_api


def test_another_store_is_not_touched(keyed: Store, make_store: MakeStore) -> None:
    assert not make_store("generic").has_api
