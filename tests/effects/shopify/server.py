"""A Shopify store on loopback: what is sent to it is validated, coerced and executed by Shopify's own schema.

Its rows are dicts in the shape of the schema. Costs, throttling, refusals and lost answers can be arranged.
"""

import copy
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from graphql import GraphQLError, execute_sync, parse, validate
from graphql.execution.values import get_directive_values

from tests.stores.shopify.official import SCHEMA, schema

Row = dict[str, Any]
TOKEN = "shpat_0123456789abcdef"
PATH = "/admin/api/2026-07/graphql.json"


def page(rows: list[Row], first: int | None = None, after: str | None = None) -> Row:
    start = int(after) if after else 0
    chosen = rows[start : start + (first or len(rows))]
    end = start + len(chosen)
    edges = [{"cursor": str(number), "node": row} for number, row in enumerate(chosen, start + 1)]
    return {"nodes": chosen, "edges": edges, "pageInfo": {"hasNextPage": end < len(rows), "endCursor": str(end) if chosen else None}}


def connection(rows: list[Row]) -> Any:
    """A field with `first` and `after`."""
    return lambda info, first=None, after=None, **_: page(rows, first, after)


def first_of(rows: list[Row]) -> Any:
    return lambda info, first=None, **_: rows[:first]


def bag(amount: str, currency: str = "USD") -> Row:
    money = {"amount": amount, "currencyCode": currency}
    return {"shopMoney": money, "presentmentMoney": money}


