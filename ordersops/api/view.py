"""The base of every resource: who asks, what the token is for, one POST once, and the same rights as the pages."""

import re
from collections.abc import Callable
from typing import Any, TypeVar, cast
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.db import models
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_vary_headers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.viewsets import ViewSet

from ordersops.accounts.access import get_or_404, store_ids
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.api.models import AccessToken
from ordersops.api.once import once
from ordersops.api.problems import Problem
from ordersops.api.scopes import Scope
from ordersops.api.throttle import PerToken, seconds_left
from ordersops.api.tokens import TokenAuthentication
from ordersops.audit.actions import record_refusal, request_scope
from ordersops.errors import Forbidden

Row = TypeVar("Row", bound=models.Model)
TAG = re.compile(r'\s*"(\d{1,9})"\s*')


class Asked(Request):
    """A request of a token."""

    user: User
    auth: AccessToken


class Resource(ViewSet):
    """Reads and acts. What each needs is declared by `endpoint.reads` and `endpoint.acts`, which the description shows too."""

    authentication_classes = [TokenAuthentication]
    throttle_classes = [PerToken]
    http_method_names = ["get", "head", "post"]
    request: Asked
    _about: tuple[UUID | None, str] = (None, "")

    @classmethod
    def as_view(cls, actions: Any = None, **initkwargs: Any) -> Any:
        return login_not_required(super().as_view(actions, **initkwargs))

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """As DRF's own, but that what a POST does and the answer to it are one transaction."""
        self.args, self.kwargs = args, kwargs
        asked = cast(Asked, self.initialize_request(request, *args, **kwargs))
        self.request, self.headers = asked, self.default_response_headers
        try:
            self.initial(asked, *args, **kwargs)
            with request_scope(f"{getattr(request, 'request_id', '')}/{asked.auth.prefix}"):
                response = self._answer(asked)
        except Exception as error:  # noqa: BLE001 - DRF's handler answers what it knows and raises the rest
            response = self.handle_exception(error)
        response = self.finalize_response(asked, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        patch_vary_headers(response, ["Authorization"])
        if (left := getattr(getattr(asked, "_auth", None), "left", None)) is not None:
            response["RateLimit"] = f'"token";r={left};t={seconds_left()}'
        self.response: Any = response
        return response

    def _answer(self, request: Asked) -> Response:
        name = (request.method or "").lower()
        handler: Callable[..., Response] = (
            getattr(self, name, self.http_method_not_allowed) if name in self.http_method_names else self.http_method_not_allowed
        )
        endpoint = getattr(handler, "endpoint", None)
        if endpoint is not None and endpoint.scope is not None:
            self.need_scope(endpoint.scope)
        if name != "post" or endpoint is None:
            return handler(request, *self.args, **self.kwargs)
        return once(request, lambda: handler(request, *self.args, **self.kwargs), lambda: self._about)

    # --- What the token and its owner may -----------------------------------------------------------------------------
    def need_scope(self, scope: Scope) -> None:
        """Refuse a token that was not made for this. The attempt is recorded."""
        if scope.value in self.request.auth.scopes:
            return
        record_refusal(by=self.request.user, perm=f"scope:{scope.value}", store_id=None, token=self.request.auth.prefix)
        raise Problem("scope-missing", f"This token was not made with the scope “{scope.value}” ({scope.sentence}).")

    def load(self, queryset: "models.QuerySet[Row]", perm: Perm, **lookup: Any) -> Row:
        """One row, as a page loads it: not found outside the token's stores, refused and recorded without the right inside."""
        row = get_or_404(queryset, cast(HttpRequest, self.request), perm, **lookup)
        self._about = (row.pk if row._meta.label == "stores.Store" else row.store_id, perm.value)  # type: ignore[attr-defined]
        return row

    def need_somewhere(self, perm: Perm) -> list[UUID]:
        """The stores with the right, for a list; refused and recorded where there is none."""
        found = store_ids(self.request.user, perm)
        if not found:
            record_refusal(by=self.request.user, perm=perm, store_id=None, token=self.request.auth.prefix)
            raise Forbidden(f"This list needs the right “{perm.sentence}”, which this token does not have in any store.")
        return found

    # --- What was sent ------------------------------------------------------------------------------------------------
    def body(self, takes: type[Serializer[Any]]) -> dict[str, Any]:
        """The body, checked."""
        read = takes(data=self.request.data)
        read.is_valid(raise_exception=True)
        return cast("dict[str, Any]", read.validated_data)

    def asked(self, takes: type[Serializer[Any]]) -> dict[str, Any]:
        """What the address asks for after the question mark, checked: a filter that cannot be read never widens a list."""
        read = takes(data=self.request.query_params.dict())
        read.is_valid(raise_exception=True)
        return cast("dict[str, Any]", read.validated_data)

    def version(self, stated: int | None, now: int) -> int:
        """The version on which a decision is made: If-Match, or `version` in the body. Problems where none is said, or an old one."""
        header = self.request.headers.get("If-Match")
        if header is not None:
            match = TAG.fullmatch(header)
            if match is None:
                raise Problem("malformed", f'If-Match takes the ETag of the case, such as "{now}".')
            if stated is not None and stated != int(match[1]):
                raise Problem("invalid", "If-Match and `version` say different things; send one of them.")
            if int(match[1]) != now:
                raise Problem("changed", "New facts or new advice arrived since you read the case. Nothing was decided.")
            return int(match[1])
        if stated is None:
            raise Problem("version-missing", "A decision names the version of the case on which it is made. Nothing was decided.")
        return stated
