from django.urls import path

from ordersops.review import views

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
    path("decisions/<uuid:pk>/undo", views.undo, name="decision_undo"),
    path("decisions/<uuid:pk>/harm", views.report_harm, name="decision_harm"),
]