class Shop:
    """The roots of query and mutation: graphql-core calls the method of the field's name with its arguments."""

    def __init__(self) -> None:
        self.order_rows: dict[str, Row] = {}
        self.hooks: list[Row] = []
        self.stock: dict[tuple[str, str], int] = {}
        self.returns: dict[str, Row] = {}
        self.returnable: list[Row] = []
        self.disputes_rows: list[Row] = []
        self.may_read_disputes = True
        self.keys: dict[str, Any] = {}

    # --- Reading ------------------------------------------------------------------------------------------------------
    def order(self, info: Any, id: str) -> Row | None:
        return self.order_rows.get(id)

    def orders(self, info: Any, query: str, first: int, after: str | None = None, sortKey: str = "", **_: Any) -> Row:
        if query.startswith("tag:"):
            return page([row for row in self.order_rows.values() if query.removeprefix("tag:") in row["tags"]], first, after)
        since, until = re.findall(r"updated_at:[<>]='([^']+)'", query)
        rows = [row for row in self.order_rows.values() if since <= row["updatedAt"] <= until]
        assert sortKey == "UPDATED_AT"
        return page(sorted(rows, key=lambda row: row["updatedAt"]), first, after)

    def app(self, info: Any, id: str | None = None) -> Row:
        return {"id": "gid://shopify/App/77", "title": "ordersops"}

    def orderRiskAssessmentCreate(self, info: Any, orderRiskAssessmentInput: Row) -> Row:
        asked = orderRiskAssessmentInput
        made = {"riskLevel": asked["riskLevel"], "provider": self.app(info), "facts": asked["facts"]}
        self.order_rows[asked["orderId"]]["risk"]["assessments"].append(made)
        return {"orderRiskAssessment": made, "userErrors": []}

    def disputes(self, info: Any, query: str, first: int, after: str | None = None, **_: Any) -> Row:
        self._scope()
        since, until = re.findall(r"initiated_at:[<>]='([^']+)'", query)
        return page([row for row in self.disputes_rows if since <= row["initiatedAt"] <= until], first, after)

    def dispute(self, info: Any, id: str) -> Row | None:
        self._scope()
        return next((row for row in self.disputes_rows if row["id"] == id), None)

    def _scope(self) -> None:
        if not self.may_read_disputes:
            raise GraphQLError("Access denied for disputes field.", extensions={"code": "ACCESS_DENIED"})

    def fulfillment(self, info: Any, id: str) -> Row | None:
        return self._part("fulfillment_rows", id)

    def refund(self, info: Any, id: str) -> Row | None:
        return self._part("refund_rows", id)

    def fulfillmentOrder(self, info: Any, id: str) -> Row | None:
        return self._part("work", id)

    def _part(self, kind: str, key: str) -> Row | None:
        return next((row for order in self.order_rows.values() for row in order.get(kind, []) if row["id"] == key), None)

    def returnableFulfillments(self, info: Any, orderId: str, first: int | None = None, after: str | None = None, **_: Any) -> Row:
        return page(self.returnable, first, after)

    def inventoryItem(self, info: Any, id: str) -> Row | None:
        def level(info: Any, locationId: str, **_: Any) -> Row | None:
            if (id, locationId) not in self.stock:
                return None
            quantities = [{"name": "available", "quantity": self.stock[id, locationId]}]
            return {"id": f"{id}@{locationId}", "quantities": lambda info, names: quantities}

        return {"id": id, "sku": "S", "inventoryLevel": level}

    def webhookSubscriptions(self, info: Any, first: int, after: str | None = None, topics: Any = None, **_: Any) -> Row:
        return page([hook for hook in self.hooks if not topics or hook["topic"] in topics], first, after)

    # --- Orders -------------------------------------------------------------------------------------------------------
    def tagsAdd(self, info: Any, id: str, tags: list[str]) -> Row:
        row = self.order_rows[id]
        row["tags"] = sorted({*row["tags"], *tags})
        return {"node": {"__typename": "Order", "id": id}, "userErrors": []}

    def tagsRemove(self, info: Any, id: str, tags: list[str]) -> Row:
        row = self.order_rows[id]
        row["tags"] = [tag for tag in row["tags"] if tag not in tags]
        return {"node": {"__typename": "Order", "id": id}, "userErrors": []}

    def metafieldsSet(self, info: Any, metafields: list[Row]) -> Row:
        for field in metafields:
            self.order_rows[field["ownerId"]]["fields"][field["namespace"], field["key"]] = {"type": field["type"], "value": field["value"]}
        return {"metafields": [], "userErrors": []}

    def orderUpdate(self, info: Any, input: Row) -> Row:
        row = self.order_rows[input["id"]]
        if "note" in input:
            row["note"] = input["note"]
        if "shippingAddress" in input:
            sent = dict(input["shippingAddress"])
            sent["countryCodeV2"] = sent.pop("countryCode")
            sent["name"] = f"{sent.get('firstName') or ''} {sent.get('lastName') or ''}".strip()
            row["shippingAddress"] = sent
        return {"order": row, "userErrors": []}

    def orderCancel(self, info: Any, orderId: str, reason: str, **_: Any) -> Row:
        row = self.order_rows[orderId]
        if row["cancelledAt"]:
            return {"job": None, "orderCancelUserErrors": [{"field": None, "message": "Order is cancelled already", "code": "INVALID"}]}
        row |= {"cancelledAt": "2026-03-01T13:00:00Z", "cancelReason": reason}
        return {"job": {"id": "gid://shopify/Job/1"}, "orderCancelUserErrors": []}

    def orderCreate(self, info: Any, order: Row, options: Row | None = None) -> Row:
        row = {"id": f"gid://shopify/Order/{9000 + len(self.order_rows)}", "name": "#9001", "tags": order["tags"], "input": order}
        self.order_rows[row["id"]] = row | {"options": options}
        return {"order": row, "userErrors": []}

    def refundCreate(self, info: Any, input: Row) -> Row:
        def make() -> Row:
            rows = self.order_rows[input["orderId"]]["refund_rows"]
            total = sum(float(part["amount"]) for part in input["transactions"])
            made = {"id": f"gid://shopify/Refund/{900 + len(rows)}", "note": input["note"], "totalRefundedSet": bag(f"{total:.2f}")}
            rows.append(made | {"input": input})
            return {"refund": made, "userErrors": []}

        return self._once(info, make)

    def _once(self, info: Any, make: Any) -> Row:
        found = get_directive_values(schema().get_directive("idempotent"), info.field_nodes[0], info.variable_values)
        assert found, "without @idempotent(key:)"
        key = str(found["key"])
        if key not in self.keys:
            self.keys[key] = make()
        answer: Row = self.keys[key]
        return answer

    # --- Fulfilment ---------------------------------------------------------------------------------------------------
    def fulfillmentOrderHold(self, info: Any, id: str, fulfillmentHold: Row) -> Row:
        work = self._part("work", id)
        assert work is not None
        if any(hold["handle"] == fulfillmentHold["handle"] for hold in work["fulfillmentHolds"]):
            error = {"field": ["id"], "message": "The handle is taken", "code": "DUPLICATE_FULFILLMENT_HOLD_HANDLE"}
            return {"fulfillmentHold": None, "userErrors": [error]}
        hold = {
            "id": f"gid://shopify/FulfillmentHold/{len(work['fulfillmentHolds']) + 70}{id[-1]}", "handle": fulfillmentHold["handle"],
            "reason": fulfillmentHold["reason"], "heldByRequestingApp": True, "notes": fulfillmentHold.get("reasonNotes"),
        }  # fmt: skip
        work["fulfillmentHolds"].append(hold)
        work["status"] = "ON_HOLD"
        return {"fulfillmentHold": hold, "userErrors": []}

    def fulfillmentOrderReleaseHold(self, info: Any, id: str, holdIds: list[str]) -> Row:
        work = self._part("work", id)
        assert work is not None
        work["fulfillmentHolds"] = [hold for hold in work["fulfillmentHolds"] if hold["id"] not in holdIds]
        work["status"] = "ON_HOLD" if work["fulfillmentHolds"] else "OPEN"
        return {"fulfillmentOrder": work, "userErrors": []}

    def fulfillmentOrderMove(self, info: Any, id: str, newLocationId: str) -> Row:
        work = self._part("work", id)
        assert work is not None
        work["assignedLocation"] = {"name": "Other", "location": {"id": newLocationId}}
        return {"movedFulfillmentOrder": work, "userErrors": []}

    def fulfillmentOrderSplit(self, info: Any, fulfillmentOrderSplits: list[Row]) -> Row:
        (split,) = fulfillmentOrderSplits
        order = next(row for row in self.order_rows.values() if any(w["id"] == split["fulfillmentOrderId"] for w in row["work"]))
        work = self._part("work", split["fulfillmentOrderId"])
        assert work is not None
        lines = {line["id"]: line for line in work["lines"]}
        taken = []
        for part in split["fulfillmentOrderLineItems"]:
            lines[part["id"]]["remainingQuantity"] -= part["quantity"]
            taken.append(lines[part["id"]] | {"id": part["id"] + "0", "remainingQuantity": part["quantity"]})
        other = work_row(int(work["id"].rpartition("/")[2]) + 100, taken)
        order["work"].append(other)
        return {"fulfillmentOrderSplits": [{"fulfillmentOrder": other, "remainingFulfillmentOrder": work}], "userErrors": []}

    def fulfillmentOrderMerge(self, info: Any, fulfillmentOrderMergeInputs: list[Row]) -> Row:
        (asked,) = fulfillmentOrderMergeInputs
        first, *others = [self._part("work", intent["fulfillmentOrderId"]) for intent in asked["mergeIntents"]]
        assert first is not None
        for other in others:
            assert other is not None
            for line in other["lines"]:
                held = next(one for one in first["lines"] if one["lineItem"] == line["lineItem"])
                held["remainingQuantity"] += line["remainingQuantity"]
                line["remainingQuantity"] = 0
            other["status"] = "CLOSED"
        return {"fulfillmentOrderMerges": [{"fulfillmentOrder": first}], "userErrors": []}

    def fulfillmentOrderSubmitFulfillmentRequest(self, info: Any, id: str, message: str | None = None) -> Row:
        work = self._part("work", id)
        assert work is not None
        work["requestStatus"] = "SUBMITTED"
        return {"submittedFulfillmentOrder": work, "userErrors": []}

    def fulfillmentOrderSubmitCancellationRequest(self, info: Any, id: str, message: str | None = None) -> Row:
        work = self._part("work", id)
        assert work is not None
        work["requestStatus"] = "CANCELLATION_REQUESTED"
        return {"fulfillmentOrder": work, "userErrors": []}

    def fulfillmentCreate(self, info: Any, fulfillment: Row) -> Row:
        (part,) = fulfillment["lineItemsByFulfillmentOrder"]
        work = self._part("work", part["fulfillmentOrderId"])
        assert work is not None
        tracking = fulfillment["trackingInfo"]
        made = {"id": "gid://shopify/Fulfillment/800", "status": "SUCCESS", "trackingInfo": first_of([tracking])}
        work["made"].append(made)
        work["status"] = "CLOSED"
        return {"fulfillment": made, "userErrors": []}

    def fulfillmentCancel(self, info: Any, id: str) -> Row:
        made = next(one for row in self.order_rows.values() for work in row["work"] for one in work["made"] if one["id"] == id)
        made["status"] = "CANCELLED"
        return {"fulfillment": made, "userErrors": []}

    # --- Returns, stock, webhooks ---------------------------------------------------------------------------------------
    def returnApproveRequest(self, info: Any, input: Row) -> Row:
        self.returns[input["id"]]["status"] = "OPEN"
        return {"return": self.returns[input["id"]], "userErrors": []}

    def returnCancel(self, info: Any, id: str, notifyCustomer: bool = False) -> Row:
        self.returns[id]["status"] = "CANCELED"
        return {"return": self.returns[id], "userErrors": []}

    def returnDeclineRequest(self, info: Any, input: Row) -> Row:
        self.returns[input["id"]] |= {"status": "DECLINED", "decline": {"reason": input["declineReason"], "note": input["declineNote"]}}
        return {"return": self.returns[input["id"]], "userErrors": []}

    def returnProcess(self, info: Any, input: Row) -> Row:
        found = self.returns[input["returnId"]]
        for part in input["returnLineItems"]:
            line = next(line for line in found["lines"] if line["id"] == part["id"])
            line["processedQuantity"] += part["quantity"]
            line["processableQuantity"] -= part["quantity"]
        return {"return": found, "userErrors": []}

    def inventoryAdjustQuantities(self, info: Any, input: Row) -> Row:
        assert "changeFromQuantity" in input["changes"][0], "Shopify wants it said, if only as null"

        def make() -> Row:
            for change in input["changes"]:
                self.stock[change["inventoryItemId"], change["locationId"]] += change["delta"]
            return {"inventoryAdjustmentGroup": {"id": "gid://shopify/InventoryAdjustmentGroup/1"}, "userErrors": []}

        return self._once(info, make)

    def webhookSubscriptionCreate(self, info: Any, topic: str, webhookSubscription: Row) -> Row:
        hook = hook_row(len(self.hooks) + 1, topic, webhookSubscription["uri"])
        self.hooks.append(hook)
        return {"webhookSubscription": hook, "userErrors": []}

    def webhookSubscriptionUpdate(self, info: Any, id: str, webhookSubscription: Row) -> Row:
        hook = next(hook for hook in self.hooks if hook["id"] == id)
        hook |= webhookSubscription
        return {"webhookSubscription": hook, "userErrors": []}


