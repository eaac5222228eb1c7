"""Addresses: where it is billed, where it goes, and who else has parcels sent there."""

from decimal import Decimal

from fraud.signals.table import Hit, at_least, hit, is_false, is_true, reached, said, signal, times
from ordersops.advice.facts import Evidence

FAR_KM = (500, 3000)  # ours; the sources name 50 miles, which is a day out
SHARED = (2, 4)


@signal("address", "Billing and shipping differ", "same_address", source="fraud.md 4.4 #22")
def bill_ship_mismatch(e: Evidence) -> Hit | None:
    return None if e["same_address"] else hit("Billing and shipping address differ", is_false("same_address"))


@signal("address", "Ships to another country", "same_country", source="fraud.md 4.4 #23")
def bill_ship_country_mismatch(e: Evidence) -> Hit | None:
    return None if e["same_country"] else hit("Billed in one country, shipped to another", is_false("same_country"))


@signal("address", "Far from home", "distance_km", source="fraud.md 4.4 #24")
def bill_ship_distance(e: Evidence) -> Hit | None:
    level = reached(e["distance_km"], *FAR_KM)
    if level is None:
        return None
    says = f"Billing and shipping address are {said(e['distance_km'])} km apart"
    return hit(says, ("distance_km", "ge", Decimal(FAR_KM[level])), level=level)


@signal("address", "Parcel forwarder", "forwarder", source="fraud.md 4.4 #25")
def forwarder(e: Evidence) -> Hit | None:
    return hit("The shipping address reads like a parcel forwarder", is_true("forwarder")) if e["forwarder"] else None


@signal("address", "PO box or locker", "po_box", source="fraud.md 4.4 #26")
def po_box(e: Evidence) -> Hit | None:
    return hit("The parcel goes to a PO box, locker or pick-up point", is_true("po_box")) if e["po_box"] else None


@signal("address", "No house number", "house_number", "po_box", "digital_only", source="fraud.md 4.4 #28")
def house_number_missing(e: Evidence) -> Hit | None:
    if e["house_number"] or e["po_box"] or e["digital_only"]:
        return None
    return hit("The shipping address has no house number", is_false("house_number"))


@signal("address", "Address of several customers", "emails_by_ship_30d", source="fraud.md 4.4 #29")
def address_reused(e: Evidence) -> Hit | None:
    level = reached(e["emails_by_ship_30d"], *SHARED)
    if level is None:
        return None
    others = times(e["emails_by_ship_30d"], "other customer", "other customers")
    return hit(f"{others} had parcels sent to this address in the last month", at_least("emails_by_ship_30d", SHARED[level]), level=level)
