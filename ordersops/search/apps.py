from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "ordersops.search"
    label = "search"