setattr(Shop, "return", lambda self, info, id: self.returns.get(id))  # a word of the language


def hook_row(number: int, topic: str, uri: str, **changes: Any) -> Row:
    row = {"id": f"gid://shopify/WebhookSubscription/{number}", "topic": topic, "uri": uri, "format": "JSON", "filter": None}
    return row | {"includeFields": []} | changes


def work_row(number: int, lines: list[Row] | None = None, **changes: Any) -> Row:
    """A fulfilment order."""
    actions = ["CREATE_FULFILLMENT", "HOLD", "MOVE", "SPLIT", "REQUEST_FULFILLMENT", "REQUEST_CANCELLATION", "RELEASE_HOLD", "MERGE"]
    row: Row = {
        "id": f"gid://shopify/FulfillmentOrder/{number}", "status": "OPEN", "requestStatus": "UNSUBMITTED",
        "supportedActions": [{"action": action} for action in actions],
        "assignedLocation": {"name": "Main", "location": {"id": "gid://shopify/Location/1"}}, "fulfillmentHolds": [], "made": [],
        "lines": lines or [],
    } | changes  # fmt: skip
    row["lineItems"] = connection(row["lines"])
    row["fulfillments"] = lambda info, **_: page(row["made"])
    return row


class Server:
    """`asked` are the operations in the order of arrival, with their variables. `refusals` are given first, one a request."""

    def __init__(self) -> None:
        self.shop = Shop()
        self.address = ""
        self.asked: list[tuple[str, Row]] = []
        self.headers: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.refusals: list[tuple[int, dict[str, str], Any]] = []
        self.cost: Row = {
            "requestedQueryCost": 10,
            "throttleStatus": {"maximumAvailable": 2000.0, "currentlyAvailable": 1990, "restoreRate": 100.0},
        }
        self.loses_answers_to: set[str] = set()
        self.answer_to_nobody = False

    @property
    def writes(self) -> list[str]:
        return [name for name, _ in self.asked if name[0].islower()]

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], Any] | None:
        self.headers.append(headers)
        self.bodies.append(body)
        if self.refusals:
            return self.refusals.pop(0)
        if path != PATH:
            return 404, {}, {"errors": "Not Found"}
        if headers.get("x-shopify-access-token") != TOKEN:
            return 401, {}, {"errors": "[API] Invalid API key or access token"}
        sent = json.loads(body)
        document = parse(sent["query"])
        operation: Any = document.definitions[0]
        writes = operation.operation.value == "mutation"
        names = [node.name.value for node in operation.selection_set.selections] if writes else [operation.name.value]
        self.asked += [(name, sent["variables"]) for name in names]
        errors: list[GraphQLError] = validate(schema(), document)
        if errors:
            return 200, {}, {"errors": [{"message": error.message, "extensions": {"code": "undefinedField"}} for error in errors]}
        found = execute_sync(schema(), document, root_value=self.shop, variable_values=sent["variables"])
        if self.answer_to_nobody or self.loses_answers_to & set(names):
            return None
        answer: Row = {"data": copy.deepcopy(found.data), "extensions": {"cost": self.cost}}
        if found.errors:
            answer["errors"] = [{"message": error.message, "extensions": error.extensions or {}} for error in found.errors]
        return 200, {"x-request-id": f"request-{len(self.asked)}"}, answer


@contextmanager
def serving() -> Iterator[Server]:
    served = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            found = served.answer(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            if found is None:  # done, and the answer is lost
                self.close_connection = True
                return
            status, headers, content = found
            made = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            for name, value in ({"Content-Type": "application/json", "Content-Length": str(len(made))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(made)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    if SCHEMA.exists():
        schema()  # read once a process, which takes seconds: not within the deadline of somebody's first question
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    served.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join(300)
