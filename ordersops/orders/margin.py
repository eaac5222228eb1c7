"""What an order earns: its gross margin, from what its goods cost or from the store's usual margin. Pure; never guessed (law 8).

Gross margin is net sales less the cost of the goods sold, and net sales are the goods less discounts and returns, without tax and
without what the customer pays for carriage (Shopify Help, Profit reports; the same in any textbook of accounts). What carriage,
payment and packing cost is not in it. A gift card is no sale until it is redeemed (IFRS 15, B44-B47): it earns nothing, and where
it is stolen its whole value is gone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ordersops.stores.currencies import rounded

ZERO, ONE = Decimal(0), Decimal(1)
ROUNDING = Decimal("0.01")  # by which the parts of an order may miss its total (stores/platforms/completeness.py)
UNIT_COSTS, USUAL = "unit costs", "store's gross margin"


@dataclass(frozen=True, slots=True)
class Sums:
    """The head of an order, in its currency. `goods` are the lines before discount; None is not stated."""

    currency: str
    total: Decimal | None
    goods: Decimal | None = None
    discount: Decimal | None = None
    shipping: Decimal | None = None
    tax: Decimal | None = None
    refunded: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Sold:
    """One line. Of `units` ordered, `removed` were taken off by an edit, `cancelled` will not ship (the removed ones among them), and
    `returned` came back. `price` and `cost` are of one unit, the cost without tax; None is not known."""

    units: int
    price: Decimal | None
    cost: Decimal | None = None
    removed: int = 0
    cancelled: int = 0
    returned: int = 0
    gift_card: bool = False

    @property
    def left(self) -> int:
        """Units that are sold and stay so."""
        return max(self.units - self.cancelled - self.returned, 0)


@dataclass(frozen=True, slots=True)
class Margin:
    """`earns` is None where it is not known; then `why` says what is missing. `cost` is of the goods, where each of them is known."""

    currency: str
    earns: Decimal | None = None
    basis: str = ""
    percent: Decimal | None = None  # of net sales
    cost: Decimal | None = None
    why: str = ""


def margin(sums: Sums, lines: Iterable[Sold], usual: Decimal | None = None) -> Margin:
    """What the order earns as it stands. `usual` is the store's gross margin in percent, for orders with goods of unknown cost."""
    lines = list(lines)
    costs = [_cost(line) for line in lines if line.left]
    cost = sum((one for one in costs if one is not None), ZERO) if lines and None not in costs else None
    known = None if cost is None else rounded(cost, sums.currency)
    net = _net_sales(sums, lines)
    if isinstance(net, str):
        return Margin(sums.currency, cost=known, why=net)
    if cost is not None:
        earns, basis = net - sum((_cost(line) or ZERO for line in lines if not line.gift_card), ZERO), UNIT_COSTS
    elif usual is not None:
        earns, basis = net * usual / 100, USUAL
    else:
        missing = costs.count(None)
        part = "its goods" if missing == len(costs) else f"{missing} of {len(costs)} lines"
        why = f"no cost of {part}" if costs else "the order has no lines"
        return Margin(sums.currency, why=why)
    percent = (earns / net * 100).quantize(ONE) if net else None
    return Margin(sums.currency, rounded(earns, sums.currency), basis, usual if basis == USUAL else percent, known)


def _cost(line: Sold) -> Decimal | None:
    each = line.cost if line.cost is not None else line.price if line.gift_card else None
    return None if each is None else each * line.left


def _net_sales(sums: Sums, lines: list[Sold]) -> Decimal | str:
    """What the goods that stay sold bring without tax, or what is missing to say it.

    Amounts that are not stated count as nothing only where the total bears it out. What went back is counted by money and by goods, and
    whichever takes more away holds: money may go back without goods (a goodwill), and goods before the money.
    """
    if sums.total is None:
        return "the store states no total"
    goods = sums.goods if sums.goods is not None else _worth(lines, [line.units for line in lines])
    if goods is None:
        return "the store states no price of its goods"
    sold, shipping, tax = goods - (sums.discount or ZERO), sums.shipping or ZERO, sums.tax or ZERO
    if abs(sold + shipping + tax - sums.total) <= ROUNDING:
        net = sold
    elif abs(sold + shipping - sums.total) <= ROUNDING:  # prices include the tax, and so does carriage: each has its share of it
        net = sold - tax * sold / sums.total if sums.total else ZERO
    else:
        return "the amounts of the order do not add up"
    kept = _share_kept(goods, lines)
    if kept is None:
        return "a line that was taken off has no price"
    money = ONE - min(sums.refunded / sums.total, ONE) if sums.total else ONE
    return max(net, ZERO) * min(kept, money)


def _share_kept(goods: Decimal, lines: list[Sold]) -> Decimal | None:
    """The part of the goods, by their prices, that stays sold and is no gift card. None where a price that is needed is missing.

    A store may state its goods with what an edit took off or without it; the sum tells which.
    """
    if all(line.left == line.units and not line.gift_card for line in lines):
        return ONE
    ordered, edited = [line.units for line in lines], [line.units - line.removed for line in lines]
    whole, kept = _worth(lines, ordered), _worth(lines, [0 if line.gift_card else line.left for line in lines])
    after = _worth(lines, edited)
    if whole is None or kept is None or after is None:
        return None
    base = after if whole != goods and after == goods else whole
    return min(kept / base, ONE) if base else ONE if kept else ZERO


def _worth(lines: list[Sold], units: list[int]) -> Decimal | None:
    if not lines or any(line.price is None for line in lines):
        return None
    return sum(((line.price or ZERO) * count for line, count in zip(lines, units, strict=True)), ZERO)
