from django.apps import AppConfig


class OrdersOps(AppConfig):
    name = "ordersops"
    verbose_name = "ordersops"

    def ready(self) -> None:
        from ordersops import checks  # noqa: F401  registers the system checks
