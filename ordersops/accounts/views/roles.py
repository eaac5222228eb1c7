"""Roles: what each may see and do, who has it, and roles of one's own."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from ordersops.accounts import actions, pages
from ordersops.accounts.access import require_anywhere
from ordersops.accounts.catalogue import BUILT_IN, RoleEntry, all_roles
from ordersops.accounts.forms import OwnRoleForm, WhyForm
from ordersops.accounts.roles import Perm, areas
from ordersops.errors import Invalid
from ordersops.htmx import Request, done

PERMS = [(str(perm), perm.sentence) for perm in Perm]


@require_safe
def roles(request: Request) -> HttpResponse:
    require_anywhere(request.user, Perm.VIEW_PEOPLE)
    return render(request, "accounts/roles.html", {**pages.roles_page(request.user), "tab": "roles"})


@require_safe
def role(request: Request, key: str) -> HttpResponse:
    require_anywhere(request.user, Perm.VIEW_PEOPLE)
    return render(request, "accounts/role.html", {**pages.role_page(_load(key), request.user), "tab": "roles"})


@require_safe
def new(request: Request) -> HttpResponse:
    """The form of a role, filled with the rights of the one it is based on."""
    require_anywhere(request.user, Perm.MANAGE_PEOPLE)
    based_on = all_roles().get(request.GET.get("based_on", ""), next(iter(BUILT_IN.values())))
    form = OwnRoleForm(perms=PERMS, initial={"based_on": based_on.key, "perms": based_on.fingerprint})
    return _form(request, form, based_on)


@require_POST
def make(request: Request) -> HttpResponse:
    require_anywhere(request.user, Perm.MANAGE_PEOPLE)
    form = OwnRoleForm(request.POST, perms=PERMS)
    based_on = all_roles().get(request.POST.get("based_on", ""))
    if based_on is None:
        raise Invalid("Choose the role that it is based on. Nothing was asked for.")
    if form.is_valid():
        said = form.cleaned_data
        change = actions.ask_make(name=said["name"], based_on=based_on.key, perms=said["perms"], why=said["why"], by=request.user)
        return done(request, "rights_change", change.pk, say=f"The role {change.role_name} is asked for. It waits for a second person.")
    return _form(request, form, based_on, status=422)


@require_safe
def edit(request: Request, key: str) -> HttpResponse:
    require_anywhere(request.user, Perm.MANAGE_PEOPLE)
    found = _own(key)
    return _form(request, OwnRoleForm(perms=PERMS, initial={"name": found.name, "perms": found.fingerprint}), found, edits=True)


@require_POST
def change(request: Request, key: str) -> HttpResponse:
    require_anywhere(request.user, Perm.MANAGE_PEOPLE)
    found = _own(key)
    form = OwnRoleForm(request.POST, perms=PERMS)
    if form.is_valid():
        said = form.cleaned_data
        asked = actions.ask_edit(role=found.key, name=said["name"], perms=said["perms"], why=said["why"], by=request.user)
        return done(request, "rights_change", asked.pk, say=f"A change of {found.name} is asked for. It waits for a second person.")
    return _form(request, form, found, edits=True, status=422)


@require_POST
def retire(request: Request, key: str) -> HttpResponse:
    require_anywhere(request.user, Perm.MANAGE_PEOPLE)
    found = _own(key)
    form = WhyForm(request.POST)
    if not form.is_valid():
        raise Invalid("Say in a few words why. Nothing was asked for.")
    asked = actions.ask_retire(role=found.key, why=form.cleaned_data["why"], by=request.user)
    return done(request, "rights_change", asked.pk, say=f"The end of {found.name} is asked for. It waits for a second person.")


def _form(request: Request, form: OwnRoleForm, about: RoleEntry, *, edits: bool = False, status: int = 200) -> HttpResponse:
    chosen = set(form["perms"].value() or [])
    context: dict[str, Any] = {
        "form": form,
        "about": about,
        "edits": edits,
        "areas": [(title, [(perm, str(perm) in chosen, perm in about.perms) for perm in perms]) for title, perms in areas()],
        "bases": list(all_roles().values()),
        "tab": "roles",
    }
    return render(request, "accounts/role_form.html", context, status=status)


def _load(key: str) -> RoleEntry:
    found = all_roles().get(key)
    if found is None:
        raise Http404
    return found


def _own(key: str) -> RoleEntry:
    found = _load(key)
    if not found.own:
        raise Invalid(f"“{found.name}” is part of the product and the same everywhere. Make a role of your own from it.")
    return found
