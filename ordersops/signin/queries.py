"""Reads for the pages about signing in."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Count, Q
from django.utils import timezone
from ua_parser import parse

from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.signin.backend import SECOND
from ordersops.signin.models import FactorRule
from ordersops.stores.models import Store, StoreRole

if TYPE_CHECKING:
    from ordersops.stores.models import Store as AnyStore


def factors(person: User) -> dict[str, Any]:
    """The person's second factors: `totp`, `keys`, and how many recovery codes are left."""
    mine = list(Authenticator.objects.filter(user=person).order_by("created_at"))
    kinds = Authenticator.Type
    codes = next((one for one in mine if one.type == kinds.RECOVERY_CODES), None)
    return {
        "totp": next((one for one in mine if one.type == kinds.TOTP), None),
        "keys": [one for one in mine if one.type == kinds.WEBAUTHN],
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else None,
        "any": any(one.type in SECOND for one in mine),
    }


def sessions(person: User, here: str) -> list[dict[str, Any]]:
    """Where the person is signed in now, this browser first, then the one seen last."""
    rows = {row.session_key: row for row in UserSession.objects.filter(user=person)}
    live = Session.objects.filter(pk__in=rows, expire_date__gt=timezone.now())
    found = []
    for session in live:
        row = rows[session.pk]
        seen = session.get_decoded().get("seen_at")
        at = datetime.fromtimestamp(seen, UTC) if seen else row.last_seen_at
        found.append(
            {"pk": row.pk, "browser": named(row.user_agent), "ip": row.ip, "since": row.created_at, "seen": at, "here": session.pk == here}
        )
    return sorted(found, key=lambda one: (not one["here"], -one["seen"].timestamp()))


def named(agent: str) -> str:
    """ "Firefox on Linux": what a person recognises their browser by."""
    told = parse(agent)
    browser = told.user_agent.family if told.user_agent else ""
    system = told.os.family if told.os else ""
    return " on ".join(filter(None, [browser, system])) or "An unknown browser"


def rules(by: User) -> list[dict[str, Any]]:
    """Each store in which `by` may require factors, with its roles: who holds them, who has a factor, and the rule."""
    stores = list(Store.objects.visible_to(by, Perm.REQUIRE_FACTOR))
    standing = {(rule.store_id, rule.role): rule for rule in FactorRule.objects.filter(store__in=stores).select_related("by")}
    people = Q(group__user__is_active=True)
    held = StoreRole.objects.filter(store__in=stores).annotate(
        people=Count("group__user", filter=people, distinct=True),
        safe=Count("group__user", filter=people & Q(group__user__authenticator__type__in=SECOND), distinct=True),
    )
    by_store: dict[Any, list[StoreRole]] = {}
    for role in held.order_by("pk"):
        by_store.setdefault(role.store_id, []).append(role)
    return [
        {"store": store, "roles": [{"held": role, "rule": standing.get((store.pk, role.role))} for role in by_store.get(store.pk, [])]}
        for store in stores
    ]


def rule_in(store: "AnyStore", role: str) -> FactorRule | None:
    return FactorRule.objects.filter(store=store, role=role).select_related("store").first()
