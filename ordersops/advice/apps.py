from django.apps import AppConfig


class Advice(AppConfig):
    name = "ordersops.advice"
