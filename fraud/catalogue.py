"""The facts of the fraud lane: one row each, with whose word it is and what its absence means.

`base` facts come from the order; without a value they are *unavailable*, and named as missing. The others are counted or
compared by us and need base facts; without those there is nothing to count, so they are *not collected* and not named twice.
"""

from ordersops.advice.catalogue import Catalogue, Row
from ordersops.advice.facts import Kind, State


def _said(label: str, kind: Kind = "text", *, personal: bool = False, missing: State = "not_collected") -> Row:
    """Typed by the customer: quoted, never believed."""
    return Row(label, kind, "customer", "order", missing, personal=personal)


def _stated(label: str, kind: Kind = "text", *, source: str = "order", missing: State = "not_collected", personal: bool = False) -> Row:
    """Stated by the store or gateway."""
    return Row(label, kind, "partner", source, missing, personal=personal)


def _ours(
    label: str, kind: Kind = "flag", *, source: str = "order", missing: State = "not_collected", unit: str = "", personal: bool = False
) -> Row:
    """Counted or compared by us."""
    return Row(label, kind, "system", source, missing, unit, personal)


def _past(label: str, kind: Kind = "count", *, unit: str = "") -> Row:
    """Counted by us from the store's orders before this one."""
    return _ours(label, kind, source="history", unit=unit)


