from django.apps import AppConfig

from ordersops.audit.verbs import call


class Effects(AppConfig):
    name = "ordersops.effects"

    def ready(self) -> None:
        from ordersops.effects.models import LABELS

        call(LABELS)
