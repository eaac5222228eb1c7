"""Orders and their holds for machines. What a page shows under a right is shown here under the same."""

from typing import Any, ClassVar
from uuid import UUID

from django.urls import path
from rest_framework import serializers
from rest_framework.response import Response

from ordersops.accounts.roles import Perm
from ordersops.api.endpoint import acts, reads
from ordersops.api.pages import PageQuery, listed, page_of
from ordersops.api.rows import Document, Flag, Input, Money, Nothing, Person, Row, StoreName, Text, Texts
from ordersops.api.scopes import Scope
from ordersops.api.view import Asked, Resource
from ordersops.orders import actions, queries
from ordersops.orders.forms import HOLD_REASONS, OrderFilters
from ordersops.orders.lifecycle import Payment, Risk, Stage
from ordersops.orders.models import Customer, Dispute, Hold, Line, Order, Refund, Shipment, Transaction

TAG = "Orders"
HOLD = {"reason": "address", "note": "The street is missing"}
AXES = ["stage", "commercial", "payment", "risk", "allocation", "fulfilment", "returns", "on_hold"]


class HoldRow(Row):
    placed_by = Person()
    released_by = Person(allow_null=True)

    class Meta:
        model = Hold
        fields: ClassVar[Any] = ["id", "order", "reason", "note", "placed_by", "placed_at", "released_by", "released_at", "decision"]


class LineRow(Row):
    price = Money("price", "order.currency", help_text="Of one unit.")

    class Meta:
        model = Line
        fields: ClassVar[Any] = [
            "id", "external_id", "sku", "title", "price", "requires_shipping", "gift_card", "ordered", "removed", "cancelled", "shipped",
            "delivered", "returned", "refunded",
        ]  # fmt: skip


class TransactionRow(Row):
    card = Document(help_text="Brand, last digits, AVS and CVV as the gateway says.")
    amount = Money()

    class Meta:
        model = Transaction
        fields: ClassVar[Any] = ["id", "external_id", "kind", "status", "amount", "gateway", "error_code", "card", "at"]


class ShipmentRow(Row):
    tracking_numbers = Texts()
    quantities = serializers.DictField(child=serializers.IntegerField(), help_text="Units by the external id of the line.")

    class Meta:
        model = Shipment
        fields: ClassVar[Any] = [
            "id", "external_id", "status", "carrier", "tracking_numbers", "quantities", "shipped_at", "delivered_at"
        ]  # fmt: skip


class RefundRow(Row):
    items = serializers.ListField(help_text="[external id of the line, units, restock]")
    amount = Money("amount", "order.currency")

    class Meta:
        model = Refund
        fields: ClassVar[Any] = ["id", "external_id", "amount", "reason", "items", "at"]


class DisputeRow(Row):
    amount = Money()

    class Meta:
        model = Dispute
        fields: ClassVar[Any] = ["id", "external_id", "kind", "reason", "status", "amount", "opened_at", "due_at"]


class CustomerRow(Row):
    class Meta:
        model = Customer
        fields: ClassVar[Any] = ["id", "external_id", "name", "email", "phone", "tier", "orders_count", "first_order_at", "last_order_at"]


class OrderRow(Row):
    store = StoreName()
    total = Money("total")

    class Meta:
        model = Order
        fields: ClassVar[Any] = [
            "id", "store", "external_id", "number", "placed_at", "received_at", "cancelled_at", "closed_at", "total", "name", "email", *AXES,
            "version",
        ]  # fmt: skip


class OrderDetail(OrderRow):
    shipping_address = Document()
    billing_address = Document()
    client = Document(help_text="IP, browser, language, session and device.")
    stated = Document(help_text="The store's own words for its states.")
    platform_risk = Document()
    tags = Texts()
    issues = serializers.ListField(help_text="What is wrong or missing in the facts.")
    customer = CustomerRow(allow_null=True)
    subtotal = Money("subtotal")
    shipping_total = Money("shipping_total")
    tax_total = Money("tax_total")
    discount_total = Money("discount_total")
    authorized = Money("authorized")
    captured = Money("captured")
    refunded = Money("refunded")
    lines = LineRow(many=True)
    transactions = TransactionRow(many=True)
    shipments = ShipmentRow(many=True)
    refunds = RefundRow(many=True)
    disputes = DisputeRow(many=True)
    holds = HoldRow(many=True)

    class Meta(OrderRow.Meta):
        fields: ClassVar[Any] = [
            *OrderRow.Meta.fields, "customer", "phone", "shipping_address", "billing_address", "shipping_method", "client", "note", "tags",
            "source", "is_test", "cancel_reason", "stated", "platform_risk", "issues", "subtotal", "shipping_total", "tax_total", "discount_total",
            "authorized", "captured", "refunded", "lines", "transactions", "shipments", "refunds", "disputes", "holds",
        ]  # fmt: skip


