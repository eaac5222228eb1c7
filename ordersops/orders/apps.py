from django.apps import AppConfig


class Orders(AppConfig):
    name = "ordersops.orders"
