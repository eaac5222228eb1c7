"""Saved views: filters under a name, for oneself or for the people of a store."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.audit.verbs import Verb
from ordersops.errors import Forbidden, Invalid
from ordersops.search.actions import delete_view, save_view
from ordersops.search.models import SavedView
from ordersops.stores.models import Store
from tests.kernel.history import events

pytestmark = pytest.mark.django_db
QUEUE = "/queues/fraud/"


def test_filters_are_kept_without_the_page_one_is_on(fraud_reviewer: User) -> None:
    view = save_view(name="  High   first ", path=QUEUE, query="?band=high&cursor=abc&q=a b", by=fraud_reviewer)
    assert (view.name, view.url) == ("High first", f"{QUEUE}?band=high&q=a+b")


def test_the_same_name_replaces(fraud_reviewer: User) -> None:
    save_view(name="Mine", path=QUEUE, query="band=high", by=fraud_reviewer)
    save_view(name="Mine", path=QUEUE, query="mine=1", by=fraud_reviewer)
    assert [view.query for view in SavedView.objects.all()] == ["mine=1"]


@pytest.mark.parametrize(
    ("name", "path"),
    [("", QUEUE), ("x" * 61, QUEUE), ("A", "/people/"), ("A", "https://evil.example/"), ("A", "//evil.example/"), ("A", "")],
)
def test_what_is_no_list_or_has_no_name_is_refused(name: str, path: str, fraud_reviewer: User) -> None:
    with pytest.raises(Invalid):
        save_view(name=name, path=path, query="", by=fraud_reviewer)


def test_one_person_keeps_so_many(fraud_reviewer: User) -> None:
    for number in range(50):
        save_view(name=f"View {number}", path=QUEUE, query="", by=fraud_reviewer)
    with pytest.raises(Invalid, match="take one away"):
        save_view(name="One more", path=QUEUE, query="", by=fraud_reviewer)
    save_view(name="View 1", path=QUEUE, query="band=high", by=fraud_reviewer)


def test_sharing_needs_the_right_and_is_told(
    supervisor: User, fraud_reviewer: User, store: Store, make_person: Any, other_store: Store
) -> None:
    with pytest.raises(Forbidden):
        save_view(name="All high", path=QUEUE, query="band=high", by=fraud_reviewer, store=store)
    view = save_view(name="All high", path=QUEUE, query="band=high", by=supervisor, store=store)
    assert len(events(Verb.VIEW_SHARED, store=store)) == 1
    assert view in SavedView.objects.visible_to(fraud_reviewer)
    assert view not in SavedView.objects.visible_to(make_person(Role.SUPERVISOR, other_store))


def test_only_the_owner_or_the_right_takes_a_view_away(supervisor: User, fraud_reviewer: User, store: Store, auditor: User) -> None:
    own = save_view(name="Own", path=QUEUE, query="", by=fraud_reviewer)
    shared = save_view(name="Shared", path=QUEUE, query="", by=supervisor, store=store)
    for view, person in ((own, supervisor), (shared, auditor)):
        with pytest.raises(Forbidden):
            delete_view(view=view, by=person)
    delete_view(view=own, by=fraud_reviewer)
    delete_view(view=shared, by=supervisor)
    assert not SavedView.objects.exists()
    assert len(events(Verb.VIEW_UNSHARED, store=store)) == 1


def test_the_list_offers_them(client: Client, fraud_reviewer: User, supervisor: User, store: Store) -> None:
    save_view(name="Own high", path=QUEUE, query="band=high", by=fraud_reviewer)
    save_view(name="Everybody's", path=QUEUE, query="overdue=1", by=supervisor, store=store)
    client.force_login(fraud_reviewer)
    text = client.get(QUEUE, {"band": "high"}).content.decode()
    assert "Own high" in text
    assert "Everybody&#x27;s" in text
    assert 'aria-current="page"' in text
    answer = client.post(reverse("view_save"), {"name": "Again", "path": QUEUE, "query": "attack=1"})
    assert answer["Location"] == f"{QUEUE}?attack=1"
    assert client.post(reverse("view_delete", args=[SavedView.objects.get(name="Again").pk]))["Location"] == QUEUE
