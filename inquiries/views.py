"""Pages of inquiries: conversations without an order, and what is done about who writes. What has an order is a case."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from inquiries import actions
from inquiries.forms import LinkForm
from inquiries.models import Conversation
from inquiries.queries import without_order
from ordersops.accounts.access import get_or_404, require_anywhere
from ordersops.accounts.roles import Perm
from ordersops.cases.models import Case
from ordersops.errors import Invalid
from ordersops.htmx import Request, back, done, show


@require_safe
def unlinked(request: Request) -> HttpResponse:
    """Conversations that wait, and for which no order was found."""
    require_anywhere(request.user, Perm.DECIDE_INQUIRIES)
    return show(request, "inquiries/unlinked.html", {"conversations": without_order(request.user)})


@require_POST
def link(request: Request, pk: UUID) -> HttpResponse:
    conversation = get_or_404(Conversation.objects.select_related("store"), request, Perm.DECIDE_INQUIRIES, pk=pk)
    form = LinkForm(conversation.store_id, request.POST)
    if not form.is_valid():
        raise Invalid(" ".join(str(one) for errors in form.errors.values() for one in errors))
    actions.link_order(conversation=conversation, order=form.cleaned_data["number"], by=request.user)
    return done(request, reverse("inquiries"), say=f"Linked to order {form.cleaned_data['number']}; its case opens in a moment.")


@require_POST
def close(request: Request, pk: UUID) -> HttpResponse:
    conversation = get_or_404(Conversation.objects.all(), request, Perm.DECIDE_INQUIRIES, pk=pk)
    actions.close(conversation=conversation, by=request.user)
    return done(request, reverse("inquiries"), say="Closed. A new message opens it again.")


@require_POST
def know(request: Request, pk: UUID) -> HttpResponse:
    """Send a code to the order's address, or say that one has made sure oneself."""
    conversation = get_or_404(Conversation.objects.select_related("order"), request, Perm.DECIDE_INQUIRIES, pk=pk)
    if request.POST.get("how") == "person":
        actions.know_person(conversation=conversation, by=request.user)
        said = "It is written down that you made sure. New advice comes in a moment."
    else:
        made = actions.ask_code(conversation=conversation, by=request.user)
        if made is None:
            raise Invalid("No code can be sent now: it is known already, the order has no address, or three went out today.")
        actions.send_code(row=made[0], code=made[1])
        said = "A code is on its way to the order's address."
    case = Case.objects.filter(subject=conversation.pk, lane="inquiries", state="open").first()
    return done(request, reverse("case", args=[case.pk]) if case else back(request, "inquiries"), say=said)
