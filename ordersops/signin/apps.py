from django.apps import AppConfig


class SignInConfig(AppConfig):
    name = "ordersops.signin"
    label = "signin"

    def ready(self) -> None:
        from ordersops.signin import receivers  # noqa: F401  connects them
