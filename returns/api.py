"""Returns for machines. What a page shows under a right is shown here under the same."""

from typing import Any, ClassVar
from uuid import UUID

from django.urls import path
from rest_framework import serializers
from rest_framework.response import Response

from ordersops.accounts.roles import Perm
from ordersops.api.endpoint import acts, reads
from ordersops.api.rows import Document, Input, Money, Row, StoreName, Text, Whole
from ordersops.api.scopes import Scope
from ordersops.api.view import Asked, Resource
from ordersops.orders.models import Order
from returns import actions
from returns.actions import Wanted
from returns.actions.requesting import MOST_LINES
from returns.grounds import CHOICES
from returns.models import CheckRow, ReturnLine, ReturnRequest
from returns.models.request import Wish

TAG = "Returns"
ASK = {"lines": [{"line": "li-0", "quantity": 1, "reason": "SIZE_TOO_SMALL", "words": "Too tight"}], "wish": "refund"}


class CheckOut(Row):
    inputs = Document(help_text="What the check looked at.")

    class Meta:
        model = CheckRow
        fields: ClassVar[Any] = ["number", "check_key", "policy", "inputs", "result", "code", "reason", "at"]


class ReturnLineOut(Row):
    amount = Money("amount", "request.currency", help_text="What goes back for it.")
    line = serializers.CharField(source="line.external_id", help_text="The external id of the order's line.")
    checks = CheckOut(many=True, help_text="All checks, the newest judgement first.")

    class Meta:
        model = ReturnLine
        fields: ClassVar[Any] = [
            "id", "line", "quantity", "reason", "stated_reason", "words", "condition", "outcome", "approved", "amount", "received", "grade",
            "disposition", "restocked", "checks",
        ]  # fmt: skip


class ReturnOut(Row):
    store = StoreName()
    value = Money("value")
    lines = ReturnLineOut(many=True)

    class Meta:
        model = ReturnRequest
        fields: ClassVar[Any] = [
            "id", "store", "order", "number", "external_id", "stated", "source", "identity", "wish", "state", "value", "outcome", "decline",
            "instructions", "carrier", "tracking_number", "requested_at", "approved_at", "expires_at", "received_at", "inspected_at", "closed_at",
            "lines",
        ]  # fmt: skip


class LineToReturn(Input):
    line = Text(max_length=200, help_text="The external id of the order's line.")
    quantity = Whole(min_value=1, max_value=100_000)
    reason = serializers.ChoiceField(CHOICES)
    words = Text(required=False, default="", allow_blank=True, max_length=2000)


class ReturnInput(Input):
    lines = serializers.ListField(child=LineToReturn(), min_length=1, max_length=MOST_LINES)
    wish = serializers.ChoiceField([("", ""), *Wish.choices], required=False, default="", allow_blank=True)


def _whole(returns: Any) -> Any:
    return returns.select_related("store", "order").prefetch_related("lines__line", "lines__checks")


class Returns(Resource):
    @reads(ReturnOut, rights=[Perm.VIEW_ORDERS], tag=TAG)
    def retrieve(self, request: Asked, pk: UUID) -> Response:
        """One return with its lines and their checks."""
        return Response(ReturnOut(self.load(_whole(ReturnRequest.objects.all()), Perm.VIEW_ORDERS, pk=pk)).data)

    @acts(ReturnOut, rights=[Perm.VIEW_ORDERS, Perm.ACT_ON_ORDER], tag=TAG, scope=Scope.ACT, takes=ReturnInput, status=201, example=ASK)
    def create(self, request: Asked, pk: UUID) -> Response:
        """Ask for a return of an order."""
        order = self.load(Order.objects.all(), Perm.VIEW_ORDERS, pk=pk)
        body = self.body(ReturnInput)
        wanted = [Wanted(one["line"], one["quantity"], one["reason"], words=one["words"]) for one in body["lines"]]
        made = actions.request(order=order, wanted=wanted, source="api", identity="staff", wish=body["wish"], by=request.user)
        return Response(ReturnOut(_whole(ReturnRequest.objects).get(pk=made.pk)).data, status=201)


urlpatterns = [
    path("returns/<uuid:pk>", Returns.as_view({"get": "retrieve"}), name="api_return"),
    path("orders/<uuid:pk>/returns", Returns.as_view({"post": "create"}), name="api_order_returns"),
]
