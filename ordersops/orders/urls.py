from django.urls import path

from ordersops.orders import views

urlpatterns = [
    path("orders/", views.orders, name="orders"),
    path("orders/<uuid:pk>/", views.order, name="order"),
    path("orders/<uuid:pk>/hold", views.hold, name="order_hold"),
    path("holds/<uuid:pk>/release", views.release, name="hold_release"),
]
