"""Rotation: afterwards nothing needs an older key, and the history says that it was done."""

import base64
import os
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from ordersops.intake.models import Delivery, sealed_body
from ordersops.stores.models import Store

pytestmark = pytest.mark.django_db


def new_key(name: str) -> str:
    return f"{name}:{base64.b64encode(os.urandom(32)).decode()}"


def test_everything_is_sealed_again_and_the_old_key_can_go(store: Store, settings: Any) -> None:
    secret = store.webhook_secret
    now = timezone.now()
    delivery = Delivery(store=store, topic="order.created", dedupe_key="a", body_sha256="0" * 64, received_at=now, not_before=now)
    delivery.body = sealed_body(delivery.pk, b"the body")
    delivery.save()
    old, new = settings.SEALING_KEYS, new_key("k-new")

    settings.SEALING_KEYS = f"{new},{old}"
    call_command("rotate_secrets")

    settings.SEALING_KEYS = new
    assert Store.objects.get().webhook_secret == secret
    kept = Delivery.objects.get()
    assert kept.raw == b"the body"


def test_the_history_says_how_many_and_under_which_key(store: Store, settings: Any) -> None:
    from ordersops.audit.models import Event

    settings.SEALING_KEYS = f"{new_key('k-new')},{settings.SEALING_KEYS}"
    call_command("rotate_secrets")
    event = Event.objects.get(verb="keys.rotated")
    assert '"key":"k-new"' in event.payload
    assert '"rows":1' in event.payload


def test_doing_it_twice_changes_nothing(store: Store, settings: Any) -> None:
    settings.SEALING_KEYS = f"{new_key('k-new')},{settings.SEALING_KEYS}"
    call_command("rotate_secrets")
    before = Store.objects.values_list("webhook_secret", flat=True).get()
    call_command("rotate_secrets")
    assert bytes(Store.objects.values_list("webhook_secret", flat=True).get()) == bytes(before)
