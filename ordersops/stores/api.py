"""Stores for machines. Neither the address that webhooks come to nor any secret is shown."""

from typing import Any, ClassVar
from uuid import UUID

from django.urls import path
from rest_framework.response import Response

from ordersops.accounts.roles import Perm
from ordersops.api.endpoint import reads
from ordersops.api.pages import PageQuery, listed, page_of
from ordersops.api.rows import Row
from ordersops.api.view import Asked, Resource
from ordersops.lists import newest
from ordersops.stores.models import Store

TAG = "Stores"


class StoreRow(Row):
    class Meta:
        model = Store
        fields: ClassVar[Any] = ["id", "name", "platform", "currency", "time_zone", "is_active", "has_api", "created_at"]


class Stores(Resource):
    @reads(page_of(StoreRow), rights=[Perm.VIEW_INTAKE], tag=TAG, query=PageQuery)
    def list(self, request: Asked) -> Response:
        """The stores that the token reaches, the newest first."""
        stores, asked = self.need_somewhere(Perm.VIEW_INTAKE), self.asked(PageQuery)
        found = Store.objects.filter(pk__in=stores)
        return listed(request, newest([found], "created_at", asked["cursor"], load=found, size=asked["limit"]), StoreRow)

    @reads(StoreRow, rights=[Perm.VIEW_INTAKE], tag=TAG)
    def retrieve(self, request: Asked, pk: UUID) -> Response:
        """One store."""
        return Response(StoreRow(self.load(Store.objects.all(), Perm.VIEW_INTAKE, pk=pk)).data)


urlpatterns = [
    path("stores", Stores.as_view({"get": "list"}), name="api_stores"),
    path("stores/<uuid:pk>", Stores.as_view({"get": "retrieve"}), name="api_store"),
]
