"""`up --demo`: three stores, one person for each role, and what the simulated store is told. Starting it again changes nothing."""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from ordersops import env
from ordersops.accounts.actions import give_role, invite
from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.audit.actions import atomic
from ordersops.stock.actions import set_node, take_in
from ordersops.stock.models import Location
from ordersops.stores.actions import connect, update
from ordersops.stores.facts import LocationFacts, StockFacts
from ordersops.stores.models import Store
from ordersops.stores.platforms import platforms


@dataclass(frozen=True, slots=True)
class Shop:
    """A demo store. One on the generic platform is told about decisions at its callback address, the others at their interface."""

    name: str
    platform: str
    currency: str
    time_zone: str
    domain: str

    @property
    def places(self) -> tuple[str, ...]:
        """What the simulated shop calls its locations."""
        return {"generic": ("place-0", "place-1"), "shopify": ("65000000001", "65000000002")}.get(self.platform, ("shop",))

    @property
    def calls_back(self) -> bool:
        return self.platform == "generic"


SHOPS = [
    Shop("Northwind Outfitters", "shopify", "USD", "America/New_York", "northwind-outfitters.myshopify.com"),
    Shop("Kiez Werkstatt", "generic", "EUR", "Europe/Berlin", "kiez-werkstatt.example"),
    Shop("Fell & Fjord", "woocommerce", "EUR", "Europe/Oslo", "fell-and-fjord.example"),
]

PEOPLE = {
    Role.FRAUD_REVIEWER: ("fraud@demo.example", "Frida Lindqvist"),
    Role.SENIOR_FRAUD_REVIEWER: ("senior@demo.example", "Samuel Okafor"),
    Role.OPS_REVIEWER: ("ops@demo.example", "Olivia Marchetti"),
    Role.RETURNS_REVIEWER: ("returns@demo.example", "Ren Takahashi"),
    Role.SUPPORT_AGENT: ("support@demo.example", "Sofia Almeida"),
    Role.SUPERVISOR: ("supervisor@demo.example", "Selma Yilmaz"),
    Role.AUDITOR: ("auditor@demo.example", "August Keller"),
    Role.ADMIN: ("admin@demo.example", "Ada Nowak"),
}
# A change of rights takes two people.
SECOND_ADMIN = ("admin2@demo.example", "Amir Haddad")


def password() -> str:
    """One password for all of them, made at the first start and kept in the data directory."""
    path = settings.DATA_DIR / "demo_password"
    return env.kept_secret("ORDERSOPS_DEMO_PASSWORD", path, lambda: "-".join(secrets.token_hex(2) for _ in range(4)))


@atomic
def furnish(store_url: str, *, warehouses: bool = False) -> list[Store]:
    """The demo stores with their people. `store_url` is where the simulated store takes callbacks, empty without one.

    `warehouses`: their locations are known already, each with the simulated warehouse that takes its orders.
    """
    system = User.objects.system()
    stores = []
    for place, shop in enumerate(SHOPS):
        stores.append(Store.objects.filter(name=shop.name).first() or _connect(shop, place, store_url, system))
    people = _people(stores, system)
    for place, (shop, store) in enumerate(zip(SHOPS, stores, strict=True)):
        callback = f"{store_url}/callbacks/{place}"
        if store_url and shop.calls_back and store.callback_url != callback:
            stores[place] = update(store=store, by=people[Role.ADMIN], callback_url=callback)
        if store_url and not shop.calls_back and (store.api_url != store_url or not store.has_api):
            key, secret = _new_keys(shop)
            stores[place] = update(store=store, by=people[Role.ADMIN], api_url=store_url, api_key=key, api_secret=secret)
        if store_url and warehouses:
            _warehouses(shop, store, f"{store_url}/nodes/{place}", people[Role.OPS_REVIEWER], system)
    return stores


