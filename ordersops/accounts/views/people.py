"""The list of people, and one person."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ordersops.accounts import actions, pages, queries, waiting
from ordersops.accounts.access import can_anywhere, get_or_404, require_anywhere
from ordersops.accounts.forms import InviteForm, PeopleFilters, ProfileForm, RoleForm, WhyForm
from ordersops.accounts.models import Skill, User
from ordersops.accounts.roles import Perm
from ordersops.errors import Invalid
from ordersops.htmx import Request, done

if TYPE_CHECKING:
    from ordersops.accounts.actions.invitations import Link
    from ordersops.stores.models import Store

ASKED = "It waits for a second person."


@require_safe
def people(request: Request) -> HttpResponse:
    require_anywhere(request.user, Perm.VIEW_PEOPLE)
    return _people(request)


def _people(request: Request, form: InviteForm | None = None, status: int = 200) -> HttpResponse:
    user = request.user
    filters = PeopleFilters(request.GET, **queries.choices(user))
    page = queries.people(user, filters.read(), request.GET.get("cursor", ""))
    context: dict[str, Any] = {
        **filters.context(page),
        "people": queries.rows(page.rows),
        "tab": "people",
        "waiting": waiting.rows(waiting.visible_changes(user).waiting().order_by("asked_at")[: waiting.SHOWN], user),
        "form": form or InviteForm(),
    }
    if can_anywhere(user, Perm.MANAGE_PEOPLE):
        context["invite"] = pages.invite_choices(user)
    return render(request, "accounts/people.html", context, status=status)


@never_cache
@require_POST
def invite(request: Request) -> HttpResponse:
    """Make the account and its link, send it, and ask for the role."""
    require_anywhere(request.user, Perm.MANAGE_PEOPLE)
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _people(request, form, status=422)
    said = form.cleaned_data
    store = _store(request, said.pop("store"))
    invited = actions.invite_into(by=request.user, store=store, **said)
    asked = f"{invited.change.role_name} in {store} waits for a second person."
    if invited.link is None:
        return done(request, "person", invited.person.pk, say=f"{invited.person} has an account already. {asked}")
    return _sent(request, invited.link, asked)


@never_cache
@require_POST
def link(request: Request, pk: UUID) -> HttpResponse:
    """Another link for somebody who has not set a password yet."""
    found = _load(request, pk)
    return _sent(request, actions.new_link(person=found, by=request.user), "")


def _sent(request: Request, link: "Link", asked: str) -> HttpResponse:
    """Say whether the mail left. Where no mail is set up, the link is in this answer, and nowhere afterwards."""
    context = {"person": link.invitation.person, "invitation": link.invitation, "asked": asked, "tab": "people"}
    context |= {"sent": actions.send_link(link=link), "mail_leaves": settings.MAIL_LEAVES}
    context["url"] = "" if settings.MAIL_LEAVES else link.url
    return render(request, "accounts/invited.html", context)


@require_safe
def person(request: Request, pk: UUID) -> HttpResponse:
    found = _load(request, pk)
    return render(request, "accounts/person.html", {**pages.person_page(found, request.user, request.GET.dict()), "tab": "people"})


@require_POST
def give_role(request: Request, pk: UUID) -> HttpResponse:
    """Ask for a role."""
    found = _load(request, pk)
    said, store = _role_and_store(request)
    change = actions.ask_give(person=found, store=store, by=request.user, **said)
    return done(request, "person", found.pk, say=f"{found} as {change.role_name} in {store}: asked. {ASKED}")


@require_POST
def take_role(request: Request, pk: UUID) -> HttpResponse:
    """Ask for a role to be taken away."""
    found = _load(request, pk)
    said, store = _role_and_store(request)
    change = actions.ask_take(person=found, store=store, by=request.user, **said)
    return done(request, "person", found.pk, say=f"{found} no longer {change.role_name} in {store}: asked. {ASKED}")


@require_POST
def deactivate(request: Request, pk: UUID) -> HttpResponse:
    found = _load(request, pk)
    actions.deactivate(person=found, by=request.user)
    return done(request, "person", found.pk, say=f"The account of {found} is closed, and every session has ended.")


@require_POST
def reopen(request: Request, pk: UUID) -> HttpResponse:
    """Ask for a closed account to be opened again."""
    found = _load(request, pk)
    form = WhyForm(request.POST)
    if not form.is_valid():
        raise Invalid("Say in a few words why. Nothing was asked for.")
    actions.ask_reopen(person=found, by=request.user, why=form.cleaned_data["why"])
    return done(request, "person", found.pk, say=f"The account of {found} opens again once a second person approves it.")


@require_POST
def describe(request: Request, pk: UUID) -> HttpResponse:
    """Time zone, hours and skills."""
    found = _load(request, pk)
    form = ProfileForm(request.POST, skills=[(str(skill.pk), skill.name) for skill in Skill.objects.all()])
    if not form.is_valid():
        raise Invalid(f"{_first_error(form.errors.values())} Nothing was changed.")
    skills = [int(each) for each in form.cleaned_data["skills"]] if request.POST.get("with_skills") else None
    actions.describe_person(
        person=found, by=request.user, time_zone=form.cleaned_data["time_zone"].strip(), hours=form.hours(), skills=skills
    )
    return done(request, reverse("person", args=[found.pk]) + "#hours", say=f"The hours of {found} are saved.")


# --- Read from the request ------------------------------------------------------------------------------------------
def _load(request: Request, pk: UUID) -> User:
    """Somebody whom the asker may see; oneself, always."""
    if pk == request.user.pk:
        return queries.oneself(request.user)
    require_anywhere(request.user, Perm.VIEW_PEOPLE)
    return get_object_or_404(queries.visible_people(request.user), pk=pk)


def _store(request: Request, pk: UUID) -> "Store":
    return get_or_404(apps.get_model("stores", "Store").objects.all(), request, Perm.MANAGE_PEOPLE, pk=pk)


def _role_and_store(request: Request) -> "tuple[dict[str, str], Store]":
    form = RoleForm(request.POST)
    if not form.is_valid():
        raise Invalid("Choose a role and a store, and say in a few words why. Nothing was asked for.")
    said = form.cleaned_data
    return {"role": said["role"], "why": said["why"]}, _store(request, said["store"])


def _first_error(errors: Iterable[Any]) -> str:
    return str(next(iter(next(iter(errors)))))
