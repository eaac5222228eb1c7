"""Playbooks for machines: what to do in situations that come again, as the desk shows it."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Q
from django.http import Http404
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from ordersops.accounts.roles import Perm
from ordersops.api.endpoint import reads
from ordersops.api.pages import PageQuery, listed, page_of
from ordersops.api.rows import Named, Person, Row, Texts
from ordersops.api.view import Asked, Resource
from ordersops.cases.lanes import lane, lanes
from ordersops.lists import newest
from ordersops.review.models import Playbook, PlaybookVersion
from ordersops.review.playbooks import said_of

TAG = "Playbooks"
SHOWN = ("playbook__store", "by")


class PlaybookRow(Row):
    """The version in force, or the last one of a retired playbook. Decisions name the version that filled them in."""

    id = serializers.UUIDField(source="playbook_id", read_only=True)
    version_id = serializers.UUIDField(source="pk", read_only=True, help_text="What a decision names.")
    store = Named(source="playbook.store", allow_null=True, read_only=True, help_text="Null: every store.")
    lane = serializers.CharField(read_only=True)
    by = Person()
    fits = serializers.SerializerMethodField(help_text="Its conditions in words; all of them must hold.")
    steps = Texts(help_text="What to do, in this order.")
    outcome = serializers.CharField(read_only=True, help_text="What it prepares; empty for nothing.")
    terms = serializers.DictField(
        child=serializers.CharField(), read_only=True, help_text="Prepared words, by field of the outcome's terms."
    )

    class Meta:
        model = PlaybookVersion
        fields: ClassVar[Any] = [
            "id", "version_id", "version", "store", "lane", "name", "active", "fits", "steps", "outcome", "reason", "reason_against", "terms", "note",
            "by", "made_at",
        ]  # fmt: skip

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_fits(self, row: PlaybookVersion) -> list[str]:
        return said_of(lane(row.lane), row.conditions)


class PlaybookQuery(PageQuery):
    lane = serializers.ChoiceField([(key, one.label) for key, one in lanes().items()], required=False, default=None)
    store = serializers.UUIDField(required=False, default=None, help_text="Those of this store, and those of every store.")


class Playbooks(Resource):
    @reads(page_of(PlaybookRow), rights=[Perm.VIEW_CASES], tag=TAG, query=PlaybookQuery)
    def list(self, request: Asked) -> Response:
        """Playbooks as they are now, the last changed first."""
        stores, asked = self.need_somewhere(Perm.VIEW_CASES), self.asked(PlaybookQuery)
        seen = [store for store in stores if asked["store"] in (None, store)]
        rows = PlaybookVersion.objects.filter(Q(playbook__store=None) | Q(playbook__store__in=seen))
        if asked["lane"]:
            rows = rows.filter(playbook__lane=asked["lane"])
        current = PlaybookVersion.objects.filter(pk__in=rows.newest().values("pk"), playbook__lane__in=lanes())
        load = PlaybookVersion.objects.select_related(*SHOWN)
        return listed(request, newest([current], "made_at", asked["cursor"], load=load, size=asked["limit"]), PlaybookRow)

    @reads(PlaybookRow, rights=[Perm.VIEW_CASES], tag=TAG)
    def retrieve(self, request: Asked, pk: UUID) -> Response:
        """One playbook as it is now."""
        self.need_somewhere(Perm.VIEW_CASES)
        book = Playbook.objects.filter(pk=pk, store=None).first() or self.load(Playbook.objects.all(), Perm.VIEW_CASES, pk=pk)
        if book.lane not in lanes():
            raise Http404
        return Response(PlaybookRow(book.versions.select_related(*SHOWN).order_by("-version")[0]).data)
