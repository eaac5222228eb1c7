"""Verbs about access tokens: making and revoking them. And forgetting answers that were kept for a repeated request."""

import secrets
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.apps import apps
from django.utils import timezone

from ordersops.accounts.access import rights, store_ids
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.api.models import AccessToken, KeptAnswer, digest
from ordersops.api.scopes import Scope
from ordersops.audit.actions import atomic, record, record_refusal
from ordersops.audit.verbs import Verb
from ordersops.errors import Conflict, Forbidden, Invalid

if TYPE_CHECKING:
    from ordersops.stores.models import Store

LONGEST_DAYS = 365
MOST_VALID = 20  # tokens of one person at a time
KEPT = timedelta(hours=24)


@atomic
def make_token(*, name: str, scopes: Collection[str], days: int, by: User, stores: "Sequence[Store]" = ()) -> tuple[AccessToken, str]:
    """Make an access token of one's own; returns it with its text, which is not kept anywhere.

    Needs, for each scope, one of its rights in one of the stores: a token that could do nothing is a mistake. Without stores
    it is for all that its owner has, also later. It lives a year at most.
    """
    name = " ".join(name.replace("\x00", "").split())[:80]
    if not name:
        raise Invalid("Say what the token is for: it is what you will recognise it by.")
    if not 1 <= days <= LONGEST_DAYS:
        raise Invalid(f"A token lives for 1 to {LONGEST_DAYS} days.")
    chosen = completed(scopes)
    held = rights(by)
    if strange := [store.name for store in stores if store.pk not in held]:
        raise Invalid(f"You have no role in {', '.join(strange)}.")
    within = [perms for store, perms in held.items() if not stores or store in {one.pk for one in stores}]
    for scope in chosen:
        if not any(perms & scope.perms for perms in within):
            raise Invalid(f"You have no right that “{scope.label}” would let the token use in these stores.")
    User.objects.select_for_update().get(pk=by.pk)  # two tabs cannot pass the limit together
    if AccessToken.objects.valid().filter(owner=by).count() >= MOST_VALID:
        raise Conflict(f"You have {MOST_VALID} valid tokens, which is the limit. Revoke one that is not needed.")
    prefix = f"oo_{secrets.token_hex(4)}"
    text = f"{prefix}_{secrets.token_urlsafe(32)}"
    token = AccessToken.objects.create(
        owner=by, name=name, prefix=prefix, digest=digest(text), scopes=[scope.value for scope in chosen], all_stores=not stores,
        expires_at=timezone.now() + timedelta(days=days),
    )  # fmt: skip
    token.stores.set(stores)
    record(
        Verb.TOKEN_MADE, by=by, person=by, token=token.pk, prefix=prefix, scopes=list(token.scopes), stores=[store.pk for store in stores],
        until=token.expires_at,
    )  # fmt: skip
    return token, text


@atomic
def revoke_token(*, token: AccessToken, by: User) -> AccessToken:
    """End a token at once. One's own, or, with the right to manage people, that of anybody in the store. Conflict if it is revoked."""
    if token.owner_id != by.pk:
        stores = store_ids(by, Perm.MANAGE_PEOPLE)
        if not AccessToken.objects.managed_by(by, stores).filter(pk=token.pk).exists():
            record_refusal(by=by, perm=Perm.MANAGE_PEOPLE, store_id=None, token=token)
            raise Forbidden("You may not revoke this token: it is somebody else's. Ask an admin of their store.")
    token = AccessToken.objects.select_for_update(of=("self",)).select_related("owner").get(pk=token.pk)
    if token.revoked_at:
        raise Conflict(f"The token {token.prefix} is revoked already.")
    token.revoked_at, token.revoked_by = timezone.now(), by
    token.save(update_fields=["revoked_at", "revoked_by"])
    record(Verb.TOKEN_REVOKED, by=by, person=token.owner, token=token.pk, prefix=token.prefix, name=token.owner.name)
    return token


def completed(scopes: Collection[str]) -> list[Scope]:
    """The scopes of a token: what decides or acts also reads. Invalid for none, or for one that there is not."""
    asked = {scope for scope in Scope if scope.value in scopes}
    if not asked or len(asked) != len(set(scopes)):
        raise Invalid(f"Choose what the token may do: {', '.join(scope.value for scope in Scope)}.")
    if asked - {Scope.READ, Scope.AUDIT}:
        asked.add(Scope.READ)
    return [scope for scope in Scope if scope in asked]


def manageable_stores(user: User) -> list[UUID]:
    """The stores whose tokens the person may see and revoke."""
    return store_ids(user, Perm.MANAGE_PEOPLE)


def stores_of(user: User) -> "list[Store]":
    """The stores that a token of this person can be for."""
    return list(apps.get_model("stores", "Store").objects.filter(pk__in=rights(user)).order_by("name"))


def forget_old_answers() -> int:
    """Delete answers that were kept for longer than a day. Returns how many."""
    return KeptAnswer.objects.filter(at__lt=timezone.now() - KEPT).delete()[0]
