"""Teams and skills."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from ordersops.accounts import actions, pages, queries
from ordersops.accounts.access import can_anywhere, require_anywhere, store_ids
from ordersops.accounts.actions.rules import has_all
from ordersops.accounts.forms import SkillForm, TeamForm
from ordersops.accounts.models import Skill, SkillKind, Team, User
from ordersops.accounts.roles import Perm
from ordersops.errors import Invalid
from ordersops.htmx import Request, done
from ordersops.lists import CAP


@require_safe
def teams(request: Request) -> HttpResponse:
    require_anywhere(request.user, Perm.VIEW_PEOPLE)
    context = {
        "rows": pages.team_rows(request.user),
        "skills": Skill.objects.prefetch_related("people"),
        "kinds": SkillKind.choices,
        "may_make": can_anywhere(request.user, Perm.MANAGE_TEAMS),
        "stores": _stores(request.user),
        "tab": "teams",
    }
    return render(request, "accounts/teams.html", context)


@require_POST
def make(request: Request) -> HttpResponse:
    require_anywhere(request.user, Perm.MANAGE_TEAMS)
    choices = _stores(request.user)
    form = TeamForm(request.POST, stores=choices)
    if not form.is_valid():
        raise Invalid("A team needs a name and at least one store. Nothing was made.")
    made = actions.make_team(name=form.cleaned_data["name"], stores=queries.stores(map(UUID, form.cleaned_data["stores"])), by=request.user)
    return done(request, "team", made.pk, say=f"The team {made} is there. Choose its members.")


@require_safe
def team(request: Request, pk: UUID) -> HttpResponse:
    found = _load(request, pk)
    user = request.user
    stores = list(found.stores.all())
    may_change = has_all(user, [store.pk for store in stores], Perm.MANAGE_TEAMS)
    seen = queries.visible_people(user).order_by("name")
    members = set(found.members.values_list("pk", flat=True))
    context = {
        "team": found,
        "stores": stores,
        "members": queries.rows(seen.filter(pk__in=members).prefetch_related("shifts")),
        "hidden": len(members) - seen.filter(pk__in=members).count(),
        "may_change": may_change,
        "store_choices": [(key, name, key in {str(store.pk) for store in stores}) for key, name in _stores(user)],
        "people": [(person, person.pk in members) for person in _candidates(found, user)] if may_change else [],
        "tab": "teams",
    }
    return render(request, "accounts/team.html", context)


@require_POST
def change(request: Request, pk: UUID) -> HttpResponse:
    found = _load(request, pk)
    require_anywhere(request.user, Perm.MANAGE_TEAMS)
    candidates = _candidates(found, request.user)
    form = TeamForm(request.POST, stores=_stores(request.user), members=[(str(person.pk), person.name) for person in candidates])
    if not form.is_valid():
        raise Invalid("A team needs a name and at least one store, and members from these stores. Nothing was changed.")
    said = form.cleaned_data
    chosen = {UUID(pk) for pk in said["members"]}
    shown = {person.pk for person in candidates}
    unseen = list(found.members.exclude(pk__in=shown))  # members whom this person does not see stay
    members = [*(person for person in candidates if person.pk in chosen), *unseen]
    actions.change_team(team=found, name=said["name"], stores=queries.stores(map(UUID, said["stores"])), members=members, by=request.user)
    return done(request, "team", found.pk, say=f"The team {said['name']} is saved.")


@require_POST
def dissolve(request: Request, pk: UUID) -> HttpResponse:
    found = _load(request, pk)
    require_anywhere(request.user, Perm.MANAGE_TEAMS)
    actions.dissolve_team(team=found, by=request.user)
    return done(request, "teams", say=f"The team {found} is dissolved.")


@require_POST
def add_skill(request: Request) -> HttpResponse:
    require_anywhere(request.user, Perm.MANAGE_TEAMS)
    form = SkillForm(request.POST)
    if not form.is_valid():
        raise Invalid("A skill needs a kind and a name. Nothing was added.")
    skill = actions.add_skill(by=request.user, **form.cleaned_data)
    return done(request, "teams", say=f"The skill {skill} is there. Give it to people on their pages.")


@require_POST
def remove_skill(request: Request, pk: int) -> HttpResponse:
    require_anywhere(request.user, Perm.MANAGE_TEAMS)
    skill = get_object_or_404(Skill, pk=pk)
    actions.remove_skill(skill=skill, by=request.user)
    return done(request, "teams", say=f"The skill {skill} is removed.")


def _load(request: Request, pk: UUID) -> Team:
    require_anywhere(request.user, Perm.VIEW_PEOPLE)
    return get_object_or_404(Team.objects.standing().visible_to(request.user), pk=pk)


def _stores(user: User) -> list[tuple[str, str]]:
    return [(str(store.pk), store.name) for store in queries.stores(store_ids(user, Perm.MANAGE_TEAMS))]


def _candidates(team: Team, user: User) -> list[User]:
    """Who can be a member: members as they are, and active people whom the asker sees with a role in a store where they manage teams."""
    at_work = User.objects.filter(groups__store_role__store__in=store_ids(user, Perm.MANAGE_TEAMS), is_active=True).values("pk")
    visible = queries.visible_people(user).order_by("name", "pk")
    return list((visible.filter(pk__in=at_work) | visible.filter(teams=team)).distinct()[:CAP])
