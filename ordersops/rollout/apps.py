from django.apps import AppConfig


class Rollout(AppConfig):
    name = "ordersops.rollout"
