"""Verbs on teams and skills."""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone
from django.utils.module_loading import import_string

from ordersops.accounts.access import require_anywhere
from ordersops.accounts.actions.rules import checked_name, has_all, require_all
from ordersops.accounts.models import Skill, SkillKind, Team, User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.errors import Conflict, Invalid

if TYPE_CHECKING:
    from ordersops.stores.models import Store


@atomic
def make_team(*, name: str, stores: "Iterable[Store]", by: User) -> Team:
    """Found a team for some stores. Needs the right to manage teams in each of them."""
    found = _stores(stores, by)
    team = Team(name=checked_name(name, "A team"))
    _save(team)
    team.stores.set(found)
    record(Verb.TEAM_MADE, by=by, team=team.pk, name=team.name)
    return team


@atomic
def change_team(*, team: Team, name: str, stores: "Iterable[Store]", members: Iterable[User], by: User) -> Team:
    """Set name, stores and members. Needs the right to manage teams in every store that it had and that it gets.

    A member has a role in one of the team's stores; one who has lost theirs may stay, and is shown without.
    """
    team = Team.objects.select_for_update().get(pk=team.pk)
    _still_standing(team)
    before = set(team.stores.values_list("pk", flat=True))
    require_all(by, before, to="change this team", perm=Perm.MANAGE_TEAMS)
    found, people = _stores(stores, by), list(members)
    stay = set(team.members.values_list("pk", flat=True))
    new = {person.pk for person in people} - stay
    at_work = User.objects.filter(pk__in=new, is_active=True, groups__store_role__store__in=[store.pk for store in found])
    if strangers := new - set(at_work.values_list("pk", flat=True)):
        name_of = next(person.name for person in people if person.pk in strangers)
        raise Invalid(f"{name_of} has no role in a store of this team, or a closed account. Nothing was changed.")
    team.name = checked_name(name, "A team")
    _save(team)
    team.stores.set(found)
    team.members.set(people)
    record(Verb.TEAM_CHANGED, by=by, team=team.pk, name=team.name, members=len(people))
    return team


@atomic
def dissolve_team(*, team: Team, by: User) -> None:
    """End a team. Its name stays in the history; nothing can be given to it any more, and what it held is anybody's (settings.WHEN_A_TEAM_ENDS)."""
    team = Team.objects.select_for_update().get(pk=team.pk)
    require_all(by, team.stores.values_list("pk", flat=True), to="dissolve this team", perm=Perm.MANAGE_TEAMS)
    _still_standing(team)
    team.dissolved_at = timezone.now()
    team.save(update_fields=["dissolved_at"])
    for path in settings.WHEN_A_TEAM_ENDS:
        import_string(path)(team=team, by=by)
    record(Verb.TEAM_DISSOLVED, by=by, team=team.pk, name=team.name)


@atomic
def add_skill(*, kind: str, name: str, by: User) -> Skill:
    """Add a skill that people can be said to have. Needs the right to manage teams in some store."""
    require_anywhere(by, Perm.MANAGE_TEAMS)
    if kind not in SkillKind.values:
        raise Invalid("Choose what kind of skill it is.")
    skill = Skill(kind=kind, name=checked_name(name, "A skill"))
    try:
        with atomic():
            skill.save(force_insert=True)
    except IntegrityError:
        raise Conflict(f"There is a skill “{skill.name}” already.") from None
    record(Verb.SKILL_ADDED, by=by, name=skill.name)
    return skill


@atomic
def remove_skill(*, skill: Skill, by: User) -> None:
    """Remove a skill that nobody has."""
    require_anywhere(by, Perm.MANAGE_TEAMS)
    skill = Skill.objects.select_for_update().get(pk=skill.pk)
    if skill.people.exists():
        raise Conflict(f"Somebody has the skill “{skill.name}”. Take it from everybody first.")
    name = skill.name
    skill.delete()
    record(Verb.SKILL_REMOVED, by=by, name=name)


def may_change(team_stores: Iterable[UUID], by: User) -> bool:
    """Whether the person manages teams in all of these stores: for drawing the controls."""
    return has_all(by, team_stores, Perm.MANAGE_TEAMS)


def _stores(stores: "Iterable[Store]", by: User) -> "list[Store]":
    found = list(stores)
    if not found:
        raise Invalid("A team works for at least one store.")
    require_all(by, [store.pk for store in found], to="set up a team", perm=Perm.MANAGE_TEAMS)
    return found


def _still_standing(team: Team) -> None:
    if team.dissolved_at:
        raise Conflict(f"{team} is dissolved.")


def _save(team: Team) -> None:
    try:
        with atomic():
            team.save()
    except IntegrityError:
        raise Conflict(f"There is a team “{team.name}” already. Choose another name.") from None
