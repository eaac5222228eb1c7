"""Verbs about signing in: requiring a second factor of a role, and ending somebody's sessions from afar."""

from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession

from ordersops.accounts.access import can, require, require_anywhere
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.signin.models import FactorRule

if TYPE_CHECKING:
    from ordersops.stores.models import Store, StoreRole


def _role(store: "Store", role: str) -> "StoreRole":
    held: StoreRole | None = store.roles.filter(role=role).first()
    if held is None:
        raise Invalid(f"{store} has no role {role!r}. Reload to see the roles as they are now.")
    return held


@atomic
def require_factor(*, store: "Store", role: str, by: User) -> FactorRule:
    """From the next request on, people with this role in the store need a second factor. Requiring it twice changes nothing.

    Needs `require_factor` in the store, and a second factor of one's own: who asks for it must have one.
    """
    require(by, Perm.REQUIRE_FACTOR, store.pk, to="require a second factor", store=store)
    held = _role(store, role)
    if not Authenticator.objects.filter(user=by, type__in=(Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)).exists():
        raise Conflict("Set up a second factor for yourself first: then you know what you ask of the others.")
    rule, new = FactorRule.objects.get_or_create(store=store, role=role, defaults={"by": by})
    if new:
        record(Verb.FACTOR_REQUIRED, by=by, store=store, role=held.name)
    return rule


@atomic
def lift_factor(*, rule: FactorRule, by: User) -> None:
    """The role no longer needs a second factor. Who has set one up keeps it."""
    require(by, Perm.REQUIRE_FACTOR, rule.store_id, to="lift the need for a second factor", store=rule.store)
    held = rule.store.roles.filter(role=rule.role).first()
    rule.delete()
    record(Verb.FACTOR_LIFTED, by=by, store=rule.store, role=held.name if held else rule.role)


@atomic
def end_session(*, session: UserSession, by: User) -> None:
    """Sign one of one's own sessions out."""
    if session.user_id != by.pk:
        raise Forbidden("This session is somebody else's.")
    session.end()
    record(Verb.SESSIONS_ENDED, by=by, person=by, name=by.name, count=1)


@atomic
def end_sessions(*, person: User, by: User, but: str = "") -> int:
    """Sign a person out everywhere, except in the session `but`. One's own, or with the right to manage people where the person has a role.

    Returns how many sessions ended.
    """
    if person.pk != by.pk:
        stores = require_anywhere(by, Perm.MANAGE_PEOPLE)
        if not person.groups.filter(store_role__store__in=stores).exists():
            raise Forbidden("You manage no store in which this person has a role.")
    sessions = list(UserSession.objects.filter(user=person).exclude(session_key=but))
    for session in sessions:
        session.end()
    record(Verb.SESSIONS_ENDED, by=by, person=person, name=person.name, count=len(sessions))
    return len(sessions)


def may_require(by: User, store: "Store") -> bool:
    """For drawing the controls."""
    return can(by, Perm.REQUIRE_FACTOR, store.pk)
