"""Verbs on stores: connecting a sales channel, changing it, and replacing its webhook secret."""

from datetime import timedelta
from typing import Any, Protocol, runtime_checkable
from urllib.parse import urlsplit

from django.db import IntegrityError
from django.utils import timezone
from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

from ordersops.accounts.access import can_anywhere, require
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.errors import Forbidden, Invalid
from ordersops.stores.callbacks import check_api_url, check_callback_url
from ordersops.stores.currencies import CURRENCIES
from ordersops.stores.models import Store
from ordersops.stores.platforms import Platform, platforms
from ordersops.zones import zones

LONGEST_GRACE = timedelta(days=7)
LONGEST_KEY = 300


@runtime_checkable
class ChoosySecrets(Protocol):
    """An adapter whose sender takes only some secrets."""

    def secret_problem(self, secret: str) -> str:
        """What is wrong with the secret, as the end of a sentence, or nothing."""


@atomic
def connect(
    *,
    name: str,
    platform: str,
    by: User,
    currency: str = "USD",
    time_zone: str = "UTC",
    secret: str | None = None,
    callback_url: str = "",
    api_url: str = "",
    api_key: str = "",
    api_secret: str = "",
) -> Store:
    """Add a sales channel, with its roles.

    Needs `manage_stores` in some store; the system user may, and a superuser while there is no store yet. Without `secret`
    one is made. The person who connects a store becomes its admin. Raises Invalid, naming the value that was not taken.
    """
    first = by.is_superuser and not Store.objects.exists()
    if not (by.is_system or first or can_anywhere(by, Perm.MANAGE_STORES)):
        raise Forbidden(
            f"You may not connect a store. It needs the right “{Perm.MANAGE_STORES.sentence}” in one of the others; ask an admin."
        )
    adapter = platforms().get(platform)
    if adapter is None:
        raise Invalid(f"There is no platform “{platform[:40]}”. Choose one of: {', '.join(sorted(platforms()))}.")
    store = Store(
        name=_name(name),
        platform=adapter.key,
        currency=_currency(currency),
        time_zone=zone_named(time_zone),
        callback_url=check_callback_url(callback_url),
    )
    _take_key(store, api_url, api_key, api_secret)
    store.webhook_secret = _secret(adapter, secret) if secret else adapter.new_secret()
    _save(store, new=True)
    record(Verb.STORE_CONNECTED, by=by, store=store, name=store.name, platform=store.platform_label)
    _people(store, by)
    return store


@atomic
def update(
    *,
    store: Store,
    by: User,
    name: str | None = None,
    callback_url: str | None = None,
    is_active: bool | None = None,
    api_url: str | None = None,
    api_key: str = "",
    api_secret: str = "",
    helpdesk_url: str | None = None,
    helpdesk_secret: str = "",
) -> Store:
    """Change what is given. Needs `manage_stores` in the store. An inactive store's webhooks are refused, and it is not read.

    A key that is not given stays, as long as the interface is on the same host: it is never shown, and must not be sent
    elsewhere. Without an interface address, the key is forgotten.
    """
    require(by, Perm.MANAGE_STORES, store.pk, to="change the connection")
    store = Store.objects.select_for_update().get(pk=store.pk)
    wanted: dict[str, Any] = {}
    if name is not None:
        wanted["name"] = _name(name, but=store)
    if callback_url is not None:
        wanted["callback_url"] = check_callback_url(callback_url)
    if is_active is not None:
        wanted["is_active"] = is_active
    changed: dict[str, Any] = {}
    for field, value in wanted.items():
        before = getattr(store, field)
        if before != value:
            # An address may carry a token, so the history says only that it changed.
            changed[field] = {"changed": True} if field == "callback_url" else {"before": before, "after": value}
            setattr(store, field, value)
    changed |= _take_key(store, store.api_url if api_url is None else api_url, api_key, api_secret)
    changed |= _take_helpdesk(store, store.helpdesk_url if helpdesk_url is None else helpdesk_url, helpdesk_secret.strip())
    if changed:
        _save(store)
        record(Verb.STORE_UPDATED, by=by, store=store, changed=changed)
    return store


@atomic
def rotate_secret(*, store: Store, by: User, secret: str | None = None, grace: timedelta = timedelta(hours=24)) -> str:
    """Replace the webhook secret and return the new one.

    The old one stays valid for `grace` (at most seven days, zero ends it at once), so that no delivery is lost while the
    sender is changed. Needs `manage_stores` in the store.
    """
    require(by, Perm.MANAGE_STORES, store.pk, to="replace the webhook secret")
    if not timedelta(0) <= grace <= LONGEST_GRACE:
        raise Invalid(f"The old secret can stay valid for up to {LONGEST_GRACE.days} days. Choose a time between none and that.")
    store = Store.objects.select_for_update().get(pk=store.pk)
    adapter = platforms()[store.platform]
    fresh = _secret(adapter, secret) if secret else adapter.new_secret()
    held: object = store.webhook_secret
    if fresh == held:
        raise Invalid("That is the secret in use already. Enter another one, or leave it empty to have one made.")
    until = timezone.now() + grace if grace else None
    store.previous_webhook_secret = store.webhook_secret if until else ""
    store.previous_secret_expires_at = until
    store.webhook_secret = fresh
    _save(store)
    record(Verb.STORE_SECRET_ROTATED, by=by, store=store, until=until)
    return fresh


