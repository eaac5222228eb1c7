from django.apps import AppConfig


class Effects(AppConfig):
    name = "ordersops.effects"
