"""What an endpoint declares about itself: what it takes and gives, under which scope, with which rights. The description is made of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.serializers import Serializer

from ordersops.accounts.roles import Perm
from ordersops.api.scopes import Scope


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`scope` None: it depends on what is asked for, and the handler asks. `rights`: all of them are needed, in the thing's store."""

    scope: Scope | None
    rights: tuple[Perm, ...]
    about: str = ""  # the right depends on this, and `rights` are only those to see the thing


KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, required=True, pattern=r"^[\x21-\x7e]{8,120}$",
    description="A new value for each new intent, a UUID for example; the same one when repeating.",
)  # fmt: skip
MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=False, pattern=r'^"[0-9]{1,9}"$',
    description="The ETag of the case that was looked at; or `version` in the body.",
)  # fmt: skip


def reads(
    gives: Any, *, rights: Sequence[Perm], tag: str, scope: Scope = Scope.READ, query: type[Serializer[Any]] | None = None
) -> Callable[[Any], Any]:
    """A GET."""

    def declare(handler: Any) -> Any:
        handler.endpoint = Endpoint(scope, tuple(rights))
        return extend_schema(
            parameters=[query] if query else [], responses=gives, tags=[tag], summary=_summary(handler), extensions=_extensions(handler)
        )(handler)

    return declare


def acts(
    gives: Any,
    *,
    rights: Sequence[Perm],
    tag: str,
    scope: Scope | None,
    takes: type[Serializer[Any]] | None = None,
    status: int = 200,
    about: str = "",
    match: bool = False,
    example: dict[str, Any] | None = None,
) -> Callable[[Any], Any]:
    """A POST that calls a verb."""

    def declare(handler: Any) -> Any:
        handler.endpoint = Endpoint(scope, tuple(rights), about)
        return extend_schema(
            parameters=[KEY, MATCH] if match else [KEY],
            request=takes,
            responses={status: gives},
            tags=[tag],
            summary=_summary(handler),
            extensions={**_extensions(handler), **({"x-example": example} if example else {})},
        )(handler)

    return declare


def _summary(handler: Any) -> str:
    return str(handler.__doc__ or "").strip().partition("\n")[0].rstrip(".")


def _extensions(handler: Any) -> dict[str, Any]:
    endpoint: Endpoint = handler.endpoint
    return {
        "x-scope": endpoint.scope.value if endpoint.scope else None,
        "x-rights": [perm.value for perm in endpoint.rights],
        **({"x-also": endpoint.about} if endpoint.about else {}),
    }
