"""Returns for machines. What a page shows under a right is shown here under the same."""

import base64
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Prefetch
from django.urls import path
from rest_framework import serializers
from rest_framework.response import Response

from ordersops.accounts.roles import Perm
from ordersops.api.endpoint import acts, reads
from ordersops.api.files import TakesFile, decoded
from ordersops.api.pages import PageQuery, listed, page_of
from ordersops.api.rows import Document, Flag, Input, Money, Row, StoreName, Text, Whole
from ordersops.api.scopes import Scope
from ordersops.api.view import Asked, Resource
from ordersops.errors import Invalid
from ordersops.orders.models import Order
from returns import actions, photos, queries
from returns.actions import Wanted
from returns.actions.requesting import MOST_LINES
from returns.grounds import CHOICES
from returns.models import CheckRow, Photo, ReturnLine, ReturnRequest, ReturnState, Source
from returns.models.request import Wish

TAG = "Returns"
ASK = {"lines": [{"line": "li-0", "quantity": 1, "reason": "SIZE_TOO_SMALL", "words": "Too tight"}], "wish": "refund"}

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
PHOTO = {"line": "li-0", "name": "front.png", "content": PIXEL}


class CheckOut(Row):
    inputs = Document(help_text="What the check looked at.")

    class Meta:
        model = CheckRow
        fields: ClassVar[Any] = ["number", "check_key", "policy", "inputs", "result", "code", "reason", "at"]


class PhotoOut(Row):
    """A photo of the goods. Its kind was found in its content."""

    class Meta:
        model = Photo
        fields: ClassVar[Any] = ["id", "kind", "size", "sha256", "at"]


class PhotoDetail(PhotoOut):
    content = serializers.SerializerMethodField(help_text="The picture, in base64.")

    class Meta(PhotoOut.Meta):
        fields: ClassVar[Any] = [*PhotoOut.Meta.fields, "content"]

    def get_content(self, row: Photo) -> str:
        return base64.b64encode(photos.unseal(row.pk, bytes(row.body))).decode()


class ReturnLineOut(Row):
    amount = Money("amount", "request.currency", help_text="What goes back for it.")
    line = serializers.CharField(source="line.external_id", help_text="The external id of the order's line.")
    checks = CheckOut(many=True, help_text="All checks, the newest judgement first.")
    photos = PhotoOut(many=True)

    class Meta:
        model = ReturnLine
        fields: ClassVar[Any] = [
            "id", "line", "quantity", "reason", "stated_reason", "words", "condition", "outcome", "approved", "amount", "received", "grade",
            "disposition", "restocked", "checks", "photos",
        ]  # fmt: skip


class ReturnRow(Row):
    store = StoreName()
    value = Money("value")

    class Meta:
        model = ReturnRequest
        fields: ClassVar[Any] = [
            "id", "store", "order", "number", "external_id", "stated", "source", "identity", "wish", "state", "value", "outcome", "decline",
            "instructions", "carrier", "tracking_number", "requested_at", "approved_at", "expires_at", "sent_at", "received_at", "inspected_at",
            "closed_at",
        ]  # fmt: skip


class ReturnOut(ReturnRow):
    lines = ReturnLineOut(many=True)

    class Meta(ReturnRow.Meta):
        fields: ClassVar[Any] = [*ReturnRow.Meta.fields, "lines"]


class ReturnQuery(PageQuery):
    store = serializers.UUIDField(required=False, default=None)
    order = serializers.UUIDField(required=False, default=None)
    state = serializers.ChoiceField(ReturnState.choices, required=False, default="")
    source = serializers.ChoiceField(Source.choices, required=False, default="")  # type: ignore[assignment]
    reason = serializers.ChoiceField(CHOICES, required=False, default="", help_text="Of one of its lines.")
    open = Flag(required=False, default=False, help_text="true: only what is not settled, declined or given up.")
    since = serializers.DateTimeField(required=False, default=None, help_text="Asked for at or after.")
    until = serializers.DateTimeField(required=False, default=None, help_text="Asked for before.")


class LineToReturn(Input):
    line = Text(max_length=200, help_text="The external id of the order's line.")
    quantity = Whole(min_value=1, max_value=100_000)
    reason = serializers.ChoiceField(CHOICES)
    words = Text(required=False, default="", allow_blank=True, max_length=2000)


class ReturnInput(Input):
    lines = serializers.ListField(child=LineToReturn(), min_length=1, max_length=MOST_LINES)
    wish = serializers.ChoiceField([("", ""), *Wish.choices], required=False, default="", allow_blank=True)


class PhotoInput(Input):
    line = Text(max_length=200, help_text="The external id of the order's line.")
    name = Text(max_length=255)
    content = Text(help_text="The picture in base64: JPEG, PNG, WebP or GIF. It is drawn anew, and nothing but its pixels is kept.")
    words = Text(required=False, default="", allow_blank=True, max_length=2000, help_text="What the customer says with it.")


def _whole(returns: Any) -> Any:
    return returns.select_related("store", "order").prefetch_related(
        "lines__line", "lines__checks", "lines__request", Prefetch("lines__photos", queryset=Photo.objects.defer("body"))
    )


class Returns(Resource):
    @reads(page_of(ReturnRow), rights=[Perm.VIEW_ORDERS], tag=TAG, query=ReturnQuery)
    def list(self, request: Asked) -> Response:
        """Returns, the newest asked for first."""
        self.need_somewhere(Perm.VIEW_ORDERS)
        asked = self.asked(ReturnQuery)
        return listed(request, queries.page_of(request.user, asked, asked["cursor"], asked["limit"]), ReturnRow)

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


class Photos(TakesFile):
    @acts(ReturnOut, rights=[Perm.VIEW_ORDERS, Perm.ACT_ON_ORDER], tag=TAG, scope=Scope.ACT, takes=PhotoInput, status=201, example=PHOTO)
    def add(self, request: Asked, pk: UUID) -> Response:
        """Add a photo to a line of a return that is not decided."""
        found = self.load(ReturnRequest.objects.select_related("store", "order"), Perm.VIEW_ORDERS, pk=pk)
        said = self.body(PhotoInput)
        row = found.lines.filter(line__external_id=said["line"]).first()
        if row is None:
            raise Invalid(f"The return has no line “{said['line'][:60]}”. Name one of its lines. Nothing was changed.")
        given = {row.pk: [(said["name"], decoded(said["content"]))]}
        actions.answer_evidence(request=found, by=request.user, photos=given, words={row.pk: said["words"]})
        return Response(ReturnOut(_whole(ReturnRequest.objects).get(pk=found.pk)).data, status=201)

    @reads(PhotoDetail, rights=[Perm.VIEW_ORDERS], tag=TAG)
    def retrieve(self, request: Asked, pk: UUID) -> Response:
        """One photo with its content."""
        return Response(PhotoDetail(self.load(Photo.objects.all(), Perm.VIEW_ORDERS, pk=pk)).data)


urlpatterns = [
    path("returns", Returns.as_view({"get": "list"}), name="api_returns"),
    path("returns/<uuid:pk>", Returns.as_view({"get": "retrieve"}), name="api_return"),
    path("returns/<uuid:pk>/photos", Photos.as_view({"post": "add"}), name="api_return_photos"),
    path("return-photos/<uuid:pk>", Photos.as_view({"get": "retrieve"}), name="api_return_photo"),
    path("orders/<uuid:pk>/returns", Returns.as_view({"post": "create"}), name="api_order_returns"),
]
