"""Verbs on outgoing webhooks: adding, changing, testing, rotating, sending again, removing."""

import base64
import json
import secrets
from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlsplit

from django.utils import timezone

from ordersops.accounts.access import can, require, require_anywhere
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic
from ordersops.audit.verbs import Verb
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.ids import uuid7
from ordersops.jobs import enqueue
from ordersops.notifications.models import Breaker, Channel, Outgoing, State, Subscriber
from ordersops.notifications.payload import TELLABLE
from ordersops.notifications.stopping import give_up_waiting, tell
from ordersops.stores.callbacks import check_callback_url, is_private
from ordersops.stores.models import Store

GRACE = timedelta(hours=24)  # for which a replaced secret signs beside the new one
MOST = 20  # of one owner
MOST_TESTS = 10  # a minute


@atomic
def add(*, name: str, url: str, verbs: Iterable[str], store: Store | None, by: User) -> Subscriber:
    """Have an address told of events, in the name of `by`. Needs `manage_stores` in the store, or somewhere for all stores of one's own.

    Raises Invalid for an address that is not https (http only to private addresses, where the settings allow these).
    """
    _authorise(by, store)
    if Subscriber.objects.filter(owner=by, removed_at=None).count() >= MOST:
        raise Conflict(f"You have {MOST} webhooks already. Remove one that is not needed any more.")
    this = Subscriber(name=_name(name), url=_url(url), store=store, owner=by, verbs=_verbs(verbs))
    this.secret = new_secret()
    this.save(force_insert=True)
    Breaker.objects.get_or_create(key=this.line)
    tell(Verb.WEBHOOK_ADDED, this, by=by, verbs=list(this.verbs))
    return this


@atomic
def change(*, subscriber: Subscriber, name: str, url: str, verbs: Iterable[str], is_active: bool, by: User) -> Subscriber:
    """Change what it is told and where. Starting one again that we had stopped begins with a clean slate."""
    this = _locked(subscriber, by)
    wanted = {"name": _name(name), "url": _url(url), "verbs": _verbs(verbs)}
    changed = [field for field, value in wanted.items() if getattr(this, field) != value]
    started, stopped = is_active and not this.is_active, this.is_active and not is_active
    for field in changed:
        setattr(this, field, wanted[field])
    if "url" in changed or started:
        this.failing_since = None
        Breaker.objects.filter(key=this.line).update(faults=0, open_until=None, alert="")
    this.is_active = is_active
    if started:
        this.stopped_because = ""
    this.save()
    if changed:
        tell(Verb.WEBHOOK_CHANGED, this, by=by, changed=changed)
    if started:
        tell(Verb.WEBHOOK_STARTED, this, by=by)
    if stopped:
        give_up_waiting(this)
        tell(Verb.WEBHOOK_STOPPED, this, by=by, why="by hand")
    return this


@atomic
def rotate(*, subscriber: Subscriber, by: User) -> str:
    """Give it a new secret and return it. The old one signs beside it for a day, so that no delivery fails while the receiver changes."""
    this = _locked(subscriber, by)
    fresh = new_secret()
    this.previous_secret, this.previous_secret_expires_at = this.secret, timezone.now() + GRACE
    this.secret = fresh
    this.save()
    tell(Verb.WEBHOOK_SECRET_ROTATED, this, by=by, until=this.previous_secret_expires_at)
    return fresh


@atomic
def test(*, subscriber: Subscriber, by: User) -> Outgoing:
    """Send a message of the type `test`, also to one that is stopped. It goes the way of every other and stands in the log."""
    this = _locked(subscriber, by)
    now = timezone.now()
    if Outgoing.objects.filter(subscriber=this, verb="test", created_at__gte=now - timedelta(minutes=1)).count() >= MOST_TESTS:
        raise Conflict("That was tested often enough within a minute. Wait a little.")
    pk = uuid7()
    message_id = f"test_{pk.hex}"
    body = {"type": "test", "timestamp": now.isoformat().replace("+00:00", "Z"), "data": {"id": message_id, "event": {}}}
    row = Outgoing.objects.create(
        id=pk, channel=Channel.WEBHOOK, line=this.line, subscriber=this, message_id=message_id, verb="test", dedupe_key=message_id, not_before=now,
        content={"body": json.dumps(body, separators=(",", ":"))},
    )  # fmt: skip
    enqueue("notifications.deliver")
    return row


@atomic
def send_again(*, subscriber: Subscriber, by: User) -> int:
    """Send everything that failed again, with the same ids. Returns how much it is. Conflict while it is stopped."""
    this = _locked(subscriber, by)
    if not this.is_active:
        raise Conflict("The webhook is stopped: start it first, then send again what failed.")
    failed = Outgoing.objects.filter(subscriber=this, state=State.DEAD)
    count = failed.update(state=State.READY, attempts=0, not_before=timezone.now(), settled_at=None)
    if not count:
        raise Conflict("Nothing has failed, so there is nothing to send again.")
    Breaker.objects.filter(key=this.line).update(faults=0, open_until=None, alert="")
    tell(Verb.WEBHOOK_SENT_AGAIN, this, by=by, rows=count)
    enqueue("notifications.deliver")
    return count


@atomic
def remove(*, subscriber: Subscriber, by: User) -> None:
    """Tell it nothing any more. Its log stays for its time."""
    this = _locked(subscriber, by)
    this.removed_at, this.is_active = timezone.now(), False
    this.save()
    give_up_waiting(this)
    tell(Verb.WEBHOOK_REMOVED, this, by=by)


def new_secret() -> str:
    """256 bits, as Standard Webhooks writes them."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _authorise(by: User, store: Store | None) -> None:
    if store is None:
        require_anywhere(by, Perm.MANAGE_STORES)
    else:
        require(by, Perm.MANAGE_STORES, store.pk, to="manage webhooks")


def _locked(subscriber: Subscriber, by: User) -> Subscriber:
    """The row, locked, once it is sure that the person may change it. One of all stores is its owner's alone."""
    this = Subscriber.objects.select_for_update(of=("self",)).select_related("store").get(pk=subscriber.pk)
    _authorise(by, this.store)
    if this.store_id is None and this.owner_id != by.pk:
        raise Forbidden("A webhook of all stores is changed by its owner alone: it tells what they may see.")
    if this.removed_at:
        raise Conflict("This webhook was removed.")
    return this


def _name(name: str) -> str:
    name = " ".join(name.replace("\x00", "").split())
    if not 1 <= len(name) <= 80:
        raise Invalid("A webhook needs a name of at most 80 characters.")
    return name


def _url(url: str) -> str:
    url = check_callback_url(url)
    if not url:
        raise Invalid("An address is needed, such as https://example.com/webhooks/ordersops.")
    if urlsplit(url).scheme != "https" and not is_private(urlsplit(url).hostname or ""):
        raise Invalid("The address has to start with https://, so that nobody reads along.")
    return url


def _verbs(verbs: Iterable[str]) -> list[str]:
    """Verbs of the history, each once. Raises Invalid for none and for one that is not known."""
    found = sorted(set(verbs))
    if not found:
        raise Invalid("Choose at least one event.")
    if unknown := [verb for verb in found if verb not in TELLABLE]:
        raise Invalid(f"There is no event “{unknown[0][:40]}” that could be told.")
    return found


def may_manage(by: User, this: Subscriber) -> bool:
    """Whether the person may change it: for drawing the controls."""
    return can(by, Perm.MANAGE_STORES, this.store_id) if this.store_id else this.owner_id == by.pk