def _take_key(store: Store, url: str, key: str, secret: str) -> dict[str, Any]:
    """Set how the store's interface is reached. Returns what changed, as the history may have it."""
    url, key, secret = check_api_url(url), key.strip(), secret.strip()
    for name, value in (("key", key), ("secret", secret)):
        if len(value) > LONGEST_KEY or not all("!" <= char <= "~" for char in value):
            raise Invalid(f"The interface {name} was not taken: it has at most {LONGEST_KEY} printable characters and no spaces.")
    held: Any = store.api_key
    if key and not url:
        raise Invalid("The interface key was not taken: enter the address that it is for, too.")
    if secret and not (key or held):
        raise Invalid("The interface secret was not taken: enter the key that it belongs to, too.")
    if held and url and urlsplit(url).netloc != urlsplit(store.api_url).netloc and not key:
        raise Invalid("The interface address leads to another host, and the key is not sent there. Enter the key again.")
    changed: dict[str, Any] = {}
    if url != store.api_url:
        changed["api_url"] = {"before": store.api_url, "after": url}
    wanted = {"api_key": key or (held if url else ""), "api_secret": secret or (store.api_secret if url and not key else "")}
    for field, value in wanted.items():
        if (getattr(store, field) or "") != (value or ""):
            changed[field] = {"changed": True}
            setattr(store, field, value)
    store.api_url = url
    return changed


def _take_helpdesk(store: Store, url: str, secret: str) -> dict[str, Any]:
    """Set where tickets are made. The secret goes with its address: another host, another secret."""
    url, held = check_callback_url(url), store.helpdesk_secret or ""
    if secret and not url:
        raise Invalid("The helpdesk secret was not taken: enter the address that it is for, too.")
    moved = bool(store.helpdesk_url) and urlsplit(url).netloc != urlsplit(store.helpdesk_url).netloc
    if url and not secret and (moved or not held):
        raise Invalid("The helpdesk address was not taken: enter the secret that its requests are signed with, too.")
    if secret:
        try:
            Webhook(secret)
        except (ValueError, RuntimeError, EmptyWebhookSecretError):
            raise Invalid("That is no secret of Standard Webhooks: whsec_ and a value in base64.") from None
    changed: dict[str, Any] = {}
    wanted = {"helpdesk_url": url, "helpdesk_secret": secret or (held if url else "")}
    for field, value in wanted.items():
        if (getattr(store, field) or "") != value:
            changed[field] = {"changed": True}
            setattr(store, field, value)
    return changed


def _people(store: Store, by: User) -> None:
    """The store's roles, and its first admin. Nobody but the system has a right in it otherwise."""
    from ordersops.accounts.actions import first_admin, make_role_groups

    make_role_groups(store)
    if not by.is_system:
        first_admin(store=store, by=by)


def _save(store: Store, *, new: bool = False) -> None:
    try:
        with atomic():
            store.save(force_insert=new)
    except IntegrityError:
        raise _taken(store.name) from None


def _name(name: str, *, but: Store | None = None) -> str:
    name = " ".join(name.replace("\x00", "").split())
    if not 1 <= len(name) <= 120:
        raise Invalid("A store needs a name of at most 120 characters.")
    others = Store.objects.exclude(pk=but.pk) if but else Store.objects.all()
    if others.filter(name__iexact=name).exists():
        raise _taken(name)
    return name


def _taken(name: str) -> Invalid:
    return Invalid(f"There is a store named “{name}” already. Choose another name.")


def _currency(currency: str) -> str:
    code = currency.strip().upper()
    if code not in CURRENCIES:
        raise Invalid(f"“{currency[:20]}” is not a currency code of ISO 4217. Enter one such as USD or EUR.")
    return code


def zone_named(name: str) -> str:
    if name not in zones():
        raise Invalid(f"“{name[:60]}” is not a time zone of the IANA list. Enter one such as Europe/Berlin.")
    return name


def _secret(adapter: Platform, secret: str) -> str:
    problem = adapter.secret_problem(secret) if isinstance(adapter, ChoosySecrets) else ""
    if problem:
        raise Invalid(f"The secret was not taken: {problem}. Leave it empty to have one made.")
    return secret
