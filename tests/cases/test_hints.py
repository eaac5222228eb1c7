"""What stands out in a queue: each suggestion's number is what its filter shows to that person, no more and no less."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.cases.forms import QueueFilters
from ordersops.cases.hints import EVERYWHERE, LOOKED, hints_of, standing_out
from ordersops.cases.lanes import lane, lanes
from ordersops.cases.models import Case
from ordersops.cases.queries import queue
from ordersops.cases.taking import take
from ordersops.cases.waiting import NEW_ADVICE, TIME, WAKES
from ordersops.stores.models import Store
from tests.factories import CaseFactory, RecommendationFactory
from tests.people import MakePerson

pytestmark = pytest.mark.django_db

# For each hint, what of a case makes it fit.
LATER = timedelta(days=2)
Fits = Callable[[User], dict[str, Any]]
FITS: dict[tuple[str, str], Fits] = {
    ("fraud", "due"): lambda me: {"due_at": timezone.now() + timedelta(minutes=30)},
    ("fraud", "unattended"): lambda me: {"due_at": timezone.now() - timedelta(minutes=30)},
    ("fraud", "authorisation"): lambda me: {"authorised_until": timezone.now() + timedelta(hours=5)},
    ("fraud", "mine"): lambda me: {"due_at": timezone.now() + timedelta(hours=3), "assigned_to": me},
    ("fraud", "answered"): lambda me: {"woken_because": WAKES["reply"].because},
    ("fraud", "news"): lambda me: {"woken_because": NEW_ADVICE.because},
    ("fraud", "time"): lambda me: {"woken_because": TIME.because},
    ("fraud", "alike"): lambda me: {"order__device_key": 7},
    ("fraud", "small"): lambda me: {"amount": Decimal(99), "band": "anomalous", "advice__outcome": "release"},
    ("triage", "next_day"): lambda me: {"signals": ["next_day"]},
    ("triage", "planned"): lambda me: {"advice__outcome": "route"},
    ("returns", "proof"): lambda me: {"signals": ["evidence"]},
    ("returns", "small"): lambda me: {"amount": Decimal(49), "advice__outcome": "approve"},
    ("inquiries", "first"): lambda me: {"signals": ["legal_words", "unsure"]},
    ("inquiries", "ready"): lambda me: {"advice__outcome": "answer"},
}


def a_case(store: Store, key: str = "fraud", **more: Any) -> Case:
    """One in which nothing stands out, unless said otherwise."""
    found: Case = CaseFactory(
        order__store=store, lane=key, advice__lane=key, **{"due_at": timezone.now() + LATER, "amount": Decimal(120), **more}
    )
    return found


def shown(user: User, key: str, hint: str, store: Store | None = None) -> set[Case]:
    filters = QueueFilters({"hint": hint, "store": str(store.pk) if store else ""}, store=[(str(store.pk), "")] if store else []).read()
    return set(queue(lane(key), user, filters).rows)


def numbers(user: User, key: str = "fraud") -> dict[str, str]:
    return {one.hint.key: one.count for one in standing_out(lane(key), user)}


def test_every_hint_is_tried_here() -> None:
    kernel = {("fraud", hint.key) for hint in EVERYWHERE}
    assert {*kernel, *((key, hint.key) for key, one in lanes().items() for hint in one.hints)} == set(FITS)
    for one in lanes().values():
        assert len(hints_of(one)) == len(EVERYWHERE) + len(one.hints), "A lane's hint has a key of its own."


@pytest.mark.parametrize(("key", "hint"), FITS)
def test_its_number_is_what_its_filter_shows(
    store: Store, other_store: Store, supervisor: User, client: Client, key: str, hint: str
) -> None:
    """Two of the person's stores' cases fit; another does not, one is another store's, one is put aside and one is decided."""
    fits = FITS[key, hint](supervisor)
    two = {a_case(store, key, **fits) for _ in range(2)}
    other = a_case(store, key)
    a_case(other_store, key, **fits)
    a_case(store, key, **fits, snoozed_until=timezone.now() + LATER, snooze_reason="later")
    a_case(store, key, **fits, state="decided")
    assert numbers(supervisor, key)[hint] == "2"
    assert shown(supervisor, key, hint) == two
    client.force_login(supervisor)
    address = reverse("queue", args=[key])
    page = client.get(address).content.decode()
    assert f'href="{address}?hint={hint}"' in page
    found = client.get(f"{address}?hint={hint}").content.decode()
    assert [f'id="case-{case.pk}"' in found for case in (*two, other)] == [True, True, False]
    assert 'aria-current="true"' in found
    assert hints_of(lane(key))[hint].sentence in found


def test_a_quiet_queue_says_so(store: Store, supervisor: User, client: Client) -> None:
    a_case(store)
    client.force_login(supervisor)
    assert standing_out(lane("fraud"), supervisor) == []
    assert "Nothing in particular." in client.get(reverse("queue", args=["fraud"])).content.decode()


def test_one_is_said_of_one(store: Store, supervisor: User) -> None:
    a_case(store, authorised_until=timezone.now() + timedelta(hours=5))
    (found,) = standing_out(lane("fraud"), supervisor)
    assert (found.count, found.words) == ("1", "authorisation ends within a day")


