"""`manage.py give_role EMAIL ROLE STORE`: a role by the system, without a second person. For the first people of a store."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ordersops.accounts.actions import give_role, invite, new_link, send_link, sync_roles
from ordersops.accounts.catalogue import all_roles
from ordersops.accounts.models import User
from ordersops.audit.actions import atomic
from ordersops.errors import Refusal


class Command(BaseCommand):
    help = (
        "Give somebody a role in a store, as the system and without a second person: for the first people of a store. With --name, "
        "somebody without an account gets one, and the link to set a password is printed. It is recorded."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("role", help="a name or key, such as admin or “Senior fraud reviewer”")
        parser.add_argument("store", help="the store's name")
        parser.add_argument("--name", default="", help="the person's name, where there is no account yet")

    def handle(self, *args: Any, **options: Any) -> None:
        from django.apps import apps

        system, link = sync_roles(), None
        role = next((one for one in all_roles().values() if options["role"].casefold() in {one.key.casefold(), one.name.casefold()}), None)
        store = apps.get_model("stores", "Store").objects.filter(name__iexact=options["store"]).first()
        if role is None:
            raise CommandError(f"There is no role {options['role']!r}. Say one of: {', '.join(all_roles())}.")
        if store is None:
            raise CommandError(f"There is no store {options['store']!r}.")
        try:
            with atomic():
                person = User.objects.filter(email=options["email"].strip().lower(), is_system=False).first()
                if person is None and not options["name"]:
                    raise CommandError(f"{options['email']} has no account. Say --name, and one is made.")
                person = person or invite(email=options["email"], name=options["name"], by=system)
                give_role(person=person, role=role.key, store=store, by=system)
                link = None if person.has_usable_password() else new_link(person=person, by=system)
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(f"{person} is {role.name.lower()} in {store}.")
        if link is not None:
            send_link(link=link)
            self.stdout.write(f"Password to be set once, until {link.invitation.expires_at:%Y-%m-%d %H:%M} UTC: {link.url}")
