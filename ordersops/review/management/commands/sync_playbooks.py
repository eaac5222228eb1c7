from typing import Any

from django.core.management.base import BaseCommand

from ordersops.review.actions import sync_playbooks


class Command(BaseCommand):
    help = "Write down the playbooks that the lanes declare and that are not kept yet. Running it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Playbooks added: {sync_playbooks()}.")
