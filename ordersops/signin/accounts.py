"""How allauth signs people in here: by e-mail, nobody by themselves, each sign-in recorded."""

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.internal import ratelimit
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from ordersops.accounts.access import can_anywhere
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.signin import devices


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

        request.session["remember_device"] = True

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Failures are counted for the account together with the known browser, or the address, from which they come."""
        account: str = super()._get_login_attempts_cache_key(request, **credentials)
        device = devices.known_to(request, credentials.get("email", ""))
        return f"{account}:{device or self.get_client_ip(request)}"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Besides, an account may be guessed at from all unknown browsers together only so often in a day."""
        super().pre_authenticate(request, **credentials)
        email = credentials.get("email", "").strip().lower()
        self._elsewhere = None
        if not devices.known_to(request, email):
            self._elsewhere = ratelimit.consume(request, app="allauth.account", action="login_elsewhere", key=email)
            if not self._elsewhere:
                raise self.validation_error("too_many_login_attempts")

    def _rollback_login_failed_rl_usage(self) -> None:
        super()._rollback_login_failed_rl_usage()
        if self._elsewhere:
            self._elsewhere.rollback()

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """A supervisor's day begins in the control tower, everybody else's with what waits for them."""
        supervises = can_anywhere(request.user, Perm.VIEW_WORKLOAD) and can_anywhere(request.user, Perm.ASSIGN_CASES)
        return reverse("tower" if supervises else "home")

    def is_safe_url(self, url: str) -> bool:
        """Only addresses of the host that was asked, so that `next` leads nowhere else."""
        request: HttpRequest = context.request
        return url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}, require_https=request.is_secure())

    def add_message(self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any) -> None:
        """Signing in and out say nothing: the page that follows does."""
