"""The page behind the link of an invitation: somebody sets their first password."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from ordersops.accounts import actions
from ordersops.accounts.actions.invitations import VOID, invitation_of
from ordersops.accounts.forms import PasswordForm
from ordersops.errors import Invalid


@login_not_required
@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Looking changes nothing, so that a mail scanner does not use the link up."""
    found = invitation_of(token)
    if found is None:
        return render(request, "accounts/invitation.html", {"void": VOID}, status=410)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.accept_invitation(token=token, password=form.cleaned_data["password"])
        except Invalid as refused:
            form.add_error("password", refused.message)
        else:
            return render(request, "accounts/invitation.html", {"done": True, "person": found.person})
    context = {"form": form, "person": found.person, "by": found.by}
    return render(request, "accounts/invitation.html", context, status=422 if form.errors else 200)
