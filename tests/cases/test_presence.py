"""Who is there, and what an open form is told."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.cases.actions import claim, escalate
from ordersops.cases.models import Case, Presence
from ordersops.cases.presence import STAYS, touch
from ordersops.review.actions import approve
from ordersops.stores.models import Store
from tests.factories import CaseFactory, OrderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(store: Store) -> Case:
    return CaseFactory(order=OrderFactory(store=store))


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    client.get(reverse("orders"))
    return client


def test_two_see_each_other_in_the_bar_and_in_the_row(case: Case, fraud_reviewer: User, senior_fraud_reviewer: User) -> None:
    one, two = signed_in(fraud_reviewer), signed_in(senior_fraud_reviewer)
    bar = reverse("_case_bar", args=[case.pk])
    version = one.get(reverse("case", args=[case.pk])).context["version"]
    rows = one.get(reverse("queue", args=["fraud"])).context["version"]
    assert one.get(bar, {"v": version}).status_code == 204
    two.get(reverse("case", args=[case.pk]))
    answer = one.get(bar, {"v": version})
    assert answer.context["here"] == [senior_fraud_reviewer.name]
    assert f"Also here: {senior_fraud_reviewer.name}" in answer.content.decode()
    answer = one.get(reverse("_queue_rows", args=["fraud"]), {"v": rows})
    assert answer.status_code == 200
    assert senior_fraud_reviewer.name in answer.content.decode()


def test_nobody_sees_themselves(case: Case, fraud_reviewer: User) -> None:
    touch(case, fraud_reviewer)
    assert touch(case, fraud_reviewer) == []


def test_leaving_is_seen_at_once_and_going_silent_soon(case: Case, fraud_reviewer: User, senior_fraud_reviewer: User) -> None:
    touch(case, senior_fraud_reviewer)
    assert touch(case, fraud_reviewer) == [senior_fraud_reviewer.name]
    signed_in(senior_fraud_reviewer).post(reverse("case_leave", args=[case.pk]))
    assert touch(case, fraud_reviewer) == []
    touch(case, senior_fraud_reviewer)
    Presence.objects.filter(person=senior_fraud_reviewer).update(seen_at=timezone.now() - STAYS)
    assert touch(case, fraud_reviewer) == []


def test_being_there_is_written_only_once_in_a_while(case: Case, fraud_reviewer: User) -> None:
    touch(case, fraud_reviewer)
    with CaptureQueriesContext(connection) as captured:
        touch(case, fraud_reviewer)
    assert [query["sql"][:6] for query in captured] == ["SELECT"]


def test_the_table_costs_no_log(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'cases_presence'")
        assert cursor.fetchone() == ("u",)


def test_leaving_ends_the_lease_within_moments_and_coming_back_keeps_it(case: Case, fraud_reviewer: User) -> None:
    client = signed_in(fraud_reviewer)
    claim(case=case, by=fraud_reviewer)
    client.post(reverse("case_leave", args=[case.pk]))
    case.refresh_from_db()
    assert timezone.now() < case.lease_until < timezone.now() + timedelta(minutes=1)
    assert client.post(reverse("case_lease", args=[case.pk])).status_code == 204
    case.refresh_from_db()
    assert case.lease_until > timezone.now() + timedelta(minutes=10)


def test_leaving_does_not_end_what_a_colleague_holds(case: Case, fraud_reviewer: User, senior_fraud_reviewer: User) -> None:
    claim(case=case, by=senior_fraud_reviewer)
    signed_in(fraud_reviewer).post(reverse("case_leave", args=[case.pk]))
    case.refresh_from_db()
    assert case.lease_until > timezone.now() + timedelta(minutes=10)


def test_an_open_form_is_told_what_happens_elsewhere(case: Case, fraud_reviewer: User, senior_fraud_reviewer: User) -> None:
    client, url = signed_in(fraud_reviewer), reverse("_case_news", args=[case.pk])

    def told() -> str:
        answer = client.get(url, {"on": case.version}, headers={"X-Seen": "fine", "HX-Request": "true"})
        return "" if answer.status_code == 204 else answer.content.decode()

    assert told() == ""
    claim(case=case, by=senior_fraud_reviewer)
    assert f"{senior_fraud_reviewer.name} took this case" in told()
    Case.objects.update(leased_by=None, lease_until=None, version=case.version + 1)
    assert "New facts or new advice arrived" in told()
    Case.objects.update(version=case.version)
    escalate(case=case, role="senior_fraud_reviewer", note="Beyond me", by=fraud_reviewer)
    assert "escalated" in told()
    approve(case=case, by=senior_fraud_reviewer, version=case.version)
    assert f"was decided by {senior_fraud_reviewer.name}" in told()
    assert "data-stopped" in told()


def test_the_forms_carry_it(case: Case, fraud_reviewer: User) -> None:
    client = signed_in(fraud_reviewer)
    for name in ("case_approve", "case_override", "case_snooze"):
        page = client.get(reverse(name, args=[case.pk])).content.decode()
        assert reverse("_case_news", args=[case.pk]) in page
