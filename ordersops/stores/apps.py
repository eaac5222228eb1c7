from django.apps import AppConfig


class Stores(AppConfig):
    name = "ordersops.stores"
