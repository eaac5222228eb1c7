"""The figures of /quality/ and /workload/."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.cases.actions import assign, claim
from ordersops.cases.models import Case
from ordersops.insights import quality, workload
from ordersops.review.actions import approve
from ordersops.review.models import Decision
from ordersops.stores.models import Store
from tests.factories import CaseFactory
from tests.insights.scene import decided, judged
from tests.review.scene import case_about

pytestmark = pytest.mark.django_db

ALWAYS = timezone.now() - timedelta(days=400)


@pytest.fixture
def colleague(make_person: Any, store: Store) -> User:
    return make_person(Role.FRAUD_REVIEWER, store, name="Cora League")


# --- quality --------------------------------------------------------------------------------------------------------
def test_agreement_is_counted_over_samples_and_truth_over_known_answers(store: Store, fraud_reviewer: User, colleague: User) -> None:
    for _ in range(3):
        judged(decided(store, fraud_reviewer), colleague, "decline")
    judged(decided(store, fraud_reviewer), colleague, "release")
    judged(decided(store, fraud_reviewer), colleague, "release", truth="bad")
    judged(decided(store, fraud_reviewer, outcome="release"), colleague, "decline", truth="bad")
    (sheet,) = quality.sheets([store.pk], "fraud", ALWAYS)
    assert (sheet.kappa.agreed.part, sheet.kappa.n) == (3, 4)
    assert (sheet.known.part, sheet.known.whole) == (1, 2)
    people = {one.who: one for one in sheet.people}
    assert (people[colleague].kappa.n, people[fraud_reviewer].kappa.n) == (4, 4)
    assert (people[colleague].known.part, people[colleague].known.whole, people[fraud_reviewer].known.whole) == (1, 2, 0)
    assert people[colleague].table == {("decline", "decline"): 3, ("release", "decline"): 1}
    assert people[fraud_reviewer].table == {("decline", "decline"): 3, ("decline", "release"): 1}


def test_differences_are_listed_the_open_ones_first(
    client: Client, store: Store, fraud_reviewer: User, colleague: User, auditor: User
) -> None:
    judged(decided(store, fraud_reviewer), colleague, "decline")
    other = judged(decided(store, fraud_reviewer), colleague, "release")
    assert [one.answer for one in quality.differences([store.pk], "", ALWAYS)] == [other]
    client.force_login(auditor)
    text = client.get(reverse("quality")).content.decode()
    assert reverse("second_answer", args=[other.pk]) in text
    assert "too few" in text


def test_nothing_of_other_stores(store: Store, other_store: Store, fraud_reviewer: User, colleague: User) -> None:
    judged(decided(store, fraud_reviewer), colleague, "release")
    (sheet,) = quality.sheets([other_store.pk], "fraud", ALWAYS)
    assert sheet.kappa.n == 0
    assert not quality.differences([other_store.pk], "", ALWAYS)


# --- workload -------------------------------------------------------------------------------------------------------
def test_open_cases_by_age_and_deadline(store: Store) -> None:
    now = timezone.now()
    for age, due in ((0.5, 1), (2, -1), (100, 1)):
        case = CaseFactory(order__store=store, due_at=now + timedelta(hours=due))
        Case.objects.filter(pk=case.pk).update(opened_at=now - timedelta(hours=age), warn_at=now - timedelta(minutes=1))
    (load,) = workload.loads([store.pk], "fraud", "1", now - timedelta(days=1))
    assert (load.open, load.ages, load.late, load.soon, load.came) == (3, [1, 1, 0, 0, 1], 1, 2, 2)


def test_what_people_did_and_how_long_it_took(store: Store, system: User, fraud_reviewer: User) -> None:
    for _ in range(2):
        case = case_about(store, system)
        claim(case=case, by=fraud_reviewer)
        approve(case=case, by=fraud_reviewer, version=case.version)
    decided(store, fraud_reviewer, overrides=True, note="I know them well")
    (one,) = [found for found in workload.people([store.pk], "", timezone.now() - timedelta(days=1)) if found.decided]
    assert (one.person, one.decided, one.timed, one.overridden.part) == (fraud_reviewer, 3, 2, 1)
    assert one.median is not None
    assert 0 <= one.median <= (one.p90 or 0) < 60
    assert sum(count for _, count in one.days) == Decision.objects.count()


def test_who_holds_and_was_given_what(
    client: Client, store: Store, system: User, colleague: User, supervisor: User, fraud_reviewer: User
) -> None:
    held, given = case_about(store, system), case_about(store, system)
    claim(case=held, by=colleague)
    assign(case=given, to=colleague, by=supervisor)
    one = next(found for found in workload.people([store.pk], "", ALWAYS) if found.person == colleague)
    assert (one.holds, one.assigned) == (1, 1)
    client.force_login(supervisor)
    text = client.get(reverse("workload")).content.decode()
    assert str(held.order) in text
    answer = client.post(reverse("workload_assign", args=[held.pk]), {"to": fraud_reviewer.pk, "next": reverse("workload")})
    assert answer["Location"] == reverse("workload")
    held.refresh_from_db()
    assert (held.assigned_to, held.leased_by) == (fraud_reviewer, None)
    client.post(reverse("workload_assign", args=[held.pk]), {"to": ""})
    held.refresh_from_db()
    assert held.assigned_to is None


def test_late_cases_with_nobody_are_shown(client: Client, store: Store, auditor: User) -> None:
    late = CaseFactory(order__store=store, due_at=timezone.now() - timedelta(hours=1))
    CaseFactory(order__store=store)
    assert workload.with_nobody([store.pk], "") == [late]
    client.force_login(auditor)
    text = client.get(reverse("workload")).content.decode()
    assert str(late.order) in text
    assert reverse("workload_assign", args=[late.pk]) not in text