class OrderQuery(PageQuery):
    q = Text(required=False, max_length=200, default="", help_text="Number, name, e-mail, phone, SKU or tracking number.")
    store = serializers.UUIDField(required=False, default=None)
    stage = serializers.ChoiceField(Stage.choices, required=False, default="")
    payment = serializers.ChoiceField(Payment.choices, required=False, default="")
    risk = serializers.ChoiceField(Risk.choices, required=False, default="")
    on_hold = Flag(required=False, default=False, help_text="true: only what is held.")
    since = serializers.DateTimeField(required=False, default=None, help_text="Placed at or after.")
    until = serializers.DateTimeField(required=False, default=None, help_text="Placed before.")


class HoldInput(Input):
    reason = serializers.ChoiceField(HOLD_REASONS)
    note = Text(required=False, default="", allow_blank=True, max_length=300)


WHOLE = ("lines", "transactions", "shipments", "refunds", "disputes", "holds__placed_by", "holds__released_by")


class Orders(Resource):
    @reads(page_of(OrderRow), rights=[Perm.VIEW_ORDERS], tag=TAG, query=OrderQuery)
    def list(self, request: Asked) -> Response:
        """Orders, the newest placed first."""
        self.need_somewhere(Perm.VIEW_ORDERS)
        asked = self.asked(OrderQuery)
        filters = {**dict.fromkeys(OrderFilters.base_fields), **asked}  # those of the desk, the ones that it has besides unset
        return listed(request, queries.page_of(request.user, filters, asked["cursor"], asked["limit"]), OrderRow)

    @reads(OrderDetail, rights=[Perm.VIEW_ORDERS], tag=TAG)
    def retrieve(self, request: Asked, pk: UUID) -> Response:
        """One order with its lines, money, shipments, disputes and holds."""
        orders = Order.objects.select_related("store", "customer").prefetch_related(*WHOLE)
        order = self.load(orders, Perm.VIEW_ORDERS, pk=pk)
        parts: list[Any] = [*order.lines.all(), *order.refunds.all()]
        for part in parts:
            part.order = order  # its currency is theirs
        return Response(OrderDetail(order).data)

    @acts(HoldRow, rights=[Perm.VIEW_ORDERS, Perm.PLACE_HOLD], tag=TAG, scope=Scope.ACT, takes=HoldInput, status=201, example=HOLD)
    def hold(self, request: Asked, pk: UUID) -> Response:
        """Stop an order from shipping."""
        order = self.load(Order.objects.all(), Perm.VIEW_ORDERS, pk=pk)
        placed = actions.place_hold(order=order, by=request.user, **self.body(HoldInput))
        return Response(HoldRow(placed).data, status=201)


class Holds(Resource):
    @acts(HoldRow, rights=[Perm.VIEW_ORDERS, Perm.RELEASE_HOLD], tag=TAG, scope=Scope.ACT, takes=Nothing)
    def release(self, request: Asked, pk: UUID) -> Response:
        """End a hold that is not a fraud hold."""
        hold = self.load(Hold.objects.select_related("placed_by"), Perm.VIEW_ORDERS, pk=pk)
        self.body(Nothing)
        return Response(HoldRow(actions.release_hold(hold=hold, by=request.user)).data)


urlpatterns = [
    path("orders", Orders.as_view({"get": "list"}), name="api_orders"),
    path("orders/<uuid:pk>", Orders.as_view({"get": "retrieve"}), name="api_order"),
    path("orders/<uuid:pk>/hold", Orders.as_view({"post": "hold"}), name="api_order_hold"),
    path("holds/<uuid:pk>/release", Holds.as_view({"post": "release"}), name="api_hold_release"),
]
