"""When we stop a subscriber by ourselves: it said so, or nothing has reached it for days."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.notifications.models import Outgoing, State, Subscriber

STOP_AFTER = timedelta(days=3)  # of nothing but failures


def stop_if_long(pk: UUID, now: datetime, error: str) -> None:
    """Stop the subscriber where nothing has reached it for too long."""
    if Subscriber.objects.filter(pk=pk, failing_since__lte=now - STOP_AFTER).exists():
        stop(pk, f"Nothing has reached it for {STOP_AFTER.days} days. {error}")


@atomic
def stop(pk: UUID, because: str) -> None:
    """Stop it, with an event and a notice on its page. What waits for it has failed, until a person sends it again."""
    this = Subscriber.objects.select_for_update().filter(pk=pk, is_active=True).first()
    if this is None:
        return
    this.is_active, this.stopped_because = False, because[:300]
    this.save(update_fields=["is_active", "stopped_because"])
    give_up_waiting(this)
    tell(Verb.WEBHOOK_STOPPED, this, by=User.objects.system(), why=because[:300])


def give_up_waiting(this: Subscriber) -> None:
    """What waits for it has failed, until a person sends it again."""
    waiting = Outgoing.objects.filter(subscriber=this, state=State.READY)
    waiting.update(state=State.DEAD, settled_at=timezone.now(), last_error="The webhook was stopped.")


def tell(verb: Verb, this: Subscriber, *, by: User, **data: Any) -> None:
    """Record it in the history of its store, or for a subscriber of all stores in its owner's."""
    person = None if this.store_id else this.owner_id
    record(verb, by=by, store=this.store_id, person=person, subscriber=this.pk, name=this.name, **data)
