"""People and their roles."""

import secrets
from typing import TYPE_CHECKING
from uuid import UUID

from django.apps import apps
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ordersops.accounts import actions, queries
from ordersops.accounts.access import get_or_404, require_anywhere
from ordersops.accounts.forms import InviteForm, RoleForm
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm, Role
from ordersops.errors import Invalid
from ordersops.htmx import Request, done

if TYPE_CHECKING:
    from ordersops.stores.models import Store


@require_safe
def people(request: Request) -> HttpResponse:
    require_anywhere(request.user, Perm.VIEW_PEOPLE)
    return render(request, "accounts/people.html", {"people": queries.people(request.user)})


@never_cache
@require_POST
def invite(request: Request) -> HttpResponse:
    """Make an account. Its first password is in the answer, and nowhere afterwards."""
    require_anywhere(request.user, Perm.MANAGE_PEOPLE)
    form = InviteForm(request.POST)
    if not form.is_valid():
        raise Invalid("A name and an e-mail address are needed. Nobody was invited.")
    password = secrets.token_urlsafe(15)
    person = actions.invite(by=request.user, password=password, **form.cleaned_data)
    context = {"people": queries.people(request.user), "invited": person, "new_password": password}
    return render(request, "accounts/people.html", context)


@require_safe
def person(request: Request, pk: UUID) -> HttpResponse:
    found = _load(request, pk)
    return render(request, "accounts/person.html", queries.person_page(found, request.user))


def _load(request: Request, pk: UUID) -> User:
    require_anywhere(request.user, Perm.VIEW_PEOPLE)
    return get_object_or_404(queries.visible_people(request.user), pk=pk)


def _role_and_store(request: Request) -> "tuple[str, Store]":
    form = RoleForm(request.POST)
    if not form.is_valid():
        raise Invalid("Choose a role and a store. Nothing was changed.")
    stores = apps.get_model("stores", "Store").objects.all()
    store = get_or_404(stores, request, Perm.MANAGE_PEOPLE, pk=form.cleaned_data["store"])
    return form.cleaned_data["role"], store


@require_POST
def give_role(request: Request, pk: UUID) -> HttpResponse:
    found = _load(request, pk)
    role, store = _role_and_store(request)
    actions.give_role(person=found, role=role, store=store, by=request.user)
    return done(request, "person", found.pk, say=f"{found} is now {Role(role).label.lower()} in {store}.")


@require_POST
def take_role(request: Request, pk: UUID) -> HttpResponse:
    found = _load(request, pk)
    role, store = _role_and_store(request)
    actions.take_role(person=found, role=role, store=store, by=request.user)
    return done(request, "person", found.pk, say=f"{found} is no longer {Role(role).label.lower()} in {store}.")


@require_POST
def deactivate(request: Request, pk: UUID) -> HttpResponse:
    found = _load(request, pk)
    actions.deactivate(person=found, by=request.user)
    return done(request, "person", found.pk, say=f"The account of {found} is closed, and every session has ended.")
