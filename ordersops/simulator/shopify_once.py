"""What every write to Shopify's Admin interface shares: a write with a key is done once, an impossible one is a user error."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable

from graphql import GraphQLError, GraphQLResolveInfo
from graphql.execution.values import get_directive_values

from .config import Shop
from .director import Director
from .shopify_reads import Reads
from .shopify_rows import Row


class Done:
    """Answers of writes that carried a key, for as long as the shop runs."""

    def __init__(self) -> None:
        self._answers: dict[tuple[int, str], tuple[str, Row]] = {}
        self._one_at_a_time = threading.RLock()

    def once(self, shop: Shop, info: GraphQLResolveInfo, asked: object, act: Callable[[], Row]) -> Row:
        """The act's answer, made once for each key. The same key for something else is an error."""
        directive = info.schema.get_directive("idempotent")
        found = get_directive_values(directive, info.field_nodes[0], info.variable_values) if directive else None
        if not found:
            raise GraphQLError("This write has to carry @idempotent with a key.")
        key, text = (shop.index, str(found["key"])), json.dumps(asked, sort_keys=True, default=str)
        with self._one_at_a_time:
            if key not in self._answers:
                self._answers[key] = (text, act())
            before, answer = self._answers[key]
        if before != text:
            raise GraphQLError("The key belongs to another request.", extensions={"code": "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"})
        return answer


class Writes(Reads):
    """One request to one shop, that may change it."""

    def __init__(self, director: Director, shop: Shop, done: Done) -> None:
        super().__init__(director, shop)
        self._done = done


def refused(name: str, message: str, *field: str, code: str | None = None) -> Row:
    return {name: None, "userErrors": [{"field": list(field), "message": message, "code": code}]}
