from django.urls import path

from ordersops.privacy import views

urlpatterns = [
    path("", views.requests, name="privacy"),
    path("<uuid:pk>/settle", views.settle, name="privacy_settle"),
    path("<uuid:pk>/erase", views.erase, name="privacy_erase"),
    path("<uuid:pk>/export", views.export, name="privacy_export"),
]
