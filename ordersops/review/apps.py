from django.apps import AppConfig


class Review(AppConfig):
    name = "ordersops.review"