def _warehouses(shop: Shop, store: Store, address: str, ops: User, system: User) -> None:
    """What the locations are called and can do, the shop tells when it opens."""
    take_in(facts=[(store.pk, StockFacts(locations=tuple(LocationFacts(external_id=place) for place in shop.places)))], by=system)
    for location in Location.objects.filter(store=store, external_id__in=shop.places):
        secret = location.node_secret or platforms()["generic"].new_secret()
        set_node(location=location, by=ops, url=f"{address}/{location.external_id}", secret=secret)


def _connect(shop: Shop, place: int, store_url: str, system: User) -> Store:
    called, reached = store_url and shop.calls_back, store_url and not shop.calls_back
    key, secret = _new_keys(shop) if reached else ("", "")
    return connect(
        name=shop.name,
        platform=shop.platform,
        by=system,
        currency=shop.currency,
        time_zone=shop.time_zone,
        callback_url=f"{store_url}/callbacks/{place}" if called else "",
        api_url=store_url if reached else "",
        api_key=key,
        api_secret=secret,
    )


def _new_keys(shop: Shop) -> tuple[str, str]:
    """The keys of a simulated shop's interface: the simulated store is told the same ones when it starts."""
    if shop.platform == "woocommerce":
        return f"ck_{secrets.token_hex(20)}", f"cs_{secrets.token_hex(20)}"
    return f"shpat_{secrets.token_hex(16)}", ""


def _people(stores: list[Store], system: User) -> dict[Role, User]:
    people: dict[Role, User] = {}
    word = password()
    for role, (email, name) in [*PEOPLE.items(), (Role.ADMIN, SECOND_ADMIN)]:
        person = User.objects.filter(email=email).first()
        if person is None:
            person = invite(email=email, name=name, by=system, password=word)
        elif not person.check_password(word):  # the data directory is newer than the database
            person.set_password(word)
            person.save(update_fields=["password"])
        for store in stores:
            give_role(person=person, role=role, store=store, by=system)
        people.setdefault(role, person)
    return people


def simulator_config(stores: list[Store], *, product_url: str, port: int, rate: float, mail_port: int | None = None) -> Path:
    """Write what the simulated store needs to know, secrets included, for this user's eyes only. Without a rate it starts empty."""
    domains = {shop.name: shop.domain for shop in SHOPS}
    shops = [
        {
            "name": store.name,
            "platform": store.platform,
            "endpoint": f"{product_url}{store.endpoint_path}",
            "secret": store.webhook_secret,
            "currency": store.currency,
            "domain": domains[store.name],
            "api_key": store.api_key or "",
            "api_secret": store.api_secret or "",
            "mail": f"{product_url}/mail/{store.endpoint_id}",
            "contact": f"{product_url}/contact/{store.endpoint_id}",
            "nodes": [
                {"place": one.external_id, "endpoint": f"{product_url}{one.node_path}", "secret": one.node_secret}
                for one in store.locations.exclude(node_url="")
            ],
        }
        for store in stores
    ]
    config = {
        "port": port,
        "rate": rate,
        "product_url": product_url,
        "shops": shops,
        "seed": None,
        "stock": bool(rate),
        "mail_port": mail_port,
        **({} if rate else {"backfill": 0}),
    }
    path = settings.DATA_DIR / "simulator.json"
    path.touch(mode=0o600, exist_ok=True)
    path.chmod(0o600)
    path.write_text(json.dumps(config, indent=2) + "\n")
    return Path(path)


def welcome(stores: list[Store], product_url: str, store_url: str) -> str:
    """What is printed when it is ready: where to go, and as whom."""
    lines = ["", f"  {'sign in at':<22} {product_url}", *([f"  {'simulated store':<22} {store_url}"] if store_url else []), ""]
    lines += [f"  {role.label:<22} {email}" for role, (email, _) in [*PEOPLE.items(), (Role.ADMIN, SECOND_ADMIN)]]
    lines += [f"  {'password of all':<22} {password()}", ""]
    lines += [f"  {store.name:<22} POST {product_url}{store.endpoint_path}" for store in stores]
    return "\n".join([*lines, ""])
