from django.urls import path

from ordersops.intake import views

urlpatterns = [
    path("", views.intake, name="intake"),
    path("deliveries/", views.deliveries, name="deliveries"),
    path("deliveries/<uuid:pk>/", views.delivery, name="delivery"),
    path("deliveries/<uuid:pk>/replay", views.replay, name="delivery_replay"),
    path("stores/<uuid:pk>/compare", views.compare, name="store_compare"),
    path("stores/<uuid:pk>/subscriptions", views.subscriptions, name="store_subscriptions"),
    path("stores/<uuid:pk>/subscribe", views.subscribe, name="store_subscribe"),
]
