"""Inquiries for machines: the store's own site brings messages in. What has an order is a case, and is decided as one."""

from typing import Any, ClassVar

from django.urls import path
from rest_framework import serializers
from rest_framework.response import Response

from inquiries import actions
from inquiries.doors import offer_code
from inquiries.models import LONGEST, Channel, Message
from ordersops.accounts.roles import Perm
from ordersops.api.endpoint import acts
from ordersops.api.rows import Flag, Input, Row, Text
from ordersops.api.scopes import Scope
from ordersops.api.view import Asked, Resource
from ordersops.stores.models import Store

TAG = "Inquiries"
EXAMPLE = {"sender_email": "ada@customer.example", "text": "Where is my order 1042?", "external_id": "msg-1"}


class MessageInput(Input):
    sender_email = serializers.EmailField(max_length=320)
    sender_name = Text(required=False, default="", allow_blank=True, max_length=200)
    subject = Text(required=False, default="", allow_blank=True, max_length=200)
    text = Text(max_length=LONGEST)
    order_number = Text(required=False, default="", allow_blank=True, max_length=120)
    external_id = Text(required=False, default="", allow_blank=True, max_length=200, help_text="The same one twice is one message.")
    thread = Text(required=False, default="", allow_blank=True, max_length=200)
    signed_in = Flag(required=False, default=False, help_text="true: the store's site knows that the sender has this address.")


class MessageRow(Row):
    class Meta:
        model = Message
        fields: ClassVar[Any] = ["id", "conversation", "channel", "external_id", "machine", "at"]


class Messages(Resource):
    @acts(
        MessageRow,
        rights=[Perm.DECIDE_INQUIRIES],
        tag=TAG,
        scope=Scope.DECIDE,
        takes=MessageInput,
        status=201,
        example=EXAMPLE,
    )
    def receive(self, request: Asked, pk: Any) -> Response:
        """Bring in a customer's message."""
        store = self.load(Store.objects.all(), Perm.DECIDE_INQUIRIES, pk=pk)
        said = self.body(MessageInput)
        proved = said.pop("signed_in")
        message = actions.receive(store=store, said=actions.Incoming(channel=Channel.API, proved=proved, **said), by=request.user)
        offer_code(message, request.user)
        return Response(MessageRow(message).data, status=201)


urlpatterns = [path("stores/<uuid:pk>/messages", Messages.as_view({"post": "receive"}), name="api_store_message")]
