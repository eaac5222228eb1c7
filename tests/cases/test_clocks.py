"""Deadlines of cases: business hours, authorisations, warnings, breaches, pauses."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.audit.verbs import Verb
from ordersops.cases import clocks
from ordersops.cases.actions import snooze, tick, wake_by_hand
from ordersops.cases.around import breached
from ordersops.cases.clocks import deadline
from ordersops.cases.models import Case
from ordersops.stores.models import Store
from tests.factories import CaseFactory, OrderFactory, TransactionFactory
from tests.kernel.history import told

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)  # a Friday
HOUR = timedelta(hours=1)


def test_without_hours_the_clock_runs_around_the_clock(store: Store) -> None:
    until = deadline(order=OrderFactory(store=store, payment="paid"), within=4 * HOUR, now=NOW)
    assert (until.due_at, until.warn_at, until.authorised_until) == (NOW + 4 * HOUR, NOW + 3 * HOUR, None)


def test_the_stores_hours_count(store: Store) -> None:
    store.country, store.opens_at, store.closes_at, store.working_days = "US", time(9), time(17), [0, 1, 2, 3, 4]
    store.save()
    until = deadline(order=OrderFactory(store=store, payment="paid"), within=4 * HOUR, now=NOW)
    assert until.due_at == datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    assert until.warn_at == datetime(2026, 11, 23, 11, 0, tzinfo=UTC)


def test_a_deadline_ends_with_the_authorisation(store: Store) -> None:
    order = OrderFactory(store=store, payment="authorized")
    TransactionFactory(order=order, at=NOW - timedelta(days=5), expires_at=NOW + HOUR)
    until = deadline(order=order, within=4 * HOUR, now=NOW)
    assert until.due_at == until.authorised_until == NOW + HOUR
    assert until.warn_at == NOW + HOUR * 0.75


def test_an_authorisation_that_says_nothing_is_assumed_to_end_after_a_week(store: Store, settings: Any) -> None:
    order = OrderFactory(store=store, payment="authorized")
    TransactionFactory(order=order, at=NOW - timedelta(days=6))
    TransactionFactory(order=order, at=NOW - timedelta(days=9), status="failure")
    assert deadline(order=order, within=HOUR, now=NOW).authorised_until == NOW + timedelta(days=1)
    assert clocks.is_assumed(order.transactions.all())
    settings.AUTHORISED_DAYS = 10
    assert deadline(order=order, within=HOUR, now=NOW).authorised_until == NOW + timedelta(days=4)
    TransactionFactory(order=order, at=NOW - timedelta(days=6), expires_at=NOW + HOUR)
    assert not clocks.is_assumed(order.transactions.all())


def test_paid_money_does_not_run_out(store: Store) -> None:
    order = OrderFactory(store=store, payment="paid")
    TransactionFactory(order=order, at=NOW - timedelta(days=30), expires_at=NOW)
    assert deadline(order=order, within=HOUR, now=NOW).authorised_until is None


def case_due(store: Store, due: timedelta, **more: Any) -> Case:
    return CaseFactory(order=OrderFactory(store=store), due_at=timezone.now() + due, **more)


@pytest.mark.parametrize(
    ("due", "warn", "urgency"), [(HOUR, HOUR / 2, "later"), (HOUR, -HOUR, "soon"), (-HOUR, -2 * HOUR, "late")]
)  # fmt: skip
def test_urgency(store: Store, due: timedelta, warn: timedelta, urgency: str) -> None:
    assert case_due(store, due, warn_at=timezone.now() + warn).urgency == urgency


def test_a_breach_is_told_once_and_supervisors_see_it(store: Store, supervisor: User, fraud_reviewer: User) -> None:
    late, fine = case_due(store, -HOUR), case_due(store, HOUR)
    tick()
    tick()
    assert told(case=late) == [Verb.CASE_BREACHED]
    assert told(case=fine) == []
    assert breached(supervisor) == [late]
    assert breached(fraud_reviewer) == []


def test_three_quarters_are_told_once_for_each_question(store: Store, fraud_reviewer: User, supervisor: User) -> None:
    short = case_due(store, HOUR, warn_at=timezone.now() - HOUR)
    fine = case_due(store, HOUR, warn_at=timezone.now() + HOUR / 2)
    late = case_due(store, -HOUR, warn_at=timezone.now() - 2 * HOUR)
    stands = case_due(store, 2 * HOUR, warn_at=timezone.now() + HOUR)
    snooze(case=stands, until=timezone.now() + HOUR, reason="customer", by=fraud_reviewer)
    Case.objects.filter(pk=stands.pk).update(warn_at=timezone.now() - HOUR)
    tick()
    tick()
    assert told(case=short) == [Verb.CASE_DUE_SOON]
    assert told(case=late) == [Verb.CASE_BREACHED]
    assert Verb.CASE_DUE_SOON not in {*told(case=fine), *told(case=stands)}


def test_a_clock_that_stands_is_not_breached_and_goes_on_where_it_stood(store: Store, fraud_reviewer: User) -> None:
    case = case_due(store, 2 * HOUR, warn_at=timezone.now() + HOUR)
    snooze(case=case, until=timezone.now() + timedelta(days=2), reason="customer", by=fraud_reviewer)
    case.refresh_from_db()
    assert case.urgency == "paused"
    Case.objects.update(paused_at=timezone.now() - 3 * HOUR, due_at=timezone.now() - HOUR, warn_at=timezone.now() - 2 * HOUR)
    tick()
    case.refresh_from_db()
    assert case.breached_at is None
    case = wake_by_hand(case=case, by=fraud_reviewer)
    assert abs(case.due_at - (timezone.now() + 2 * HOUR)) < timedelta(minutes=5)
    assert abs(case.warn_at - (timezone.now() + HOUR)) < timedelta(minutes=5)
    assert case.paused_at is None


def test_the_clock_goes_on_for_a_reason_that_holds_nobody_up(store: Store, fraud_reviewer: User) -> None:
    case = case_due(store, HOUR)
    due = case.due_at
    case = snooze(case=case, until=timezone.now() + HOUR, reason="later", by=fraud_reviewer)
    assert (case.paused_at, case.due_at) == (None, due)


def test_the_end_of_an_authorisation_never_moves(store: Store) -> None:
    end = timezone.now() + HOUR
    case = case_due(store, HOUR, authorised_until=end)
    case.due_at, case.paused_at = end, timezone.now() - 5 * HOUR
    clocks.resume(case)
    assert case.due_at == end
