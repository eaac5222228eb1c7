from typing import Any

from django.core.management.base import BaseCommand

from ordersops.accounts.actions import sync_roles


class Command(BaseCommand):
    help = "Make the groups and rights of every store what the table of roles says. Running it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        sync_roles()
        self.stdout.write("Roles and rights are as the table says.")
