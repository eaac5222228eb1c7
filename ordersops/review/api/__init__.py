"""Cases, advice and decisions for machines: the queue, the case with what may be done about it, and deciding."""

from django.urls import path

from ordersops.review.api.advice import Recommendations
from ordersops.review.api.bulk import Bulks
from ordersops.review.api.cases import Cases, Queues
from ordersops.review.api.decisions import Decisions
from ordersops.review.api.files import CaseFiles, Files
from ordersops.review.api.playbooks import Playbooks
from ordersops.review.api.second import Proposals
from ordersops.review.api.work import CaseWork, OrderReviews

urlpatterns = [
    path("queues/<slug:lane>", Queues.as_view({"get": "list"}), name="api_queue"),
    path("queues/<slug:lane>/next", Queues.as_view({"post": "take_next"}), name="api_queue_next"),
    path("cases", Cases.as_view({"get": "list"}), name="api_cases"),
    path("cases/<uuid:pk>", Cases.as_view({"get": "retrieve"}), name="api_case"),
    path("cases/<uuid:pk>/claim", Cases.as_view({"post": "claim"}), name="api_case_claim"),
    path("cases/<uuid:pk>/release", Cases.as_view({"post": "release"}), name="api_case_release"),
    path("cases/<uuid:pk>/approve", Cases.as_view({"post": "approve"}), name="api_case_approve"),
    path("cases/<uuid:pk>/override", Cases.as_view({"post": "override"}), name="api_case_override"),
    path("cases/<uuid:pk>/assign", CaseWork.as_view({"post": "assign"}), name="api_case_assign"),
    path("cases/<uuid:pk>/escalate", CaseWork.as_view({"post": "escalate"}), name="api_case_escalate"),
    path("cases/<uuid:pk>/hand-back", CaseWork.as_view({"post": "hand_back"}), name="api_case_hand_back"),
    path("cases/<uuid:pk>/snooze", CaseWork.as_view({"post": "snooze"}), name="api_case_snooze"),
    path("cases/<uuid:pk>/wake", CaseWork.as_view({"post": "wake"}), name="api_case_wake"),
    path("cases/<uuid:pk>/tags", CaseWork.as_view({"post": "tags"}), name="api_case_tags"),
    path("cases/<uuid:pk>/deadline", CaseWork.as_view({"post": "deadline"}), name="api_case_deadline"),
    path("orders/<uuid:pk>/reviews", OrderReviews.as_view({"post": "create"}), name="api_order_reviews"),
    path("cases/<uuid:pk>/reopen", CaseWork.as_view({"post": "reopen"}), name="api_case_reopen"),
    path("cases/<uuid:pk>/comments", CaseWork.as_view({"get": "comments", "post": "comment"}), name="api_case_comments"),
    path("cases/<uuid:pk>/ask-customer", CaseWork.as_view({"post": "ask_customer"}), name="api_case_ask_customer"),
    path("cases/<uuid:pk>/attachments", CaseFiles.as_view({"get": "files", "post": "attach"}), name="api_case_attachments"),
    path("attachments/<uuid:pk>", Files.as_view({"get": "retrieve"}), name="api_attachment"),
    path("bulks", Bulks.as_view({"post": "create"}), name="api_bulks"),
    path("bulks/<uuid:pk>", Bulks.as_view({"get": "retrieve"}), name="api_bulk"),
    path("bulks/<uuid:pk>/approve", Bulks.as_view({"post": "approve"}), name="api_bulk_approve"),
    path("bulks/<uuid:pk>/send-back", Bulks.as_view({"post": "send_back"}), name="api_bulk_send_back"),
    path("proposals", Proposals.as_view({"get": "list"}), name="api_proposals"),
    path("proposals/<uuid:pk>", Proposals.as_view({"get": "retrieve"}), name="api_proposal"),
    path("proposals/<uuid:pk>/approve", Proposals.as_view({"post": "approve"}), name="api_proposal_approve"),
    path("proposals/<uuid:pk>/send-back", Proposals.as_view({"post": "send_back"}), name="api_proposal_send_back"),
    path("proposals/<uuid:pk>/decide-otherwise", Proposals.as_view({"post": "decide_otherwise"}), name="api_proposal_otherwise"),
    path("proposals/<uuid:pk>/take-back", Proposals.as_view({"post": "take_back"}), name="api_proposal_take_back"),
    path("playbooks", Playbooks.as_view({"get": "list"}), name="api_playbooks"),
    path("playbooks/<uuid:pk>", Playbooks.as_view({"get": "retrieve"}), name="api_playbook"),
    path("recommendations", Recommendations.as_view({"get": "list"}), name="api_recommendations"),
    path("recommendations/<uuid:pk>", Recommendations.as_view({"get": "retrieve"}), name="api_recommendation"),
    path("decisions", Decisions.as_view({"get": "list"}), name="api_decisions"),
    path("decisions/<uuid:pk>", Decisions.as_view({"get": "retrieve"}), name="api_decision"),
    path("decisions/<uuid:pk>/undo", Decisions.as_view({"post": "undo"}), name="api_decision_undo"),
    path("decisions/<uuid:pk>/take-back", Decisions.as_view({"post": "take_back"}), name="api_decision_take_back"),
]
