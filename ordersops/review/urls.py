from django.urls import path

from ordersops.review import doors
from ordersops.review.views import bulk, request, second, verify
from ordersops.review.views import case as views

urlpatterns = [
    path("cases/<uuid:pk>/", views.case, name="case"),
    path("cases/<uuid:pk>/bar", views.decision_bar, name="_case_bar"),
    path("cases/<uuid:pk>/claim", views.claim, name="case_claim"),
    path("cases/<uuid:pk>/release", views.release, name="case_release"),
    path("cases/<uuid:pk>/lease", views.lease, name="case_lease"),
    path("cases/<uuid:pk>/impression", views.impression, name="case_impression"),
    path("cases/<uuid:pk>/tick", views.tick, name="case_tick"),
    path("cases/<uuid:pk>/approve", views.approve, name="case_approve"),
    path("cases/<uuid:pk>/override", views.override, name="case_override"),
    path("cases/<uuid:pk>/ask-customer", verify.ask_customer, name="case_ask_customer"),
    path("cases/<uuid:pk>/withdraw-link", verify.withdraw_link, name="case_withdraw_link"),
    path("orders/<uuid:pk>/review", request.order_review, name="order_review"),
    path("second/", second.queue, name="second"),
    path("second/rows", second.rows, name="_second_rows"),
    path("queues/<slug:lane>/several", bulk.choose, name="bulk_new"),
    path("second/bulk/<uuid:pk>/", bulk.bulk, name="bulk"),
    path("second/bulk/<uuid:pk>/approve", bulk.approve, name="bulk_approve"),
    path("second/bulk/<uuid:pk>/send-back", bulk.send_back, name="bulk_send_back"),
    path("proposals/<uuid:pk>/approve", second.approve, name="proposal_approve"),
    path("proposals/<uuid:pk>/send-back", second.send_back, name="proposal_send_back"),
    path("proposals/<uuid:pk>/otherwise", second.otherwise, name="proposal_otherwise"),
    path("proposals/<uuid:pk>/take-back", second.take_back, name="proposal_take_back"),
    path("decisions/<uuid:pk>/undo", views.undo, name="decision_undo"),
    path("decisions/<uuid:pk>/take-back", views.take_back, name="decision_take_back"),
    path("decisions/<uuid:pk>/harm", views.report_harm, name="decision_harm"),
    path("confirm/<uuid:endpoint>/<str:token>", doors.confirm, name="confirm"),
]
