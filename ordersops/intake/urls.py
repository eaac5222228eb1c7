from django.urls import path

from ordersops.intake import views

urlpatterns = [
    path("", views.intake, name="intake"),
    path("deliveries/", views.deliveries, name="deliveries"),
    path("deliveries/<uuid:pk>/", views.delivery, name="delivery"),
    path("deliveries/<uuid:pk>/replay", views.replay, name="delivery_replay"),
]
