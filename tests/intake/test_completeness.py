"""The proof of completeness on a store's page, and what a person may ask there."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.audit.verbs import Verb
from ordersops.errors import Conflict, Forbidden, Invalid, Upstream
from ordersops.intake import subscriptions
from ordersops.intake.actions import compare_now
from ordersops.intake.models import Delivery, PollWindow, Pulse
from ordersops.intake.polling import plan
from ordersops.stores.actions import rotate_secret
from ordersops.stores.models import Store
from ordersops.stores.platforms import Subscription
from ordersops.stores.proof import unbroken
from tests.intake.sending import placed, send
from tests.intake.shop import Shop
from tests.kernel.history import events, told, woken
from tests.people import MakePerson

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def admin(make_person: MakePerson, store: Store) -> User:
    return make_person(Role.ADMIN, store)


@pytest.fixture
def auditor(make_person: MakePerson, store: Store) -> User:
    return make_person(Role.AUDITOR, store)


def page(client: Client, user: User, store: Store) -> str:
    client.force_login(user)
    return " ".join(client.get(f"/stores/{store.pk}/").content.decode().split())


# --- Comparing ------------------------------------------------------------------------------------------------------
def test_compare_now_plans_a_window_over_a_day(read_store: Store, admin: User) -> None:
    window = compare_now(store=read_store, by=admin)
    assert (window.kind, window.state) == ("asked", "open")
    assert window.planned_at - window.since == 24 * HOUR
    (event,) = events(Verb.STORE_COMPARISON_ASKED, store=read_store)
    assert event.actor_id == admin.pk
    assert "intake.poll" in woken()


def test_compare_now_twice_conflicts(read_store: Store, admin: User) -> None:
    compare_now(store=read_store, by=admin)
    with pytest.raises(Conflict, match="under way"):
        compare_now(store=read_store, by=admin)
    assert len(events(Verb.STORE_COMPARISON_ASKED, store=read_store)) == 1


def test_compare_now_needs_the_right_and_a_key(read_store: Store, admin: User, auditor: User) -> None:
    with pytest.raises(Forbidden):
        compare_now(store=read_store, by=auditor)
    read_store.api_url = ""
    with pytest.raises(Invalid, match="interface address and key"):
        compare_now(store=read_store, by=admin)
    assert not PollWindow.objects.exists()


def test_the_button_compares(read_store: Store, admin: User, shop: Shop, client: Client, work: Callable[[], int]) -> None:
    shop.a_day(4)
    client.force_login(admin)
    assert client.post(f"/intake/stores/{read_store.pk}/compare").status_code == 303
    assert not shop.asked  # the page itself calls nobody
    work()
    shown = page(client, admin, read_store)
    assert '<dt>Missed</dt><dd><span class="figure tone-bad">4</span><small>4 in all' in shown
    assert "Compare now" in shown


def test_the_page_shows_why_a_comparison_failed(
    read_store: Store, admin: User, auditor: User, shop: Shop, client: Client, work: Callable[[], int]
) -> None:
    shop.answers = [401]
    compare_now(store=read_store, by=admin)
    work()
    shown = page(client, auditor, read_store)
    assert "The shop answered 401." in shown
    assert "Could not compare" in shown
    assert "Compare now" not in shown  # an auditor changes nothing


def test_a_store_without_a_key_says_what_it_lacks(store: Store, shop: Shop, admin: User, client: Client) -> None:
    assert "This store is only heard" in page(client, admin, store)


def test_a_document_that_is_not_understood_is_on_the_page(
    read_store: Store, admin: User, shop: Shop, client: Client, work: Callable[[], int]
) -> None:
    shop.changes("1", timezone.now() - HOUR, "order.created", items="what is this")
    compare_now(store=read_store, by=admin)
    work()
    assert "1 document that was read could not be understood" in page(client, admin, read_store)


def test_the_page_costs_the_same_for_any_history(read_store: Store, admin: User, client: Client) -> None:
    def cost() -> int:
        client.force_login(admin)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(f"/stores/{read_store.pk}/")
        return len(asked)

    now = timezone.now()
    made = [
        PollWindow(
            store=read_store, kind="recent", state="done", since=now - 2 * HOUR, until=now, planned_at=now, not_before=now, finished_at=now
        )
        for _ in range(30)
    ]
    made[0].save()
    cost()
    before = cost()
    PollWindow.objects.bulk_create(made[1:])
    assert cost() == before


def test_completeness_reaches_back_to_the_first_gap() -> None:
    now = timezone.now()
    spans = [(now - HOUR, now), (now - 3 * HOUR, now - HOUR), (now - 9 * HOUR, now - 5 * HOUR)]
    assert unbroken(spans) == now - 3 * HOUR
    assert unbroken([*spans, (now - 60 * HOUR, now - 2 * HOUR)]) == now - 60 * HOUR
    assert unbroken([]) is None


# --- Subscriptions --------------------------------------------------------------------------------------------------
def test_subscriptions_are_read_and_shown(read_store: Store, admin: User, shop: Shop, client: Client) -> None:
    shop.subscribed = [Subscription("order.created", "active"), Subscription("order.updated", "disabled")]
    client.force_login(admin)
    assert client.post(f"/intake/stores/{read_store.pk}/subscriptions").status_code == 303
    (event,) = events(Verb.STORE_SUBSCRIPTIONS_READ, store=read_store)
    assert event.data == {"active": 1, "wanted": 2}
    shown = page(client, admin, read_store)
    assert "1 not active" in shown
    assert "Disabled" in shown


def test_repair_is_told_before_it_is_done(read_store: Store, admin: User, shop: Shop, client: Client) -> None:
    client.force_login(admin)
    assert client.post(f"/intake/stores/{read_store.pk}/subscribe").status_code == 303
    verbs = [verb for verb in told(store=read_store) if verb in {Verb.STORE_RESUBSCRIBED, Verb.STORE_SUBSCRIPTIONS_READ}]
    assert verbs == [Verb.STORE_RESUBSCRIBED, Verb.STORE_SUBSCRIPTIONS_READ]
    assert all(one.address.endswith(read_store.endpoint_path) for one in shop.subscribed)
    assert "All active" in page(client, admin, read_store)


def test_a_store_that_does_not_answer_is_said_so_in_a_fragment(read_store: Store, admin: User, shop: Shop, client: Client) -> None:
    shop.answers = [503]
    client.force_login(admin)
    answer = client.post(f"/intake/stores/{read_store.pk}/subscribe", headers={"HX-Request": "true"})
    assert answer.status_code == 502
    assert "The shop answered 503." in answer.content.decode()
    assert "<html" not in answer.content.decode()
    assert events(Verb.STORE_RESUBSCRIBED, store=read_store)  # what was asked for stays told
    assert not events(Verb.STORE_SUBSCRIPTIONS_READ, store=read_store)


def test_subscriptions_need_the_right(read_store: Store, auditor: User, shop: Shop) -> None:
    for verb in (subscriptions.read, subscriptions.repair):
        with pytest.raises(Forbidden):
            verb(store=read_store, by=auditor)
    assert not shop.asked


def test_repair_raises_what_the_store_says(read_store: Store, admin: User, shop: Shop) -> None:
    shop.answers = [500]
    with pytest.raises(Upstream):
        subscriptions.read(store=read_store, by=admin)
    assert not Pulse.objects.filter(subscriptions_at__isnull=False).exists()


def test_the_poller_reads_subscriptions_once_an_hour_and_tells_a_change(read_store: Store, shop: Shop, work: Callable[[], int]) -> None:
    def round_of() -> int:
        PollWindow.objects.update(planned_at=timezone.now() - 25 * HOUR)
        plan()
        work()
        return sum(path == "/subscriptions" for path in shop.asked)

    shop.subscribed = [Subscription("order.created", "active")]
    assert round_of() == 1
    assert round_of() == 1
    Pulse.objects.update(subscriptions_at=timezone.now() - 2 * HOUR)
    assert round_of() == 2
    assert len(events(Verb.STORE_SUBSCRIPTIONS_READ, store=read_store)) == 1
    shop.subscribed = [Subscription("order.created", "disabled")]
    Pulse.objects.update(subscriptions_at=timezone.now() - 2 * HOUR)
    round_of()
    assert len(events(Verb.STORE_SUBSCRIPTIONS_READ, store=read_store)) == 2


# --- Rotation -------------------------------------------------------------------------------------------------------
def test_the_page_counts_what_still_comes_with_the_old_secret(read_store: Store, admin: User, client: Client) -> None:
    old = read_store.webhook_secret
    send(read_store, placed("#1"))
    fresh = rotate_secret(store=read_store, by=admin)
    send(read_store, placed("#2"), secret=fresh)
    read_store.refresh_from_db()
    assert "no delivery came with it since" in page(client, admin, read_store)
    for order in ("#3", "#4"):
        assert send(read_store, placed(order), secret=old).status_code == 200
    assert "2 deliveries still came with it" in page(client, admin, read_store)
    assert sum("signed-with" in delivery.headers for delivery in Delivery.objects.all()) == 2
