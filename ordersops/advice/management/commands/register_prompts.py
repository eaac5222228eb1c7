from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ordersops.accounts.models import User
from ordersops.advice.prompts import register
from ordersops.errors import Conflict


class Command(BaseCommand):
    help = "Register the prompt of every lane, so that advisors may be asked with it. Running it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            rows = register(User.objects.system())
        except Conflict as refused:
            raise CommandError(refused.message) from refused
        for row in rows:
            self.stdout.write(f"{row.lane}: {row}")
