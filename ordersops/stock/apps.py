from django.apps import AppConfig


class Stock(AppConfig):
    name = "ordersops.stock"
