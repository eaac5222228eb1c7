"""Shopify's Admin GraphQL for the shop whose access token is shown: its own schema, costs counted as the platform counts them."""

from __future__ import annotations

import re
import threading
import time
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    build_schema,
    execute_sync,
    parse,
    validate,
)
from graphql.language import FieldNode, Visitor, visit

from .api import Answered, Asked, encoded
from .config import Shop
from .director import Director
from .shopify_acts import Root
from .shopify_once import Done

PATH = re.compile(r"/admin/api/\d{4}-\d{2}/graphql\.json")
MOST, RATE = 2000.0, 100.0  # points of the bucket, and what comes back each second
MUTATION_COST = 10.0


@cache
def schema() -> GraphQLSchema:
    return build_schema((Path(__file__).parent / "shopify_admin.graphql").read_text(encoding="utf-8"))


class Bucket:
    """The points that a shop's key has left. A question that is dearer than that is not asked."""

    def __init__(self) -> None:
        self._there, self._at = MOST, time.monotonic()
        self._lock = threading.Lock()

    def take(self, cost: float) -> tuple[bool, float]:
        with self._lock:
            now = time.monotonic()
            self._there, self._at = min(MOST, self._there + (now - self._at) * RATE), now
            if cost > self._there:
                return False, self._there
            self._there -= cost
            return True, self._there


class ShopifyAdmin:
    def __init__(self, director: Director) -> None:
        self._director, self._done = director, Done()
        self._buckets = {shop.index: Bucket() for shop in director.config.shops}

    def answer(self, asked: Asked) -> Answered:
        shop = self._shop(asked.headers.get("x-shopify-access-token", ""))
        if shop is None or asked.method != "POST":
            return Answered(401, encoded({"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}))
        try:
            question = asked.document()
            document = parse(str(question.get("query") or ""))
            errors = validate(schema(), document)
        except ValueError:
            return Answered(400, encoded({"errors": {"query": "Required parameter missing or invalid"}}), shop=shop)
        except GraphQLError as error:
            errors, document = [error], DocumentNode(definitions=())
        name, write = _operation(document)
        if errors:
            return Answered(
                200, encoded({"errors": [error.formatted for error in errors]}), shop=shop, what=name, note=str(errors[0])[:200]
            )
        cost = MUTATION_COST if write else _cost(document)
        granted, there = self._buckets[shop.index].take(cost)
        if not granted:
            return throttled(shop, name, cost, there)
        found = execute_sync(schema(), document, Root(self._director, shop, self._done), variable_values=_variables(question))
        answer: dict[str, Any] = {"data": found.data, "extensions": _cost_told(cost, there)}
        if found.errors:
            answer["errors"] = [error.formatted for error in found.errors]
        note = _complaints(answer)
        return Answered(200, encoded(answer), {"X-Request-Id": f"sim-{time.time_ns():x}"}, shop, name, note, wrote=write and not note)

    def _shop(self, token: str) -> Shop | None:
        return next((s for s in self._director.config.shops if s.platform == "shopify" and s.api_key and s.api_key == token), None)


def throttled(shop: Shop | None = None, name: str = "", cost: float = MUTATION_COST, there: float = 0.0) -> Answered:
    """Too much was asked within a short time: nothing was done, and the answer says when there will be points again."""
    error = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
    return Answered(200, encoded({"errors": [error], "extensions": _cost_told(cost, there)}), shop=shop, what=name, note="throttled")


def _operation(document: DocumentNode) -> tuple[str, bool]:
    for part in document.definitions:
        if isinstance(part, OperationDefinitionNode):
            return (part.name.value if part.name else "unnamed")[:80], part.operation is OperationType.MUTATION
    return "", False


class _Fields(Visitor):
    count = 0

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        self.count += node.selection_set is not None


def _cost(document: DocumentNode) -> float:
    """A point for each object that is asked for."""
    fields = _Fields()
    visit(document, fields)
    return float(max(fields.count, 1))


def _cost_told(cost: float, there: float) -> dict[str, Any]:
    status = {"maximumAvailable": MOST, "currentlyAvailable": int(there), "restoreRate": RATE}
    return {"cost": {"requestedQueryCost": cost, "actualQueryCost": cost, "throttleStatus": status}}


def _variables(question: dict[str, Any]) -> dict[str, Any]:
    found = question.get("variables")
    return found if isinstance(found, dict) else {}


def _complaints(answer: dict[str, Any]) -> str:
    """What was refused, in the platform's words."""
    said = [str(error["message"]) for error in answer.get("errors", [])]
    for payload in (answer.get("data") or {}).values():
        if isinstance(payload, dict):
            said += [error["message"] for key in ("userErrors", "orderCancelUserErrors") for error in payload.get(key) or []]
    return " ".join(said)[:200]
