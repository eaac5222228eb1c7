"""The history for machines. Nothing in it can be changed, and it holds no personal data of customers."""

from typing import Any, ClassVar

from django.http import Http404
from django.urls import path
from rest_framework import serializers
from rest_framework.response import Response

from ordersops.accounts.roles import Perm
from ordersops.api.endpoint import reads
from ordersops.api.pages import PageQuery, listed, page_of
from ordersops.api.rows import Row
from ordersops.api.scopes import Scope
from ordersops.api.view import Asked, Resource
from ordersops.audit.models import Event
from ordersops.audit.queries import page
from ordersops.audit.verbs import Verb

TAG = "History"


class EventRow(Row):
    actor = serializers.UUIDField(source="actor_id", read_only=True)
    store = serializers.UUIDField(source="store_id", read_only=True, allow_null=True)
    order = serializers.UUIDField(source="order_id", read_only=True, allow_null=True)
    case = serializers.UUIDField(source="case_id", read_only=True, allow_null=True)
    sentence = serializers.CharField(read_only=True, help_text="What happened, in words.")
    data = serializers.DictField(read_only=True, help_text="The payload of the verb: ids, enums, amounts.")  # type: ignore[assignment]
    hash = serializers.SerializerMethodField(help_text="In hexadecimal; docs/audit.md says over what.")
    prev = serializers.SerializerMethodField(help_text="The hash of the event before it in its stream.")

    class Meta:
        model = Event
        fields: ClassVar[Any] = [
            "id", "at", "actor", "actor_name", "verb", "sentence", "store", "order", "case", "data", "stream", "seq", "request_id", "prev", "hash",
        ]  # fmt: skip

    def get_hash(self, event: Event) -> str:
        return bytes(event.hash).hex()

    def get_prev(self, event: Event) -> str:
        return bytes(event.prev).hex()


class EventQuery(PageQuery):
    kinds = (int,)
    verb = serializers.ChoiceField([(verb.value, verb.label) for verb in Verb], required=False, default=None)
    actor = serializers.UUIDField(required=False, default=None)
    store = serializers.UUIDField(required=False, default=None)
    order = serializers.UUIDField(required=False, default=None)
    case = serializers.UUIDField(required=False, default=None)
    since = serializers.DateTimeField(required=False, default=None, help_text="At or after.")
    until = serializers.DateTimeField(required=False, default=None, help_text="Before.")


class Events(Resource):
    @reads(page_of(EventRow), rights=[Perm.VIEW_AUDIT], tag=TAG, scope=Scope.AUDIT, query=EventQuery)
    def list(self, request: Asked) -> Response:
        """What happened, the newest first."""
        self.need_somewhere(Perm.VIEW_AUDIT)
        asked = self.asked(EventQuery)
        events = Event.objects.visible_to(request.user).newest_first()
        for name in ("verb", "actor", "store", "order", "case"):
            if asked[name] is not None:
                events = events.filter(**{name: asked[name]})
        if asked["since"]:
            events = events.filter(at__gte=asked["since"])
        if asked["until"]:
            events = events.filter(at__lt=asked["until"])
        return listed(request, page(events, asked["cursor"], asked["limit"]), EventRow)

    @reads(EventRow, rights=[Perm.VIEW_AUDIT], tag=TAG, scope=Scope.AUDIT)
    def retrieve(self, request: Asked, pk: int) -> Response:
        """One event."""
        event = Event.objects.filter(pk=pk).first() if pk < 2**63 else None
        if event is None:
            raise Http404
        if event.store_id is not None:
            self.load(Event.objects.all(), Perm.VIEW_AUDIT, pk=pk)
        elif not Event.objects.visible_to(request.user).filter(pk=pk).exists():
            raise Http404
        return Response(EventRow(event).data)


urlpatterns = [
    path("audit-events", Events.as_view({"get": "list"}), name="api_events"),
    path("audit-events/<int:pk>", Events.as_view({"get": "retrieve"}), name="api_event"),
]