def test_within_one_store(store: Store, make_store: Any, make_person: MakePerson) -> None:
    second = make_store()
    me = make_person(Role.SUPERVISOR, store, second)
    there = a_case(store, authorised_until=timezone.now() + timedelta(hours=5))
    a_case(second, authorised_until=timezone.now() + timedelta(hours=5))
    assert numbers(me)["authorisation"] == "2"
    (found,) = standing_out(lane("fraud"), me, store.pk)
    assert found.count == "1"
    assert shown(me, "fraud", "authorisation", store) == {there}


def test_only_with_the_right_to_see_cases(store: Store, order_clerk: User, client: Client) -> None:
    a_case(store, authorised_until=timezone.now() + timedelta(hours=5))
    assert standing_out(lane("fraud"), order_clerk) == []
    client.force_login(order_clerk)
    assert client.get(reverse("_queue_hints", args=["fraud"])).status_code == 403


def test_a_hint_that_is_none_shows_everything(store: Store, supervisor: User) -> None:
    """An old link, and the hint of another lane."""
    cases = {a_case(store), a_case(store)}
    assert shown(supervisor, "fraud", "nonsense") == cases
    assert shown(supervisor, "fraud", "next_day") == cases
    assert QueueFilters({"hint": "nonsense"}).context()["query"] == ""


def test_next_takes_what_the_hint_shows(store: Store, fraud_reviewer: User) -> None:
    a_case(store, priority=99)
    wanted = a_case(store, **FITS["fraud", "small"](fraud_reviewer))
    assert take("fraud", fraud_reviewer, "hint=small") == wanted


def test_bulk_decides_what_the_hint_shows(store: Store, fraud_reviewer: User, client: Client) -> None:
    other = a_case(store, priority=99)
    wanted = a_case(store, **FITS["fraud", "small"](fraud_reviewer))
    client.force_login(fraud_reviewer)
    address = reverse("bulk_new", args=["fraud"])
    assert f'href="{address}?hint=small"' in client.get(reverse("queue", args=["fraud"]) + "?hint=small").content.decode()
    text = client.get(f"{address}?hint=small").content.decode()
    assert (str(wanted.pk) in text, str(other.pk) in text) == (True, False)


# --- What shares something ------------------------------------------------------------------------------------------------
def test_the_largest_group_and_what_it_shares(store: Store, make_store: Any, make_person: MakePerson) -> None:
    second = make_store()
    me = make_person(Role.SUPERVISOR, store, second)
    for _ in range(2):
        a_case(store, order__device_key=1)
    group = {a_case(store, order__ship_key=2) for _ in range(3)}
    a_case(second, order__ship_key=2)  # the same key in another store is another address
    a_case(store, order__ship_key=2, group_key="ip:9")  # an attack is told of by itself
    (found,) = [one for one in standing_out(lane("fraud"), me) if one.hint.key == "alike"]
    assert (found.count, found.words) == ("3", "share one delivery address")
    assert shown(me, "fraud", "alike") == group


def test_a_key_of_one_alone_is_nothing_to_tell(store: Store, supervisor: User) -> None:
    a_case(store, order__device_key=1)
    a_case(store, order__device_key=2)
    assert "alike" not in numbers(supervisor)


def test_looked_for_among_the_most_urgent(store: Store, supervisor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ordersops.cases.hints.LOOKED", 2)
    assert LOOKED > 2
    for priority in (9, 8, 1, 1):
        a_case(store, priority=priority, order__device_key=5 if priority == 1 else priority)
    assert "alike" not in numbers(supervisor)


# --- What rests on advice -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "spoilt",
    [
        {"advice__outcome": "decline"}, {"advice__verified": False}, {"advice__faults": [{"code": "x", "about": "y"}]},
        {"advice__rests_on_customer": True}, {"advice": False}, {"amount": Decimal(100)}, {"band": "high"}, {"escalated_to": "supervisor"},
    ],
)  # fmt: skip
def test_small_and_clear_is_only_what_bulk_would_take(store: Store, supervisor: User, spoilt: dict[str, Any]) -> None:
    fits = FITS["fraud", "small"](supervisor)
    a_case(store, **fits)
    a_case(store, **{**({} if spoilt == {"advice": False} else fits), **{k: v for k, v in fits.items() if "advice" not in k}, **spoilt})
    assert numbers(supervisor)["small"] == "1"


def test_it_is_the_newest_advice_for_the_desk_that_counts(store: Store, supervisor: User) -> None:
    case = a_case(store, **FITS["fraud", "small"](supervisor))
    RecommendationFactory(order=case.order, outcome="decline", shown=False)
    assert numbers(supervisor)["small"] == "1"
    RecommendationFactory(order=case.order, outcome="decline")
    assert "small" not in numbers(supervisor)


def test_the_row_names_no_advice_that_is_only_measured(store: Store, supervisor: User, client: Client) -> None:
    case = a_case(store)
    RecommendationFactory(order=case.order, outcome="release", shown=False)
    client.force_login(supervisor)
    text = client.get(reverse("queue", args=["fraud"])).content.decode()
    assert "Decline</span>" in text
    assert "Release</span>" not in text


def test_it_costs_the_same_however_much_stands_out(store: Store, supervisor: User) -> None:
    costs = []
    for _ in range(3):
        for (key, _), fits in FITS.items():
            if key == "fraud":
                a_case(store, **{"order__device_key": 7, **fits(supervisor)})
        with CaptureQueriesContext(connection) as captured:
            standing_out(lane("fraud"), supervisor)
        costs.append(len(captured))
    assert costs[1] == costs[2] <= 12, costs  # before that something is read once for a process
