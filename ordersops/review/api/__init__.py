"""Cases, advice and decisions for machines: the queue, the case with what may be done about it, and deciding."""

from django.urls import path

from ordersops.review.api.advice import Recommendations
from ordersops.review.api.cases import Cases, Queues
from ordersops.review.api.decisions import Decisions

urlpatterns = [
    path("queues/<slug:lane>", Queues.as_view({"get": "list"}), name="api_queue"),
    path("queues/<slug:lane>/next", Queues.as_view({"post": "take_next"}), name="api_queue_next"),
    path("cases", Cases.as_view({"get": "list"}), name="api_cases"),
    path("cases/<uuid:pk>", Cases.as_view({"get": "retrieve"}), name="api_case"),
    path("cases/<uuid:pk>/claim", Cases.as_view({"post": "claim"}), name="api_case_claim"),
    path("cases/<uuid:pk>/release", Cases.as_view({"post": "release"}), name="api_case_release"),
    path("cases/<uuid:pk>/approve", Cases.as_view({"post": "approve"}), name="api_case_approve"),
    path("cases/<uuid:pk>/override", Cases.as_view({"post": "override"}), name="api_case_override"),
    path("recommendations", Recommendations.as_view({"get": "list"}), name="api_recommendations"),
    path("recommendations/<uuid:pk>", Recommendations.as_view({"get": "retrieve"}), name="api_recommendation"),
    path("decisions", Decisions.as_view({"get": "list"}), name="api_decisions"),
    path("decisions/<uuid:pk>", Decisions.as_view({"get": "retrieve"}), name="api_decision"),
    path("decisions/<uuid:pk>/undo", Decisions.as_view({"post": "undo"}), name="api_decision_undo"),
]
