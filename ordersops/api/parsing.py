"""Reading bodies: JSON that a database can hold and that nobody uses to exhaust us."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer

from ordersops.api.problems import Problem


class StrictJSON(JSONParser):
    """JSON without NUL, lone surrogates or endless nesting."""

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        try:
            data = super().parse(stream, media_type, parser_context)
            _sound(data)
        except RecursionError:
            raise ParseError("The body is nested too deeply.") from None
        return data


def _sound(data: Any) -> None:
    if isinstance(data, str):
        if "\x00" in data or (not data.isascii() and any("\ud800" <= sign <= "\udfff" for sign in data)):
            raise Problem("invalid", "A text in the body holds NUL or half a surrogate pair, which is no text.")
    elif isinstance(data, dict):
        for key, value in data.items():
            _sound(key)
            _sound(value)
    elif isinstance(data, list):
        for value in data:
            _sound(value)


class AlwaysJSON(BaseContentNegotiation):
    """There is one form of answer; what a client says that it accepts changes nothing."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        kind = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == kind), None)

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> tuple[Any, str]:
        return renderers[0], JSONRenderer.media_type
