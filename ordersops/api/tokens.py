"""Who asks: a token in the header Authorization, and nothing else. No cookie opens the interface, so no other site can use one."""

import re
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.request import Request

from ordersops.accounts.access import narrow
from ordersops.accounts.models import User
from ordersops.api.models import AccessToken, digest
from ordersops.api.problems import CHALLENGE
from ordersops.api.scopes import perms_of

NOTED_EVERY = timedelta(minutes=1)
SHAPE = re.compile(r"oo_[0-9a-f]{8}_[A-Za-z0-9_-]{43}")


class TokenAuthentication(BaseAuthentication):
    """Bearer tokens (RFC 6750, in the header alone). `request.user` is the owner, with the token's part of their rights now."""

    def authenticate(self, request: Request) -> tuple[User, AccessToken]:
        word, _, text = request.headers.get("Authorization", "").partition(" ")
        if settings.HTTPS and not request.is_secure():
            raise NotAuthenticated("Tokens are taken over https only. This one has crossed the network in the clear: revoke it.")
        if word.lower() != "bearer" or not text:
            raise NotAuthenticated("The header Authorization with a token is missing.")
        token = self._found(text.strip())
        stores = None if token.all_stores else frozenset(token.stores.values_list("pk", flat=True))
        narrow(token.owner, perms=perms_of(token.scopes), stores=stores)
        return token.owner, token

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE

    @staticmethod
    def _found(text: str) -> AccessToken:
        """The token, if it is good for anything. What is wrong is told only to who has the whole token."""
        token = AccessToken.objects.select_related("owner").filter(digest=digest(text)).first() if SHAPE.fullmatch(text) else None
        if token is None:
            raise _refused("This token is not known here.")
        match token.state:
            case "revoked":
                raise _refused(f"The token {token.prefix} was revoked.")
            case "expired":
                raise _refused(f"The token {token.prefix} ran out on {token.expires_at:%Y-%m-%d}.")
            case "dead":
                raise _refused(f"The account of the owner of {token.prefix} is closed.")
        now = timezone.now()
        if token.last_used_at is None or token.last_used_at < now - NOTED_EVERY:
            AccessToken.objects.filter(pk=token.pk).update(last_used_at=now)
        return token


def _refused(why: str) -> AuthenticationFailed:
    error: Any = AuthenticationFailed(why)
    error.challenge = f'{CHALLENGE}, error="invalid_token"'
    return error
