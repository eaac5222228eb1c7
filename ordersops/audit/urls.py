"""Below /audit/."""

from django.urls import path

from ordersops.audit import views

urlpatterns = [
    path("", views.search, name="audit"),
    path("export.csv", views.export_csv, name="audit_csv"),
    path("timeline/<slug:kind>/<uuid:pk>", views.timeline, name="timeline"),
]
