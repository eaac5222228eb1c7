from django.urls import path

from fraud import views

urlpatterns = [
    path("", views.lists, name="fraud_lists"),
    path("add", views.add, name="fraud_list_add"),
    path("orders/<uuid:pk>/add", views.add_from_order, name="fraud_list_add_from_order"),
    path("<uuid:pk>/remove", views.remove, name="fraud_list_remove"),
]
