"""What the two shops sell. Prices are in the shop's own currency, before tax."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Product:
    sku: str
    title: str
    price: Decimal
    grams: int
    kind: str = "goods"  # goods, electronics (easily resold) or gift_card

    @property
    def requires_shipping(self) -> bool:
        return self.kind != "gift_card"


def _shelf(rows: str) -> tuple[Product, ...]:
    products = []
    for row in rows.strip().splitlines():
        sku, title, price, grams, kind = (cell.strip() for cell in row.split("|"))
        products.append(Product(sku, title, Decimal(price), int(grams), kind))
    return tuple(products)


OUTFITTER = _shelf("""
NW-TENT-2P    | Two-person ridge tent, moss          | 249.00 | 2300 | goods
NW-TENT-4P    | Four-person dome tent, sand          | 419.00 | 4700 | goods
NW-BAG-M5     | Down sleeping bag, minus five        | 289.00 | 1100 | goods
NW-BAG-P8     | Summer sleeping bag, plus eight      | 119.00 |  900 | goods
NW-MAT-AIR    | Insulated air mat                    |  98.50 |  520 | goods
NW-PACK-28    | Day pack 28 litres                   |  89.00 |  780 | goods
NW-PACK-60    | Trekking pack 60 litres              | 219.00 | 1900 | goods
NW-STOVE-GAS  | Folding gas stove                    |  54.95 |  180 | goods
NW-POT-TI     | Titanium pot, 900 ml                 |  62.00 |  130 | goods
NW-MUG-EN     | Enamel mug, night blue               |  14.50 |  190 | goods
NW-LAMP-HD    | Head lamp 400 lumen                  |  47.90 |   95 | goods
NW-LANT-SOL   | Solar lantern                        |  39.00 |  260 | goods
NW-KNIFE-FLD  | Folding knife, olive wood            |  58.00 |   90 | goods
NW-BOOT-M     | Leather hiking boots, men            | 229.00 | 1500 | goods
NW-BOOT-W     | Leather hiking boots, women          | 229.00 | 1300 | goods
NW-SOCK-MER   | Merino socks, three pairs            |  36.00 |  210 | goods
NW-SHELL-M    | Rain shell, men, graphite            | 179.00 |  430 | goods
NW-SHELL-W    | Rain shell, women, rust              | 179.00 |  400 | goods
NW-FLEECE     | Grid fleece                          |  95.00 |  330 | goods
NW-FILTER     | Water filter bottle                  |  44.00 |  170 | goods
NW-ROPE-60    | Single rope 60 m                     | 198.00 | 3700 | goods
NW-WATCH-GPS  | GPS watch with maps                  | 649.00 |  120 | electronics
NW-BEACON     | Satellite messenger                  | 399.00 |  110 | electronics
NW-POWER-25   | Power bank 25 Ah                     |  89.00 |  480 | electronics
NW-GIFT-50    | Gift card 50                         |  50.00 |    0 | gift_card
NW-GIFT-200   | Gift card 200                        | 200.00 |    0 | gift_card
""")

WORKSHOP = _shelf("""
KW-SCHRAUB-12 | Akkuschrauber 12 V mit zwei Akkus    | 139.00 | 1600 | electronics
KW-SAEGE-JP   | Japanische Zugsäge 240 mm            |  42.90 |  250 | goods
KW-STECH-4    | Stechbeitel, Satz zu vier            |  78.00 |  900 | goods
KW-HOBEL-4    | Putzhobel Nr. 4                      | 169.00 | 1700 | goods
KW-WERKBANK   | Werkbank Buche, zerlegt              | 389.00 |28000 | goods
KW-ZWINGE-4   | Schraubzwingen, vier Stück           |  56.00 | 2200 | goods
KW-LEIM-D3    | Holzleim D3, 500 g                   |   8.95 |  560 | goods
KW-OEL-LEIN   | Leinölfirnis 1 l                     |  15.50 | 1000 | goods
KW-WACHS      | Bienenwachs-Balsam 250 ml            |  18.90 |  300 | goods
KW-PINSEL-3   | Lackierpinsel, drei Breiten          |  22.40 |  180 | goods
KW-LEUCHTE    | Werkstattleuchte mit Klemme          |  64.00 | 1100 | goods
KW-KAFFEE-GR  | Handmühle für Kaffee                 |  89.00 |  650 | goods
KW-TASSE-BL   | Tasse Steinzeug, blau                |  19.00 |  350 | goods
KW-SCHUERZE   | Werkstattschürze, gewachst           |  74.00 |  700 | goods
KW-HANDSCHUH  | Lederhandschuhe                      |  27.50 |  160 | goods
KW-MESSER-SCH | Schnitzmesser                        |  34.00 |  110 | goods
KW-STEIN-1000 | Wasserstein 1000/6000                |  58.00 |  900 | goods
KW-RAD-PUMPE  | Standpumpe mit Manometer             |  49.90 | 1500 | goods
KW-RAD-STAND  | Montageständer fürs Rad              | 129.00 | 5600 | goods
KW-KETTE-11   | Fahrradkette 11-fach                 |  32.90 |  260 | goods
KW-LICHT-SET  | Lichtset, aufladbar                  |  69.90 |  220 | electronics
KW-DRUCKER-3D | 3D-Drucker, Bausatz                  | 499.00 | 9800 | electronics
KW-OSZI-2     | Oszilloskop, zwei Kanäle             | 349.00 | 1200 | electronics
KW-LOET-80    | Lötstation 80 W                      | 119.00 | 1900 | electronics
KW-GUTSCH-25  | Gutschein 25                         |  25.00 |    0 | gift_card
KW-GUTSCH-100 | Gutschein 100                        | 100.00 |    0 | gift_card
""")

SHELVES = (OUTFITTER, WORKSHOP)


def products(shop_index: int) -> tuple[Product, ...]:
    """The catalogue of a shop; a third shop sells what the first one does."""
    return SHELVES[shop_index % len(SHELVES)]


def basket(rng: random.Random, shop_index: int, *, low: int = 15, high: int = 350) -> list[tuple[Product, int]]:
    """An everyday basket: one to three products of the middle of the price list, mostly one of each."""
    fitting = [p for p in products(shop_index) if low <= p.price <= high and p.kind == "goods"]
    chosen = rng.sample(fitting, k=rng.choices((1, 2, 3), (6, 3, 1))[0])
    return [(product, rng.choices((1, 2), (8, 1))[0]) for product in chosen]


def resaleable(rng: random.Random, shop_index: int, *, units: int) -> list[tuple[Product, int]]:
    """What is easily turned into money: the dearest electronics, `units` of them."""
    dear = sorted((p for p in products(shop_index) if p.kind == "electronics"), key=lambda p: p.price)[-2:]
    return [(rng.choice(dear), units)]


def gift_cards(shop_index: int, *, units: int) -> list[tuple[Product, int]]:
    return [(max((p for p in products(shop_index) if p.kind == "gift_card"), key=lambda p: p.price), units)]


def cheapest(shop_index: int) -> list[tuple[Product, int]]:
    return [(min((p for p in products(shop_index) if p.kind == "goods"), key=lambda p: p.price), 1)]
