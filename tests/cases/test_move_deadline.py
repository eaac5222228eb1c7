"""move_deadline: supervisors set by when a case is decided."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.accounts.roles import ROLES, Perm, Role
from ordersops.audit.verbs import Verb
from ordersops.cases import clocks
from ordersops.cases.actions import move_deadline, reopen, snooze, tick
from ordersops.cases.actions.deadlines import FURTHEST
from ordersops.cases.models import Case
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.stores.models import Store
from tests.cases.openings import opened, opening
from tests.factories import CaseFactory, OrderFactory, TransactionFactory
from tests.kernel.history import events, told
from tests.people import MakePerson

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WHY = "The bank answers on Thursday"


@pytest.fixture
def case(store: Store) -> Case:
    """Paid: no authorisation sets it a limit."""
    return CaseFactory(order=OrderFactory(store=store, payment="paid"))


def in_(span: timedelta) -> datetime:
    return timezone.now() + span


def moved(case: Case, by: User, span: timedelta = 2 * DAY) -> Case:
    return move_deadline(case=case, due_at=in_(span), note=WHY, by=by)


def test_it_is_moved_with_a_reason_before_and_after(case: Case, supervisor: User) -> None:
    before, after = case.due_at, in_(2 * DAY)
    move_deadline(case=case, due_at=after, note=WHY, by=supervisor)
    case.refresh_from_db()
    assert case.due_at == after
    assert case.warn_at is not None
    assert timedelta(0) < after - case.warn_at < DAY  # three quarters of the time are gone then
    (event,) = events(case=case)
    said = case.comments.get()
    assert (event.verb, said.kind, said.text) == (Verb.CASE_DEADLINE_MOVED, "deadline", WHY)
    assert (datetime.fromisoformat(event.data["before"]), datetime.fromisoformat(event.data["after"])) == (before, after)


def test_what_was_late_is_not_late_any_more_and_may_be_again(case: Case, supervisor: User) -> None:
    Case.objects.update(due_at=in_(-HOUR), warn_at=in_(-2 * HOUR), warned_at=in_(-2 * HOUR))
    tick()
    case = moved(case, supervisor)
    assert (case.breached_at, case.warned_at, case.urgency) == (None, None, "later")
    tick()
    assert told(case=case) == [Verb.CASE_BREACHED, Verb.CASE_DEADLINE_MOVED]
    Case.objects.update(due_at=in_(-HOUR))
    tick()
    assert told(case=case) == [Verb.CASE_BREACHED, Verb.CASE_DEADLINE_MOVED, Verb.CASE_BREACHED]


def test_sooner_is_possible_too(case: Case, supervisor: User) -> None:
    assert moved(case, supervisor, timedelta(minutes=10)).due_at < case.due_at


@pytest.mark.parametrize("role", [role for role in Role if Perm.MOVE_DEADLINES not in ROLES[role]])
def test_it_needs_its_right(role: Role, case: Case, make_person: MakePerson) -> None:
    with pytest.raises(Forbidden):
        moved(case, make_person(role, case.store))


def test_not_in_another_store(case: Case, other_store: Store, make_person: MakePerson) -> None:
    with pytest.raises(Forbidden):
        moved(case, make_person(Role.SUPERVISOR, other_store))


@pytest.mark.parametrize("state", ["waiting", "decided", "withdrawn"])
def test_only_an_open_case_has_a_deadline_to_move(state: str, case: Case, supervisor: User) -> None:
    Case.objects.update(state=state)
    with pytest.raises(Conflict, match="already"):
        moved(case, supervisor)


def test_a_clock_that_stands_is_not_moved(case: Case, supervisor: User, fraud_reviewer: User) -> None:
    snooze(case=case, until=in_(DAY), reason="customer", by=fraud_reviewer)
    with pytest.raises(Conflict, match="Bring it back first"):
        moved(case, supervisor)
    snooze(case=case, until=in_(DAY), reason="later", by=fraud_reviewer)  # its clock goes on
    assert moved(case, supervisor).due_at > in_(DAY)


def test_again_to_the_same_moment_is_a_conflict(case: Case, supervisor: User) -> None:
    with pytest.raises(Conflict, match="already"):
        move_deadline(case=case, due_at=case.due_at, note=WHY, by=supervisor)


@pytest.mark.parametrize("span", [-HOUR, timedelta(0), FURTHEST + DAY])
def test_not_into_the_past_nor_beyond_measure(span: timedelta, case: Case, supervisor: User) -> None:
    with pytest.raises(Invalid, match="within the next"):
        moved(case, supervisor, span)


def test_it_needs_a_reason(case: Case, supervisor: User) -> None:
    with pytest.raises(Invalid, match="why the deadline moves"):
        move_deadline(case=case, due_at=in_(DAY), note=" ", by=supervisor)


def test_never_past_the_end_of_the_authorisation_as_it_stands_now(store: Store, supervisor: User) -> None:
    order = OrderFactory(store=store, payment="authorized")
    one = TransactionFactory(order=order, expires_at=in_(3 * DAY))
    case = CaseFactory(order=order, authorised_until=in_(9 * DAY))  # as it was known when the case was opened
    with pytest.raises(Invalid, match="authorisation ends"):
        moved(case, supervisor, 4 * DAY)
    assert moved(case, supervisor).authorised_until == one.expires_at


def test_new_advice_leaves_it_alone_but_for_an_authorisation(case: Case, supervisor: User, system: User) -> None:
    due = moved(case, supervisor).due_at
    (case,) = opened([opening(case.order, due_at=in_(HOUR))], system)
    assert case.due_at == due
    ends = in_(DAY)
    (case,) = opened([opening(case.order, due_at=in_(HOUR), authorised_until=ends)], system)
    assert case.due_at == case.authorised_until == ends


def test_opened_again_it_has_the_clock_of_a_new_question(case: Case, supervisor: User) -> None:
    moved(case, supervisor)
    Case.objects.update(state="withdrawn")
    reopen(case=case, reason="mistake", by=supervisor)
    case.refresh_from_db()
    assert case.due_set_at is None


# --- working days -----------------------------------------------------------------------------------------------------
def test_working_days_are_the_stores(store: Store) -> None:
    friday = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
    assert clocks.in_days(store, 3, now=friday) == friday + 3 * DAY
    store.working_days = [0, 1, 2, 3, 4]
    assert clocks.in_days(store, 3, now=friday) == datetime(2026, 11, 25, 16, 0, tzinfo=UTC)
    store.opens_at, store.closes_at = time(9), time(17)
    assert clocks.in_days(store, 3, now=friday) == datetime(2026, 11, 25, 16, 0, tzinfo=UTC)
    assert clocks.in_days(store, 1, now=datetime(2026, 11, 21, 12, 0, tzinfo=UTC)) == datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    store.country = "US"  # Thanksgiving is the 26th
    assert clocks.in_days(store, 5, now=friday) == datetime(2026, 11, 30, 16, 0, tzinfo=UTC)


def test_a_deadline_outside_the_hours_still_warns_before(store: Store) -> None:
    store.opens_at, store.closes_at = time(9), time(17)
    night = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
    assert clocks.warning(store, night + 4 * HOUR, now=night) == night + 3 * HOUR


# --- the page ---------------------------------------------------------------------------------------------------------
def test_the_form_offers_working_days_and_moves(case: Case, supervisor: User, client: Client) -> None:
    client.force_login(supervisor)
    url = reverse("case_deadline", args=[case.pk])
    assert "In 2 working days" in client.get(url).content.decode()
    assert client.post(url, {"when": "2", "note": WHY}).status_code == 303
    case.refresh_from_db()
    assert case.due_at > in_(DAY)


def test_another_moment_is_meant_in_the_stores_zone(case: Case, supervisor: User, client: Client) -> None:
    Store.objects.filter(pk=case.store_id).update(time_zone="Asia/Tokyo")
    client.force_login(supervisor)
    moment = in_(3 * DAY).replace(second=0, microsecond=0, tzinfo=None)
    assert (
        client.post(reverse("case_deadline", args=[case.pk]), {"when": "other", "moment": moment.isoformat(), "note": WHY}).status_code
        == 303
    )
    case.refresh_from_db()
    assert case.due_at == moment.replace(tzinfo=ZoneInfo("Asia/Tokyo"))


@pytest.mark.parametrize(("sent", "says"), [
    ({"when": "other", "note": WHY}, "Write the moment"), ({"note": WHY}, "Choose by when"), ({"when": "2"}, "Say in a note why"),
    ({"when": "other", "moment": "soon", "note": WHY}, "day and time"),
])  # fmt: skip
def test_the_form_says_what_is_missing(sent: dict[str, Any], says: str, case: Case, supervisor: User, client: Client) -> None:
    client.force_login(supervisor)
    answer = client.post(reverse("case_deadline", args=[case.pk]), sent)
    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_what_lies_past_the_authorisation_is_not_offered(store: Store, supervisor: User, client: Client) -> None:
    order = OrderFactory(store=store, payment="authorized")
    TransactionFactory(order=order, expires_at=in_(2.5 * DAY))
    client.force_login(supervisor)
    page = client.get(reverse("case_deadline", args=[CaseFactory(order=order).pk])).content.decode()
    assert "In 2 working days" in page
    assert "In 3 working days" not in page
    assert "The authorisation ends" in page


def test_the_form_of_a_clock_that_stands_says_so(case: Case, supervisor: User, client: Client) -> None:
    Case.objects.update(paused_at=timezone.now(), snoozed_until=in_(DAY), snooze_reason="customer")
    client.force_login(supervisor)
    answer = client.get(reverse("case_deadline", args=[case.pk]))
    assert answer.status_code == 409
    assert "Bring it back first" in answer.content.decode()
    assert reverse("case_deadline", args=[case.pk]) not in client.get(reverse("case", args=[case.pk])).content.decode()
