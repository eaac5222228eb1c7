"""Who may do what, where. The only place that asks, besides the verbs.

Rights are held per store. Outside one's stores a thing does not exist (404); inside, without the right, it is
refused (403) and the refusal is recorded.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection, models
from django.http import Http404, HttpRequest

from ordersops.accounts.models import User
from ordersops.accounts.roles import SYSTEM, Perm
from ordersops.errors import Forbidden

Row = TypeVar("Row", bound=models.Model)


def rights(user: User | AnonymousUser) -> dict[UUID, frozenset[Perm]]:
    """The person's rights by store: one query, kept for the life of the `user` object, which is one request."""
    kept: dict[UUID, frozenset[Perm]] | None = getattr(user, "_rights", None)
    if kept is None:
        found: defaultdict[UUID, set[Perm]] = defaultdict(set)
        if user.is_authenticated and user.is_active:
            with connection.cursor() as cursor:
                cursor.execute(_rights_statement(), [user.pk])
                for store_id, codename in cursor.fetchall():
                    found[store_id].add(Perm[codename.upper()])
        kept = {store: frozenset(perms) for store, perms in found.items()}
        user._rights = kept  # type: ignore[union-attr]
    return kept


@cache
def _rights_statement() -> str:
    """A person's rights by store. Built once: each request asks it, and building costs more than asking."""
    granted = apps.get_model("stores", "StoreGroupPermission").objects.filter(group__user=UUID(int=0)).order_by()
    sql, params = granted.values_list("content_object_id", "permission__codename").query.sql_with_params()
    if params != (UUID(int=0),):
        raise AssertionError("The statement asks for more than whose rights they are.")
    return str(sql)


def held_roles(user: User | AnonymousUser, store_id: UUID) -> frozenset[str]:
    """The person's roles in the store. Rights are what counts; a role is asked for only where work was handed to it by name."""
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    return frozenset(apps.get_model("stores", "StoreRole").objects.filter(group__user=user, store=store_id).values_list("role", flat=True))


def read_rights(users: Sequence[User]) -> None:
    """The rights of many people in one query, read anew and kept on each object as `rights` does."""
    found: defaultdict[UUID, defaultdict[UUID, set[Perm]]] = defaultdict(lambda: defaultdict(set))
    active = {user.pk for user in users if user.is_active}
    rows = apps.get_model("stores", "StoreGroupPermission").objects.filter(group__user__in=active)
    for person, store, codename in rows.values_list("group__user", "content_object_id", "permission__codename"):
        if person in active:  # a group has others, too
            found[person][store].add(Perm[codename.upper()])
    for user in users:
        user._rights = {store: frozenset(perms) for store, perms in found[user.pk].items()}  # type: ignore[attr-defined]


def narrow(user: User, *, perms: frozenset[Perm], stores: frozenset[UUID] | None) -> None:
    """Leave this `user` object only these of the person's rights, and only in these stores (None: in all). For an access token."""
    user._rights = {  # type: ignore[attr-defined]
        store: held & perms for store, held in rights(user).items() if stores is None or store in stores
    }


def forget_rights(user: User) -> None:
    """Ask again next time: the person's rights changed while the object is in use. `request.user` is a lazy stand-in, so no `__dict__`."""
    if hasattr(user, "_rights"):
        del user._rights


def store_ids(user: User | AnonymousUser, perm: Perm) -> list[UUID]:
    """The stores in which the person has the right."""
    if getattr(user, "is_system", False):
        return list(apps.get_model("stores", "Store").objects.values_list("pk", flat=True)) if perm in SYSTEM else []
    return [store for store, perms in rights(user).items() if perm in perms]


def can(user: User | AnonymousUser, perm: Perm, store_id: UUID) -> bool:
    """Whether the person has the right in the store."""
    if getattr(user, "is_system", False):
        return perm in SYSTEM
    return perm in rights(user).get(store_id, frozenset())


def can_anywhere(user: User | AnonymousUser, perm: Perm) -> bool:
    """Whether the person has the right in at least one store."""
    return any(perm in perms for perms in rights(user).values())


def roles_in(user: User, store_id: UUID) -> list[str]:
    """The person's roles in the store, for what is bounded by role; who may do a thing at all is a question of rights."""
    rows = apps.get_model("stores", "StoreRole").objects.filter(store=store_id, group__user=user)
    return list(rows.values_list("role", flat=True))


def require(user: User, perm: Perm, store_id: UUID, *, to: str, **about: Any) -> None:
    """Raise Forbidden unless the person has the right; the refused attempt is recorded, also when the caller rolls back.

    `to` completes "You may not ..."; `about` names the order, case or store of the attempt for the record.
    """
    if can(user, perm, store_id):
        return
    from ordersops.audit.actions import record_refusal

    record_refusal(by=user, perm=perm, store_id=store_id, **about)
    raise Forbidden(f"You may not {to} in this store. It needs the right “{perm.sentence}”; a supervisor can give you a role with it.")


def require_anywhere(user: User | AnonymousUser, perm: Perm) -> list[UUID]:
    """The stores with the right, for a page that needs it in at least one; Forbidden otherwise."""
    found = store_ids(user, perm)
    if not found:
        raise Forbidden(f"This page needs the right “{perm.sentence}”, which you do not have in any store.")
    return found


def get_or_404(queryset: "models.QuerySet[Row]", request: HttpRequest, perm: Perm, **lookup: Any) -> Row:
    """Load one row of a store and authorise in one go.

    A row of a store in which the person sees nothing is not found; a row in sight without `perm` is Forbidden.
    The model needs a `store` foreign key, or to be Store itself.
    """
    user: User = request.user  # type: ignore[assignment]
    try:
        row = queryset.get(**lookup)
    except ObjectDoesNotExist:
        raise Http404 from None
    store_id = row.pk if row._meta.label == "stores.Store" else row.store_id  # type: ignore[attr-defined]
    if not rights(user).get(store_id):
        raise Http404
    require(user, perm, store_id, to="open this page")
    return row
