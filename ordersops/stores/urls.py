from django.urls import path

from ordersops.stores import views

urlpatterns = [
    path("", views.stores, name="stores"),
    path("connect/", views.connect, name="store_connect"),
    path("<uuid:pk>/", views.store, name="store"),
    path("<uuid:pk>/hours", views.hours, name="store_hours"),
    path("<uuid:pk>/margin", views.gross_margin, name="store_margin"),
    path("<uuid:pk>/rotate", views.rotate, name="store_rotate"),
]