_ROWS: dict[str, Row] = {
    # the order
    "order": _stated("Order id"),
    "number": _stated("Order number"),
    "placed_at": _stated("Placed at", "time"),
    "total": _stated("Order total", "money", missing="unavailable"),
    "units": _ours("Units", "count"),
    "gift_card_units": _ours("Gift cards", "count"),
    "resaleable": _ours("Holds goods that are easily resold"),
    "digital_only": _ours("Nothing to ship"),
    "basket": _stated("Basket", "list"),
    "shipping_method": _stated("Shipping method"),
    "express": _ours("Fast shipping"),
    "checkout": _stated("Checkout"),
    "scripted_checkout": _ours("Placed through an interface, not a checkout page"),
    "note": _said("Note of the customer", personal=True),
    # who
    "name": _said("Name", personal=True),
    "name_gibberish": _ours("The name looks like random letters"),
    "email": _said("E-mail", personal=True, missing="unavailable"),
    "email_domain": _said("E-mail domain"),
    "email_disposable": _ours("Throw-away e-mail provider"),
    "email_free": _ours("Free e-mail provider"),
    "email_random": _ours("The e-mail name looks random"),
    "email_digits": _ours("Digits at the end of the e-mail name", "count"),
    "email_verified": _stated("E-mail verified by the store", "flag", source="customer"),
    "name_in_email": _ours("Likeness of name and e-mail", "number", unit="%"),
    "phone": _said("Phone", personal=True, missing="unavailable"),
    "phone_valid": _ours("The phone number is possible"),
    "phone_country": _ours("Country of the phone number", "text"),
    "phone_country_fits": _ours("Phone and address are of one country"),
    "account_age_days": Row("Age of the account", "number", "partner", "customer", "not_collected", "days"),
    "tier": _stated("Customer tier", source="customer"),
    # where
    "billing_name": _said("Billing name", personal=True),
    "billing_street": _said("Billing street", personal=True),
    "billing_city": _said("Billing city", personal=True),
    "billing_postcode": _said("Billing postcode", personal=True),
    "billing_country": _said("Billing country", missing="unavailable"),
    "shipping_name": _said("Shipping name", personal=True),
    "shipping_company": _said("Shipping company", personal=True),
    "shipping_street": _said("Shipping street", personal=True),
    "shipping_city": _said("Shipping city", personal=True),
    "shipping_postcode": _said("Shipping postcode", personal=True),
    "shipping_country": _said("Shipping country"),
    "same_address": _ours("Billing and shipping address are the same"),
    "same_country": _ours("Billing and shipping country are the same"),
    "distance_km": _ours("Distance from billing to shipping address", "number", unit="km"),
    "same_recipient": _ours("Likeness of payer and recipient", "number", unit="%"),
    "forwarder": _ours("The shipping address is a parcel forwarder"),
    "po_box": _ours("The shipping address is a PO box, locker or pick-up point"),
    "house_number": _ours("The shipping address has a house number"),
    # from where
    "ip": _stated("IP address", personal=True, missing="unavailable"),
    "ip_country": _stated("Country of the IP address"),
    "user_agent": _said("Browser"),
    "user_agent_script": _ours("The browser is a script"),
    "user_agent_outdated": _ours("The browser is years old"),
    "language": _said("Browser language"),
    "language_sent": _ours("The browser sent a language"),
    "language_fits": _ours("The browser's language fits the addresses"),
    # payment
    "card": _stated("Card", source="payment", personal=True),
    "card_country": _stated("Country of the card", source="payment"),
    "card_country_fits": _ours("Card and billing address are of one country", source="payment"),
    "card_funding": _stated("Card funding", source="payment"),
    "wallet": _stated("Wallet", source="payment"),
    "cvv": _stated("CVV answer", source="payment"),
    "cvv_match": _ours("The CVV matched", source="payment"),
    "avs": _stated("AVS answer", source="payment"),
    "avs_street": _ours("AVS: the street matched", source="payment"),
    "avs_postcode": _ours("AVS: the postcode matched", source="payment"),
    "cardholder_likeness": _ours("Likeness of cardholder and billing name", "number", source="payment", unit="%"),
    "failed_attempts": _ours("Failed payment attempts", "count", source="payment"),
    "cards_tried": _ours("Cards tried for this order", "count", source="payment"),
    # what the customer said by a link
    "customer_confirmed": _ours("The customer says by the link that they placed it", source="confirmation"),
    "confirmed_address": _ours("The delivery address typed on the link is that of the order", source="confirmation"),
    "confirmed_card": _ours("Card digits and billing postcode typed on the link are those of the order", source="confirmation"),
    # the store
    "store_usual": _ours("Usual order total of the store", "money", source="store", missing="unavailable"),
    "over_usual": _ours("Order total above the usual, in standard deviations", "number", source="store"),
    "amount_small": _ours("A very small order for the store", source="store"),
    # history: windows are the last hour, day, week or 30 days before the order; each key's 50 newest orders are looked at
    "prior_orders": _past("Earlier orders of the customer"),
    "orders_by_email_1h": _past("Earlier orders with this e-mail in the last hour"),
    "orders_by_email_24h": _past("Earlier orders with this e-mail in the last day"),
    "orders_by_ip_1h": _past("Earlier orders from this IP address in the last hour"),
    "orders_by_ip_24h": _past("Earlier orders from this IP address in the last day"),
    "orders_by_card_24h": _past("Earlier orders with this card in the last day"),
    "orders_by_device_1h": _past("Earlier orders from this device in the last hour"),
    "orders_by_device_24h": _past("Earlier orders from this device in the last day"),
    "orders_by_ship_1h": _past("Earlier orders to this address in the last hour"),
    "orders_by_ship_7d": _past("Earlier orders to this address in the last week"),
    "emails_by_ip_1h": _past("Other customers on this IP address in the last hour"),
    "emails_by_ip_24h": _past("Other customers on this IP address in the last day"),
    "emails_by_card_30d": _past("Other customers with this card in the last month"),
    "emails_by_device_30d": _past("Other customers on this device in the last month"),
    "emails_by_ship_30d": _past("Other customers at this address in the last month"),
    "emails_by_phone_30d": _past("Other customers with this phone in the last month"),
    "cards_by_email_30d": _past("Other cards of this e-mail in the last month"),
    "cards_by_ip_1h": _past("Other cards from this IP address in the last hour"),
    "bin_suspect_1h": _past("Small or failed orders with cards of this BIN in the last hour"),
    "small_burst_1h": _past("Small orders from this IP address or device in the last hour"),
    "failed_burst_1h": _past("Orders with failed payments from this IP address or device in the last hour"),
    "seconds_since_last": _past("Time since the last linked order", "number", unit="s"),
    "countries_30d": _past("Countries shipped to in the last month"),
    "days_since_last_order": _past("Time since the customer's last order", "number", unit="days"),
    "own_usual": _past("Usual order total of the customer", "money"),
    "times_own_usual": _past("Order total against the customer's usual", "number", unit="times"),
    "good_orders": _past("Delivered and undisputed orders of the customer"),
    "prior_disputes": _past("Disputed orders of the customer"),
    "prior_refunds": _past("Refunded orders of the customer"),
    "new_card": _past("A card that the customer has not used before", "flag"),
    "new_address": _past("An address that the customer has not used before", "flag"),
    "new_device": _past("A device or network that the customer has not used before", "flag"),
    # network
    "linked_count": _past("Linked orders"),
    "linked_fraud": _past("Linked orders with confirmed fraud"),
    "linked_declined": _past("Linked orders that were declined"),
    "linked_disputed": _past("Linked orders of others that were disputed"),
    "linked_orders": _past("Linked orders, the most telling ones", "list"),
    "block_hits": _ours("On the block list", "list", source="lists"),
    "allow_hits": _ours("On the allow list", "list", source="lists"),
    "platform_risk": _stated("Risk according to the platform", source="platform"),
    "platform_risk_facts": _stated("What the platform says about the risk", "list", source="platform"),
    # keys that many orders may share: digests, not values
    "key_ip": _ours("Key of the IP address", "text", personal=True),
    "key_device": _ours("Key of the device", "text", personal=True),
    "key_bin": _ours("Key of the BIN", "text", personal=True),
    "key_ship": _ours("Key of the shipping address", "text", personal=True),
}

FACTS = Catalogue(_ROWS)
