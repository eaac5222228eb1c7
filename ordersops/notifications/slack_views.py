"""Who a Slack user is: the page for the person, and the one for those who manage people."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ordersops.accounts.access import require_anywhere, rights
from ordersops.accounts.roles import Perm
from ordersops.errors import Invalid
from ordersops.htmx import Request, done
from ordersops.notifications import queries
from ordersops.notifications.actions import slack as actions
from ordersops.notifications.forms import ProposeForm
from ordersops.notifications.models import SlackAccount


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: Request) -> HttpResponse:
    """Where the link that Slack showed leads: says who would act in whose name; a POST confirms it."""
    token = str((request.POST if request.method == "POST" else request.GET).get("token", ""))[:600]
    team, slack_user, name = actions.offered(token)
    if request.method != "POST":
        return render(request, "notifications/slack_link.html", {"token": token, "slack_user": slack_user, "name": name, "team": team})
    actions.connect(token=token, by=request.user)
    return done(request, "notifications", say=f"You are {name} in Slack now. Press the button there again.")


@require_POST
def confirm(request: Request) -> HttpResponse:
    account = actions.confirm(by=request.user)
    return done(request, "notifications", say=f"Confirmed: you are {account.slack_user} in Slack.")


@require_POST
def disconnect(request: Request) -> HttpResponse:
    """End one's own connection."""
    account = get_object_or_404(SlackAccount, person=request.user)
    actions.disconnect(account=account, by=request.user)
    return done(request, "notifications", say="Slack is not connected with your account any more.")


@require_safe
def accounts(request: Request) -> HttpResponse:
    require_anywhere(request.user, Perm.MANAGE_PEOPLE)
    connected, free = queries.slack_accounts(request.user)
    return render(request, "notifications/slack_accounts.html", {"accounts": connected, "people": free})


@require_POST
def propose(request: Request) -> HttpResponse:
    require_anywhere(request.user, Perm.MANAGE_PEOPLE)
    asked = ProposeForm(request.POST).read()
    if asked is None:
        raise Invalid("Choose a person and enter the member id of their Slack profile.")
    _, free = queries.slack_accounts(request.user)
    person = next((person for person in free if person.pk == asked[0]), None)
    if person is None:
        raise Invalid("Choose one of the people who are not connected yet.")
    actions.propose(person=person, slack_user=asked[1], by=request.user)
    return done(request, "slack_accounts", say=f"Proposed. It counts once {person} has confirmed it on their page of notifications.")


@require_POST
def end(request: Request, pk: UUID) -> HttpResponse:
    """End the connection of somebody whom one manages. People with whom one shares no store do not exist."""
    account = get_object_or_404(SlackAccount.objects.select_related("person"), pk=pk)
    if not rights(account.person).keys() & rights(request.user).keys():
        raise Http404
    actions.disconnect(account=account, by=request.user)
    return done(request, "slack_accounts", say=f"{account.person} is not connected with Slack any more.")
