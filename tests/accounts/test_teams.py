"""Teams, skills and hours: data about people, none of which gives a right."""

from datetime import UTC, datetime, time
from typing import Any

import pytest

from ordersops.accounts.access import rights
from ordersops.accounts.actions import add_skill, change_team, describe_person, dissolve_team, make_team, remove_skill
from ordersops.accounts.hours import next_start, works_now
from ordersops.accounts.models import Skill, Team, User
from ordersops.accounts.queries import visible_people
from ordersops.accounts.roles import Role
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.stores.models import Store

pytestmark = pytest.mark.django_db
DAY = (time(9), time(17))


def test_a_team_has_people_of_its_stores(supervisor: User, make_person: Any, store: Store, other_store: Store) -> None:
    team = make_team(name="Night", stores=[store], by=supervisor)
    person, stranger = make_person(Role.FRAUD_REVIEWER, store), make_person(Role.FRAUD_REVIEWER, other_store)
    before = rights(person)
    change_team(team=team, name="Night watch", stores=[store], members=[person], by=supervisor)
    assert list(team.members.all()) == [person]
    assert rights(User.objects.get(pk=person.pk)) == before
    with pytest.raises(Invalid, match="no role"):
        change_team(team=team, name="Night watch", stores=[store], members=[person, stranger], by=supervisor)
    assert list(Team.objects.of_store(store.pk)) == [team]


def test_it_takes_the_right_in_all_stores_of_the_team(
    supervisor: User, auditor: User, store: Store, other_store: Store, system: User
) -> None:
    team = make_team(name="Night", stores=[store, other_store], by=system)
    with pytest.raises(Forbidden):
        make_team(name="Day", stores=[store], by=auditor)
    with pytest.raises(Forbidden):
        make_team(name="Day", stores=[store, other_store], by=supervisor)
    for verb in (
        lambda: change_team(team=team, name="Mine", stores=[store], members=[], by=supervisor),
        lambda: dissolve_team(team=team, by=supervisor),
    ):
        with pytest.raises(Forbidden):
            verb()


def test_a_dissolved_team_is_over_and_its_name_free(supervisor: User, store: Store) -> None:
    team = make_team(name="Night", stores=[store], by=supervisor)
    with pytest.raises(Conflict):
        make_team(name="NIGHT", stores=[store], by=supervisor)
    dissolve_team(team=team, by=supervisor)
    with pytest.raises(Conflict):
        dissolve_team(team=team, by=supervisor)
    make_team(name="Night", stores=[store], by=supervisor)


def test_a_skill_that_somebody_has_stays(supervisor: User, make_person: Any, store: Store) -> None:
    skill, person = add_skill(kind="language", name="Basque", by=supervisor), make_person(Role.SUPPORT_AGENT, store)
    with pytest.raises(Conflict):
        add_skill(kind="language", name="basque", by=supervisor)
    describe_person(person=person, by=supervisor, time_zone="", hours={}, skills=[skill.pk])
    with pytest.raises(Conflict, match="Somebody has"):
        remove_skill(skill=skill, by=supervisor)
    describe_person(person=person, by=supervisor, time_zone="", hours={}, skills=[])
    remove_skill(skill=skill, by=supervisor)
    assert not Skill.objects.exists()


def test_people_set_their_own_hours_and_nobodys_skills(make_person: Any, supervisor: User, store: Store, other_store: Store) -> None:
    person = make_person(Role.SUPPORT_AGENT, store)
    describe_person(person=person, by=person, time_zone="Europe/Berlin", hours={0: DAY})
    with pytest.raises(Forbidden):
        describe_person(person=person, by=person, time_zone="", hours={}, skills=[])
    for stranger in (make_person(Role.SUPPORT_AGENT, store), make_person(Role.SUPERVISOR, other_store)):
        with pytest.raises(Forbidden):
            describe_person(person=person, by=stranger, time_zone="", hours={})
    assert person.shifts.count() == 1
    for zone, hours in (("Mars/Base", {}), ("", {7: DAY}), ("", {0: (time(9), time(9))})):
        with pytest.raises(Invalid):
            describe_person(person=person, by=supervisor, time_zone=zone, hours=hours)


def test_hours_are_in_the_persons_own_zone_and_go_past_midnight(make_person: Any, store: Store) -> None:
    person = make_person(Role.SUPPORT_AGENT, store)
    assert works_now(person) is None
    assert next_start(person) is None
    person = describe_person(person=person, by=person, time_zone="Europe/Berlin", hours={0: DAY, 4: (time(22), time(6))})
    monday, saturday = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 6, tzinfo=UTC)  # Berlin is two hours ahead
    assert works_now(person, monday.replace(hour=7)) is True
    assert works_now(person, monday.replace(hour=6)) is False
    assert works_now(person, monday.replace(hour=15)) is False
    assert works_now(person, saturday.replace(hour=3)) is True
    assert works_now(person, saturday.replace(hour=4)) is False
    assert next_start(person, saturday.replace(hour=4)) == datetime(2026, 6, 8, 7, tzinfo=UTC)


def test_people_are_seen_through_a_shared_store_alone(
    admin: User, make_person: Any, store: Store, other_store: Store, system: User
) -> None:
    colleague, stranger, newcomer = make_person(Role.AUDITOR, store), make_person(Role.AUDITOR, other_store), make_person()
    seen = set(visible_people(admin))
    assert colleague in seen
    assert not seen & {stranger, newcomer, system}
