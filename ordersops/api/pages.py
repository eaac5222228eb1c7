"""Lists by cursor: the next page costs the same as the first, and what arrives meanwhile moves nothing."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from ordersops.api.rows import Input, Text, Whole
from ordersops.api.view import Asked
from ordersops.lists import Page, read_cursor

MOST, USUAL = 100, 50


def moment(text: str) -> datetime:
    """A time with its zone, as our cursors carry it."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(text)
    return found


NEWEST: tuple[Callable[[Any], Any], ...] = (moment, UUID)


class PageQuery(Input):
    """Base of what a list can be asked. `kinds` are the parts of its cursor."""

    in_address = True
    kinds: tuple[Callable[[Any], Any], ...] = NEWEST
    cursor = Text(required=False, max_length=400, default="", help_text="`next_cursor` of the page before.")
    limit = Whole(required=False, min_value=1, max_value=MOST, default=USUAL, help_text="How many rows at most.")

    def validate_cursor(self, text: str) -> str:
        if text and read_cursor(text, *self.kinds) is None:
            raise serializers.ValidationError("This is no cursor of this list. Begin without one.")
        return text


@cache
def page_of(row: type[serializers.BaseSerializer[Any]]) -> type[serializers.Serializer[Any]]:
    """The schema of one page of these rows."""
    fields = {
        "items": row(many=True, read_only=True),
        "next_cursor": serializers.CharField(allow_null=True, read_only=True, help_text="Null on the last page."),
    }
    page = type(f"{row.__name__}Page", (serializers.Serializer,), fields)
    return extend_schema_serializer(many=False)(page)  # it is one thing, although a list answers with it


def listed(request: Asked, page: Page[Any], row: type[serializers.BaseSerializer[Any]], **context: Any) -> Response:
    """One page, with the address of the next in the header Link (RFC 8288)."""
    items = row(page.rows, many=True, context={"request": request, **context}).data
    response = Response({"items": items, "next_cursor": page.next_cursor or None})
    if page.next_cursor:
        response["Link"] = f'<{replace_query_param(request.build_absolute_uri(), "cursor", page.next_cursor)}>; rel="next"'
    return response
