"""Secrets and bodies at rest: what was changed, or belongs to another row, does not open."""

import base64
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ordersops.sealing import key_of, newest_key, seal, unseal
from ordersops.stores.models import Store
from tests.people import MakeStore

HERE = "stores_store.1.webhook_secret"


def key(letter: str) -> str:
    return base64.b64encode(letter.encode() * 32).decode()


@pytest.fixture(autouse=True)
def ring(settings: Any) -> Any:
    settings.SEALING_KEYS = f"k1:{key('a')}"
    return settings


@given(plain=st.binary(max_size=300), context=st.text(min_size=1, max_size=40).filter(lambda text: text.isprintable()))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_what_was_sealed_opens_in_its_place_alone(plain: bytes, context: str, ring: Any) -> None:
    sealed = seal(plain, context=context)
    assert unseal(sealed, context=context) == plain
    assert plain not in sealed or len(plain) < 4
    with pytest.raises(ValueError, match="changed, or belongs to another row"):
        unseal(sealed, context=context + "x")


def test_the_same_value_is_never_sealed_alike() -> None:
    assert seal(b"secret", context=HERE) != seal(b"secret", context=HERE)


@given(place=st.integers(0, 200), bit=st.integers(0, 7))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_changed_bit_is_noticed(place: int, bit: int, ring: Any) -> None:
    sealed = bytearray(seal(b"a secret of some length", context=HERE))
    sealed[place % len(sealed)] ^= 1 << bit
    with pytest.raises(ValueError, match=r"changed|not in ORDERSOPS_SEALING_KEYS"):
        unseal(bytes(sealed), context=HERE)


def test_a_cut_off_value_is_noticed() -> None:
    sealed = seal(b"a secret", context=HERE)
    for length in range(len(sealed)):
        with pytest.raises(ValueError, match=r"changed|not in ORDERSOPS_SEALING_KEYS"):
            unseal(sealed[:length], context=HERE)


def test_the_newest_key_seals_and_all_of_the_ring_open(ring: Any) -> None:
    old = seal(b"secret", context=HERE)
    ring.SEALING_KEYS = f"k2:{key('b')}, k1:{key('a')}"
    new = seal(b"secret", context=HERE)
    assert (key_of(old), key_of(new), newest_key()) == (b"k1", b"k2", b"k2")
    assert unseal(old, context=HERE) == unseal(new, context=HERE) == b"secret"


def test_a_key_that_left_the_ring_is_named(ring: Any) -> None:
    old = seal(b"secret", context=HERE)
    ring.SEALING_KEYS = f"k2:{key('b')}"
    with pytest.raises(ValueError, match="The key 'k1' is not in ORDERSOPS_SEALING_KEYS"):
        unseal(old, context=HERE)


def test_another_key_under_the_same_name_does_not_open(ring: Any) -> None:
    old = seal(b"secret", context=HERE)
    ring.SEALING_KEYS = f"k1:{key('b')}"
    with pytest.raises(ValueError, match="changed, or belongs"):
        unseal(old, context=HERE)


@pytest.mark.parametrize("configured", ["", "k1", "k1:", ":" + key("a"), "k1:c2hvcnQ=", "k1:***", "k" * 41 + ":" + key("a")])
def test_a_ring_that_cannot_be_used_is_refused(ring: Any, configured: str) -> None:
    ring.SEALING_KEYS = configured
    with pytest.raises(ImproperlyConfigured, match="32 bytes in base64"):
        newest_key()


# --- The field --------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_secret_is_text_in_python_and_sealed_in_the_database(make_store: MakeStore) -> None:
    store = make_store("generic")
    secret = store.webhook_secret
    stored = bytes(Store.objects.values_list("webhook_secret", flat=True).get(pk=store.pk))
    assert secret.startswith("whsec_")
    assert secret.encode() not in stored
    assert Store.objects.get().webhook_secret == secret
    assert Store.objects.get().previous_webhook_secret == ""


@pytest.mark.django_db
def test_a_secret_copied_to_another_row_does_not_open(make_store: MakeStore) -> None:
    one, other = make_store("generic"), make_store("generic")
    stored = Store.objects.values_list("webhook_secret", flat=True).get(pk=one.pk)
    Store.objects.filter(pk=other.pk).update(webhook_secret=bytes(stored))
    with pytest.raises(ValueError, match="belongs to another row"):
        _ = Store.objects.get(pk=other.pk).webhook_secret
    Store.objects.filter(pk=one.pk).update(previous_webhook_secret=bytes(stored))
    with pytest.raises(ValueError, match="belongs to another row"):
        _ = Store.objects.get(pk=one.pk).previous_webhook_secret


@pytest.mark.django_db
def test_plain_text_cannot_be_written_past_the_seal(make_store: MakeStore) -> None:
    make_store("generic")
    with pytest.raises(TypeError, match="sealed per row"):
        Store.objects.update(webhook_secret="plain")


@pytest.mark.django_db
def test_an_emptied_secret_is_nothing(make_store: MakeStore) -> None:
    store = make_store("generic")
    store.webhook_secret = ""
    store.save()
    assert Store.objects.get().webhook_secret == ""
