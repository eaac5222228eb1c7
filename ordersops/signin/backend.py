"""Who is behind a session, read together with whether they still owe a second factor: no page pays a query for the rule."""

from functools import cache
from typing import Any
from uuid import UUID

from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db.models import Exists, OuterRef, QuerySet

from ordersops.accounts.models import User
from ordersops.signin.models import FactorRule

SECOND = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # recovery codes alone are no factor


def owing(people: "QuerySet[User]") -> "QuerySet[User]":
    """Annotated with `owes_factor`: a role that needs a second factor is held, and there is none."""
    role = apps.get_model("stores", "StoreRole")
    ruled = FactorRule.objects.filter(store=OuterRef("store"), role=OuterRef("role"))
    held = role.objects.filter(Exists(ruled), group__user=OuterRef("pk"))
    factors = Authenticator.objects.filter(user=OuterRef("pk"), type__in=SECOND)
    return people.annotate(owes_factor=Exists(held) & ~Exists(factors))


NOBODY = UUID(int=0)


@cache
def _statement() -> tuple[str, tuple[Any, ...]]:
    """The reading of one person, whose key comes last. Built once: each request asks it, and building costs more than asking."""
    sql, params = owing(User.objects.filter(pk=NOBODY)).order_by().query.sql_with_params()
    if params[-1] != NOBODY:
        raise AssertionError("The person's key is not the last parameter.")
    return sql, params[:-1]


class Backend(AuthenticationBackend):
    """allauth's, which signs in by e-mail and password."""

    def get_user(self, user_id: Any) -> User | None:
        sql, params = _statement()
        person = next(iter(User.objects.raw(sql, [*params, user_id])), None)
        return person if person is not None and person.is_active else None


def owes_factor(person: User) -> bool:
    """Asked of a person who came by another way than a session, such as a token."""
    known: bool | None = getattr(person, "owes_factor", None)
    if known is None:
        row = owing(User.objects.filter(pk=person.pk)).first()
        known = bool(getattr(row, "owes_factor", False))
    return known
