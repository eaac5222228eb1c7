"""The rules behind the verbs about people and rights."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from ordersops.accounts.access import can, can_anywhere, require, require_anywhere
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import record_refusal
from ordersops.errors import Forbidden, Invalid

LEAST_WHY, MOST_WHY = 5, 1000


def require_all(by: User, stores: Iterable[UUID], *, to: str, perm: Perm = Perm.MANAGE_PEOPLE, **about: Any) -> None:
    """The right in every one of the stores; where there is none, in some store. The system user needs none."""
    if by.is_system:
        return
    asked = sorted(set(stores))
    for store_id in asked:
        require(by, perm, store_id, to=to, **about)
    if not asked:
        require_anywhere(by, perm)


def has_all(by: User, stores: Iterable[UUID], perm: Perm = Perm.MANAGE_PEOPLE) -> bool:
    asked = set(stores)
    return all(can(by, perm, store_id) for store_id in asked) if asked else can_anywhere(by, perm)


def refused(by: User, why: str, *, store: UUID | None = None, **about: Any) -> Forbidden:
    """Record that somebody tried what no right allows, and the refusal to raise."""
    record_refusal(by=by, perm=Perm.MANAGE_PEOPLE, store_id=store, **about)
    return Forbidden(why)


def checked_why(why: str) -> str:
    text = " ".join(why.replace("\x00", "").split())
    if not LEAST_WHY <= len(text) <= MOST_WHY:
        raise Invalid(f"Say why, in {LEAST_WHY} to {MOST_WHY:,} characters: the second person and the history need it.")
    return text


def checked_name(name: str, of: str, most: int = 60) -> str:
    text = " ".join(name.replace("\x00", "").split())
    if not 2 <= len(text) <= most:
        raise Invalid(f"{of} needs a name of 2 to {most} characters.")
    return text
