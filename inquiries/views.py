"""Pages of inquiries: every conversation, what is done where no order was found, and who writes. What has an order is decided as a case."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from inquiries import actions, panel
from inquiries.checking import faults
from inquiries.composing import compose
from inquiries.forms import AnswerForm, ConversationFilters, LinkForm
from inquiries.models import Conversation, ConversationState, Message
from inquiries.queries import candidates, messages_of, page_of
from ordersops.accounts.access import can, get_or_404, require_anywhere
from ordersops.accounts.roles import Perm
from ordersops.cases.models import Case
from ordersops.errors import Invalid
from ordersops.htmx import Request, back, done, show
from ordersops.stores.models import Store


@require_safe
def conversations(request: Request) -> HttpResponse:
    """Conversations, the newest first: at first those that wait for a person and have no order."""
    require_anywhere(request.user, Perm.VIEW_CASES)
    stores = list(Store.objects.visible_to(request.user, Perm.VIEW_CASES))
    filters = ConversationFilters(request.GET, store=[(str(store.pk), store.name) for store in stores])
    asked = filters.read()
    page = page_of(request.user, asked, request.GET.get("cursor", ""))
    context = {**filters.context(page), "rows": page.rows, "stores": stores, "showing": asked["show"]}
    return show(request, "inquiries/list.html", context, fragment="inquiries/_rows.html")


@require_safe
def conversation(request: Request, pk: UUID) -> HttpResponse:
    return _page(request, _seen(request, pk))


@require_POST
def reply(request: Request, pk: UUID) -> HttpResponse:
    """Answer a conversation that has no order."""
    found = _seen(request, pk, Perm.DECIDE_INQUIRIES)
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            actions.reply(conversation=found, by=request.user, **form.cleaned_data)
        except Invalid as error:
            form.add_error("text", error.message)
        else:
            return done(request, "inquiry", pk, say="The reply leaves in a moment; until then it can be taken back.")
    return _page(request, found, form, status=422)


@require_POST
def take_back(request: Request, pk: UUID) -> HttpResponse:
    message = get_or_404(Message.objects.select_related("store"), request, Perm.DECIDE_INQUIRIES, pk=pk, outgoing=True)
    actions.take_back(message=message, by=request.user)
    return done(request, "inquiry", message.conversation_id, say="Taken back. The conversation waits again.")


@require_POST
def send_again(request: Request, pk: UUID) -> HttpResponse:
    message = get_or_404(Message.objects.select_related("store"), request, Perm.DECIDE_INQUIRIES, pk=pk, outgoing=True)
    actions.send_again(message=message, by=request.user)
    return done(request, "inquiry", message.conversation_id, say="It is sent again.")


@require_POST
def link(request: Request, pk: UUID) -> HttpResponse:
    found = get_or_404(Conversation.objects.select_related("store"), request, Perm.DECIDE_INQUIRIES, pk=pk)
    form = LinkForm(found.store_id, request.POST)
    if not form.is_valid():
        raise Invalid(" ".join(str(one) for errors in form.errors.values() for one in errors))
    actions.link_order(conversation=found, order=form.cleaned_data["number"], by=request.user)
    return done(request, "inquiry", pk, say=f"Linked to order {form.cleaned_data['number']}; its case opens in a moment.")


@require_POST
def close(request: Request, pk: UUID) -> HttpResponse:
    found = get_or_404(Conversation.objects.all(), request, Perm.DECIDE_INQUIRIES, pk=pk)
    actions.close(conversation=found, by=request.user)
    return done(request, reverse("inquiries"), say="Closed. A new message opens it again.")


@require_POST
def know(request: Request, pk: UUID) -> HttpResponse:
    """Send a code to the order's address, or say that one has made sure oneself."""
    found = get_or_404(Conversation.objects.select_related("order"), request, Perm.DECIDE_INQUIRIES, pk=pk)
    if request.POST.get("how") == "person":
        actions.know_person(conversation=found, by=request.user)
        said = "It is written down that you made sure. New advice comes in a moment."
    else:
        made = actions.ask_code(conversation=found, by=request.user)
        if made is None:
            raise Invalid("No code can be sent now: it is known already, the order has no address, or three went out today.")
        actions.send_code(row=made[0], code=made[1])
        said = "A code is on its way to the order's address."
    case = Case.objects.filter(subject=found.pk, lane="inquiries", state="open").first()
    return done(request, reverse("case", args=[case.pk]) if case else back(request, "inquiries"), say=said)


def _seen(request: Request, pk: UUID, perm: Perm = Perm.VIEW_CASES) -> Conversation:
    return get_or_404(Conversation.objects.select_related("store", "order__store", "order__customer"), request, perm, pk=pk)


def _page(request: Request, found: Conversation, form: AnswerForm | None = None, status: int = 200) -> HttpResponse:
    """The conversation; where it waits without an order, what was recognised, a draft to begin with, and the orders it may be about."""
    may, waits = can(request.user, Perm.DECIDE_INQUIRIES, found.store_id), found.state == ConversationState.OPEN and found.order_id is None
    context: dict[str, Any] = {"conversation": found, "letters": messages_of(found), "may": may, "waits": waits, "cases": _cases(found)}
    if waits:
        evidence = actions.evidence_of(found)
        draft = compose(evidence)
        if draft is not None and faults(draft.text, evidence, subject=draft.subject):
            draft = None
        context["panel"] = panel.read(evidence)
        if may:
            context["form"] = form or AnswerForm(initial=AnswerForm.begin(draft, found))
            context["drafted"] = draft is not None
            context["candidates"] = candidates(found)
    return show(request, "inquiries/conversation.html", context, status=status)


def _cases(found: Conversation) -> list[Case]:
    return (
        list(Case.objects.filter(subject=found.pk, lane="inquiries").select_related("order").order_by("-opened_at")[:5])
        if found.order_id
        else []
    )
