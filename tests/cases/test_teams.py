"""Teams hold cases: each member may take one, others once it is overdue; and who is off duty is not given work by accident."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.actions import dissolve_team
from ordersops.accounts.models import Shift, Team, User
from ordersops.accounts.roles import Role
from ordersops.audit.verbs import Verb
from ordersops.cases.actions import assign, escalate, hand_back, next_case
from ordersops.cases.duty import off_duty
from ordersops.cases.models import Case
from ordersops.cases.queries import mine
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.review.actions import approve
from ordersops.stores.models import Store
from tests.factories import CaseFactory, OrderFactory
from tests.kernel.history import events, told
from tests.people import MakePerson

pytestmark = pytest.mark.django_db
MONDAY_NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def case(store: Store) -> Case:
    return CaseFactory(order=OrderFactory(store=store), priority=10)


@pytest.fixture
def colleague(make_person: MakePerson, store: Store) -> User:
    return make_person(Role.FRAUD_REVIEWER, store, name="A colleague")


@pytest.fixture
def team(store: Store, fraud_reviewer: User) -> Team:
    found = Team.objects.create(name="Night shift")
    found.stores.add(store)
    found.members.add(fraud_reviewer)
    return found


# --- A team holds a case ----------------------------------------------------------------------------------------------
def test_a_teams_case_is_its_members_to_take(
    case: Case, store: Store, team: Team, supervisor: User, fraud_reviewer: User, colleague: User
) -> None:
    assign(case=case, to=team, by=supervisor, note="Yours")
    assert next_case(lane="fraud", by=colleague) is None
    assert (mine(fraud_reviewer), mine(colleague)) == ([case], [])
    CaseFactory(order=OrderFactory(store=store), priority=90)
    assert next_case(lane="fraud", by=fraud_reviewer) == case
    (event,) = events(Verb.CASE_GIVEN_TO_TEAM, case=case)
    assert (event.data["to"], event.data["team"]) == ("Night shift", str(team.pk))


def test_others_get_it_once_it_is_overdue(case: Case, team: Team, supervisor: User, colleague: User) -> None:
    assign(case=case, to=team, by=supervisor)
    Case.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    assert next_case(lane="fraud", by=colleague) == case


def test_a_person_takes_the_place_of_the_team_and_nobody_that_of_both(case: Case, team: Team, supervisor: User, colleague: User) -> None:
    assign(case=case, to=team, by=supervisor)
    with pytest.raises(Conflict, match="Night shift already"):
        assign(case=case, to=team, by=supervisor)
    case = assign(case=case, to=colleague, by=supervisor)
    assert (case.team, case.assigned_to) == (None, colleague)
    assign(case=case, to=team, by=supervisor)
    case = assign(case=case, to=None, by=supervisor)
    assert (case.team, case.assigned_to) == (None, None)


def test_only_to_teams_of_the_store_that_can_decide(case: Case, team: Team, supervisor: User, other_store: Store, auditor: User) -> None:
    team.members.set([auditor])
    with pytest.raises(Invalid, match="nobody who decides fraud"):
        assign(case=case, to=team, by=supervisor)
    team.stores.set([other_store])
    with pytest.raises(Invalid):
        assign(case=case, to=team, by=supervisor)


def test_what_is_escalated_to_a_team_is_decided_by_it_and_supervisors(
    case: Case, team: Team, fraud_reviewer: User, colleague: User, supervisor: User
) -> None:
    with pytest.raises(Invalid, match="nobody else"):
        escalate(case=case, team=team, note="Beyond me", by=fraud_reviewer)
    case = escalate(case=case, team=team, note="They know this ring", by=colleague)
    assert events(Verb.CASE_ESCALATED, case=case)[0].data["role"] == "the team Night shift"
    with pytest.raises(Forbidden, match="the team Night shift or a supervisor"):
        approve(case=case, by=colleague, version=case.version)
    with pytest.raises(Conflict, match="Hand it back first"):
        assign(case=case, to=None, by=supervisor)
    with pytest.raises(Invalid, match="cannot take this case"):
        assign(case=case, to=colleague, by=supervisor)
    assert next_case(lane="fraud", by=colleague) is None
    assert next_case(lane="fraud", by=fraud_reviewer) == case
    case = hand_back(case=case, note="Not theirs after all", by=fraud_reviewer)
    assert (case.escalated_to, case.team) == ("", None)
    assert next_case(lane="fraud", by=colleague) == case


def test_a_role_or_a_team_and_not_both(case: Case, team: Team, colleague: User) -> None:
    for more in ({}, {"role": "supervisor", "team": team}):
        with pytest.raises(Invalid, match="a role or a team"):
            escalate(case=case, note="Beyond me", by=colleague, **more)  # type: ignore[arg-type]


def test_what_a_dissolved_team_held_is_anybodys(
    case: Case, team: Team, supervisor: User, colleague: User, store: Store, make_person: Any
) -> None:
    escalate(case=case, team=team, note="They know this ring", by=colleague)
    dissolve_team(team=team, by=make_person(Role.ADMIN, store))
    assert next_case(lane="fraud", by=colleague) == case
    assert Verb.CASE_TEAM_GONE in told(case=case)


def test_the_forms_offer_teams(case: Case, team: Team, supervisor: User, colleague: User, client: Client) -> None:
    client.force_login(supervisor)
    assert "Night shift" in client.get(reverse("case_assign", args=[case.pk])).content.decode()
    client.post(reverse("case_assign", args=[case.pk]), {"to": f"team:{team.pk}", "note": ""})
    case.refresh_from_db()
    assert case.team == team
    assert "With the team Night shift" in client.get(reverse("queue", args=["fraud"])).content.decode()
    for wrong in ("team:", "team:nonsense", "nonsense", str(team.pk)):
        assert client.post(reverse("case_assign", args=[case.pk]), {"to": wrong}).status_code == 422
    client.force_login(colleague)
    client.post(reverse("case_escalate", args=[case.pk]), {"role": f"team:{team.pk}", "note": "They know this ring"})
    case.refresh_from_db()
    assert case.escalated_to == "team:"


# --- Off duty ---------------------------------------------------------------------------------------------------------
def works(person: User, first: int, last: int) -> None:
    """Monday, between these hours."""
    Shift.objects.create(person=person, weekday=0, starts=time(first), ends=time(last))


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [(9, 17, ""), (14, 17, "off duty until Monday 14:00 (UTC)"), (8, 12, "off duty until Monday 08:00 (UTC)")],
)
def test_a_persons_own_hours(store: Store, fraud_reviewer: User, first: int, last: int, says: str) -> None:
    works(fraud_reviewer, first, last)
    assert says in off_duty(fraud_reviewer, store, MONDAY_NOON)
    assert bool(says) == bool(off_duty(fraud_reviewer, store, MONDAY_NOON))


def test_without_hours_of_their_own_the_stores_count(store: Store, fraud_reviewer: User) -> None:
    assert off_duty(fraud_reviewer, store, MONDAY_NOON) == ""
    store.working_days, store.opens_at, store.closes_at, store.time_zone = [0], time(9), time(17), "Europe/Berlin"
    assert off_duty(fraud_reviewer, store, MONDAY_NOON) == ""
    says = off_duty(fraud_reviewer, store, MONDAY_NOON + timedelta(days=1))
    assert "closed until Monday 09:00 (Europe/Berlin)" in says


def test_who_is_off_duty_is_given_work_only_on_purpose(
    case: Case, supervisor: User, fraud_reviewer: User, client: Client, time_machine: Any
) -> None:
    time_machine.move_to(MONDAY_NOON, tick=True)
    works(fraud_reviewer, 14, 17)
    with pytest.raises(Invalid, match=r"off duty until Monday 14:00 \(UTC\)\. Choose somebody else"):
        assign(case=case, to=fraud_reviewer, by=supervisor)
    client.force_login(supervisor)
    form = {"to": str(fraud_reviewer.pk), "note": "For later"}
    refused = client.post(reverse("case_assign", args=[case.pk]), form)
    assert (refused.status_code, "off duty until" in refused.content.decode()) == (422, True)
    client.post(reverse("case_assign", args=[case.pk]), {**form, "off_duty": "on"})
    case.refresh_from_db()
    assert case.assigned_to == fraud_reviewer


def test_one_gives_oneself_work_at_any_time(case: Case, supervisor: User, time_machine: Any) -> None:
    time_machine.move_to(MONDAY_NOON, tick=True)
    works(supervisor, 14, 17)
    assert assign(case=case, to=supervisor, by=supervisor).assigned_to == supervisor
