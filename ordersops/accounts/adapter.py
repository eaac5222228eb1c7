"""How allauth signs people in here: by e-mail, nobody by themselves, each sign-in recorded."""

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from ordersops.accounts.models import User
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb


class Adapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by an invitation (actions.invite) alone."""
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        """Start the session with its own clock, and record it."""
        with atomic():
            super().login(request, user)
            record(Verb.SIGNED_IN, by=user, person=user)
        request.session["signed_in_at"] = request.session["seen_at"] = int(time.time())

    def is_safe_url(self, url: str) -> bool:
        """Only addresses of the host that was asked, so that `next` leads nowhere else."""
        request: HttpRequest = context.request
        return url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}, require_https=request.is_secure())

    def add_message(self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any) -> None:
        """Signing in and out say nothing: the page that follows does."""
