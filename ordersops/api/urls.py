"""The interface for machines and its pages. The resources are reached by their dotted paths: they lie above."""

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path

from ordersops.api import views

urlpatterns = [
    path("account/tokens/", views.tokens, name="tokens"),
    path("account/tokens/<uuid:pk>/revoke", views.revoke, name="token_revoke"),
    path("api/v1/docs", views.docs, name="api_docs"),
    path("api/v1/schema", login_not_required(views.schema), name="api_schema"),
    path("api/v1/", include("ordersops.stores.api")),
    path("api/v1/", include("ordersops.orders.api")),
    path("api/v1/", include("ordersops.review.api")),
    path("api/v1/", include("ordersops.effects.api")),
    path("api/v1/", include("returns.api")),
    path("api/v1/", include("inquiries.api")),
    path("api/v1/", include("ordersops.audit.api")),
]
