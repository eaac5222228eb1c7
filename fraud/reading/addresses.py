"""Addresses: same or not, how far apart, and doors that are nobody's home."""

import re
from decimal import Decimal
from math import asin, cos, radians, sin, sqrt
from typing import Any

from ordersops.orders.keys import fold, normal_address

EARTH_KM = 6371.0088  # mean radius (IUGG)

_PO_BOX = re.compile(
    r"\b(p\s?o\s?box|post office box|postfach|apartado|casella postale|boite postale|bp \d+|postbus|box \d+|locker|"
    r"packstation|paczkomat|pick\s?up point|parcel shop|paketshop|poste restante|general delivery|postlagernd)\b"
)
_FORWARDER = re.compile(
    r"\b(forward(?:er|ers|ing)|freight|reship\w*|parcel onward|consolidat\w+|ship2\w+|shipito|myus|stackry|borderlinx|"
    r"planet express|aramex shop|tipax|qwintry|bay\s?mall|air\s?cargo|cargo (?:blvd|boulevard|center|centre|terminal)|"
    r"logistics (?:hub|center|centre|park)|mail\s?box(?:es)? etc|virtual (?:office|mailbox)|c o lager|warehouse \d+)\b"
)


def text(address: dict[str, Any], *keys: str) -> str:
    return " ".join(str(address.get(key) or "") for key in keys).strip()


def country(address: dict[str, Any]) -> str:
    """ISO code in upper case; anything longer is the store's own word and stays as it is."""
    word = str(address.get("country") or "").strip()
    return word.upper() if len(word) == 2 else word


def same(left: dict[str, Any], right: dict[str, Any]) -> bool | None:
    one, other = normal_address(left), normal_address(right)
    return one == other if one and other else None


def distance_km(left: dict[str, Any], right: dict[str, Any]) -> Decimal | None:
    """Great-circle distance by the haversine formula, in whole kilometres; None unless both positions are known and possible."""
    spots = [_position(address) for address in (left, right)]
    if spots[0] is None or spots[1] is None:
        return None
    (lat1, lon1), (lat2, lon2) = spots[0], spots[1]
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return Decimal(round(2 * EARTH_KM * asin(sqrt(min(1.0, half)))))


def _position(address: dict[str, Any]) -> tuple[float, float] | None:
    latitude, longitude = address.get("latitude"), address.get("longitude")
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return None
    # 0, 0 lies in the sea: a geocoder's way to say that it does not know.
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180) or (latitude == 0 and longitude == 0):
        return None
    return radians(latitude), radians(longitude)


def po_box(address: dict[str, Any]) -> bool | None:
    street = fold(text(address, "address1", "address2", "company"))
    return bool(_PO_BOX.search(street)) if street else None


def forwarder(address: dict[str, Any]) -> bool | None:
    street = fold(text(address, "address1", "address2", "company"))
    return bool(_FORWARDER.search(street)) if street else None


def house_number(address: dict[str, Any]) -> bool | None:
    street = text(address, "address1", "address2")
    return any(mark.isdigit() for mark in street) if street else None
