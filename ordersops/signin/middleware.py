"""Between signing in and the pages: a factor that is owed, and a proof that is too old for what is dear."""

import time
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.reauthentication import suspend_request
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import resolve_url
from django.urls import reverse

from ordersops.middleware import Answer, _by_htmx, _wants_json
from ordersops.signin import devices
from ordersops.signin.dangerous import DANGEROUS, PROOF_SECONDS, holds_secret

OPEN = {"account_logout", "account_reauthenticate", "account_login"}
OWED = "Your role needs a second factor. Set one up here; everything else opens then."
AGAIN = "Confirm that it is you: this needs a fresh sign-in."


class Proofs:
    """After SignInRequired: whoever owes a second factor reaches only the page where it is set up; dangerous acts need a fresh proof."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if request.session.pop("remember_device", None) and request.user.is_authenticated:
            devices.remember(request, answer, request.user.email)
        return answer

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        name = (request.resolver_match.url_name if request.resolver_match else "") or ""
        if not request.user.is_authenticated or not getattr(view, "login_required", True):
            return None
        if getattr(request.user, "owes_factor", False) and name not in OPEN and not name.startswith("mfa_"):
            return self._to_set_up(request)
        if name in DANGEROUS and request.method == "POST" and not self._is_proven(request):
            return self._to_prove(request)
        return None

    @staticmethod
    def _to_set_up(request: HttpRequest) -> HttpResponse:
        url = resolve_url("mfa_index")
        if _by_htmx(request):
            return HttpResponse(status=403, headers={"HX-Redirect": url})
        if _wants_json(request):
            return JsonResponse({"status": 403, "title": "A second factor is needed", "message": OWED}, status=403)
        messages.warning(request, OWED)
        return HttpResponseRedirect(url)

    @staticmethod
    def _is_proven(request: HttpRequest) -> bool:
        """Signed in, or confirmed since, in the last minutes."""
        proofs = [record.get("at", 0) for record in request.session.get("account_authentication_methods", [])]
        return time.time() - max([request.session.get("signed_in_at", 0), *proofs]) <= PROOF_SECONDS

    @staticmethod
    def _to_prove(request: HttpRequest) -> HttpResponse:
        """To the page that asks for the password or factor, and then on with what was sent; what holds a secret is typed again instead."""
        to = reverse("account_reauthenticate")
        messages.warning(request, AGAIN)
        by_htmx = _by_htmx(request)
        for header in [key for key in request.META if key.startswith("HTTP_HX_")]:
            del request.META[header]  # it is carried out as a plain form afterwards
        if holds_secret(request):
            back = request.META.get("HTTP_REFERER", "")
            answer = HttpResponseRedirect(f"{to}?{urlencode({'next': back or '/'})}")
        else:
            answer = suspend_request(request, to)
        return HttpResponse(status=204, headers={"HX-Redirect": answer["Location"]}) if by_htmx else answer
