"""For every signal: facts on which it fires, with the points that it then has, and facts on which it stays quiet."""

from typing import Any

Facts = dict[str, Any]
PLATFORM_WARNS = [{"says": "Proxy in use", "sentiment": "negative"}]

# key: ([(facts, level)], [facts on which it sees nothing])
CASES: dict[str, tuple[list[tuple[Facts, int]], list[Facts]]] = {
    "name_gibberish": ([({"name_gibberish": True}, 0)], [{"name_gibberish": False}]),
    "name_email_mismatch": ([({"name_in_email": 59}, 0)], [{"name_in_email": 60}]),
    "recipient_differs": ([({"same_recipient": 69}, 0)], [{"same_recipient": 70}]),
    "cardholder_mismatch": ([({"cardholder_likeness": 30}, 0)], [{"cardholder_likeness": 100}]),
    "first_order": ([({"prior_orders": 0}, 0)], [{"prior_orders": 1}]),
    "email_disposable": ([({"email_disposable": True}, 0)], [{"email_disposable": False}]),
    "email_free_provider": ([({"email_free": True}, 0)], [{"email_free": False}]),
    "email_pattern": (
        [({"email_random": True, "email_digits": 0}, 1), ({"email_random": False, "email_digits": 5}, 0)],
        [{"email_random": False, "email_digits": 4}],
    ),
    "email_unverified": ([({"email_verified": False}, 0)], [{"email_verified": True}]),
    "phone_invalid": ([({"phone_valid": False}, 0)], [{"phone_valid": True}]),
    "phone_country_mismatch": ([({"phone_country_fits": False}, 0)], [{"phone_country_fits": True}]),
    "phone_reused": ([({"emails_by_phone_30d": 2}, 0), ({"emails_by_phone_30d": 4}, 1)], [{"emails_by_phone_30d": 1}]),
    "bill_ship_mismatch": ([({"same_address": False}, 0)], [{"same_address": True}]),
    "bill_ship_country_mismatch": ([({"same_country": False}, 0)], [{"same_country": True}]),
    "bill_ship_distance": ([({"distance_km": 500}, 0), ({"distance_km": 3000}, 1)], [{"distance_km": 499}]),
    "forwarder": ([({"forwarder": True}, 0)], [{"forwarder": False}]),
    "po_box": ([({"po_box": True}, 0)], [{"po_box": False}]),
    "house_number_missing": (
        [({"house_number": False, "po_box": False, "digital_only": False}, 0)],
        [
            {"house_number": True, "po_box": False, "digital_only": False},
            {"house_number": False, "po_box": True, "digital_only": False},
            {"house_number": False, "po_box": False, "digital_only": True},
        ],
    ),
    "address_reused": ([({"emails_by_ship_30d": 2}, 0), ({"emails_by_ship_30d": 4}, 1)], [{"emails_by_ship_30d": 1}]),
    "language_mismatch": ([({"language_fits": False}, 0)], [{"language_fits": True}]),
    "ip_shared": ([({"emails_by_ip_24h": 2}, 0), ({"emails_by_ip_24h": 5}, 1)], [{"emails_by_ip_24h": 1}]),
    "user_agent_script": ([({"user_agent_script": True}, 0)], [{"user_agent_script": False}]),
    "user_agent_outdated": (
        [({"user_agent_outdated": True, "user_agent_script": False}, 0)],
        [{"user_agent_outdated": False, "user_agent_script": False}, {"user_agent_outdated": True, "user_agent_script": True}],
    ),
    "device_shared": ([({"emails_by_device_30d": 1}, 0), ({"emails_by_device_30d": 3}, 1)], [{"emails_by_device_30d": 0}]),
    "cvv_fail": ([({"cvv_match": False}, 0)], [{"cvv_match": True}]),
    "avs_postcode_fail": ([({"avs_postcode": False}, 0)], [{"avs_postcode": True}]),
    "avs_street_fail": ([({"avs_street": False}, 0)], [{"avs_street": True}]),
    "card_country_mismatch": ([({"card_country_fits": False}, 0)], [{"card_country_fits": True}]),
    "prepaid_disposable": (
        [({"card_funding": "prepaid", "email_disposable": True}, 0)],
        [{"card_funding": "prepaid", "email_disposable": False}, {"card_funding": "credit", "email_disposable": True}],
    ),
    "prepaid": ([({"card_funding": "Prepaid"}, 0)], [{"card_funding": "debit"}]),
    "failed_attempts": ([({"failed_attempts": 2}, 0), ({"failed_attempts": 3}, 1), ({"failed_attempts": 5}, 2)], [{"failed_attempts": 1}]),
    "cards_tried": ([({"cards_tried": 3}, 0), ({"cards_tried": 4}, 1)], [{"cards_tried": 2}]),
    "wallet": ([({"wallet": "apple_pay"}, 0)], []),
    "card_checks_passed": (
        [({"cvv_match": True, "avs_street": True, "avs_postcode": True}, 0)],
        [{"cvv_match": False, "avs_street": True, "avs_postcode": True}, {"cvv_match": True, "avs_street": True, "avs_postcode": False}],
    ),
    "email_velocity": ([({"orders_by_email_1h": 3}, 0), ({"orders_by_email_1h": 50}, 1)], [{"orders_by_email_1h": 2}]),
    "ip_velocity": (
        [({"orders_by_ip_1h": 3, "emails_by_ip_1h": 1}, 0), ({"orders_by_ip_1h": 8, "emails_by_ip_1h": 1}, 1)],
        [{"orders_by_ip_1h": 9, "emails_by_ip_1h": 0}, {"orders_by_ip_1h": 2, "emails_by_ip_1h": 2}],
    ),
    "card_velocity": (
        [({"orders_by_card_24h": 2, "emails_by_card_30d": 1}, 0), ({"orders_by_card_24h": 4, "emails_by_card_30d": 1}, 1)],
        [{"orders_by_card_24h": 9, "emails_by_card_30d": 0}],
    ),
    "device_velocity": (
        [({"orders_by_device_1h": 2, "emails_by_device_30d": 1}, 0), ({"orders_by_device_1h": 5, "emails_by_device_30d": 4}, 1)],
        [{"orders_by_device_1h": 9, "emails_by_device_30d": 0}],
    ),
    "address_velocity": (
        [({"orders_by_ship_1h": 1, "emails_by_ship_30d": 1}, 0), ({"orders_by_ship_1h": 3, "emails_by_ship_30d": 1}, 1)],
        [{"orders_by_ship_1h": 3, "emails_by_ship_30d": 0}],
    ),
    "quick_repeat": ([({"seconds_since_last": 0}, 0), ({"seconds_since_last": 59}, 0)], [{"seconds_since_last": 60}]),
    "small_amount_burst": (
        [({"small_burst_1h": 3, "amount_small": True}, 0), ({"small_burst_1h": 8, "amount_small": True}, 1)],
        [{"small_burst_1h": 8, "amount_small": False}, {"small_burst_1h": 2, "amount_small": True}],
    ),
    "failed_burst": ([({"failed_burst_1h": 3}, 0), ({"failed_burst_1h": 8}, 1)], [{"failed_burst_1h": 2}]),
    "bin_burst": (
        [({"bin_suspect_1h": 5, "amount_small": True}, 0), ({"bin_suspect_1h": 12, "amount_small": True}, 1)],
        [{"bin_suspect_1h": 12, "amount_small": False}],
    ),
    "cards_per_email": ([({"cards_by_email_30d": 2}, 0), ({"cards_by_email_30d": 4}, 1)], [{"cards_by_email_30d": 1}]),
    "emails_per_card": ([({"emails_by_card_30d": 1}, 0), ({"emails_by_card_30d": 3}, 1)], [{"emails_by_card_30d": 0}]),
    "countries_per_customer": ([({"countries_30d": 3}, 0)], [{"countries_30d": 2}]),
    "first_order_large": (
        [({"prior_orders": 0, "over_usual": "2.0"}, 0), ({"prior_orders": 0, "over_usual": "4.2"}, 1)],
        [{"prior_orders": 1, "over_usual": "9.0"}, {"prior_orders": 0, "over_usual": "1.9"}],
    ),
    "amount_far_over_usual": ([({"over_usual": "4.0"}, 0)], [{"over_usual": "3.9"}]),
    "amount_multiple_of_own": ([({"times_own_usual": "3.0"}, 0), ({"times_own_usual": "6.1"}, 1)], [{"times_own_usual": "2.9"}]),
    "express_first_order": (
        [({"express": True, "prior_orders": 0}, 0)],
        [{"express": True, "prior_orders": 1}, {"express": False, "prior_orders": 0}],
    ),
    "gift_cards": ([({"gift_card_units": 2}, 0), ({"gift_card_units": 4}, 1)], [{"gift_card_units": 1}]),
    "resaleable": ([({"resaleable": True, "units": 1}, 0), ({"resaleable": True, "units": 4}, 1)], [{"resaleable": False, "units": 9}]),
    "many_units": ([({"units": 6}, 0), ({"units": 15}, 1)], [{"units": 5}]),
    "digital_only": (
        [({"digital_only": True, "prior_orders": 0}, 0)],
        [{"digital_only": True, "prior_orders": 2}, {"digital_only": False, "prior_orders": 0}],
    ),
    "scripted_checkout": ([({"scripted_checkout": True}, 0)], [{"scripted_checkout": False}]),
    "note_presses": ([({"note": "URGENT, ship today"}, 0)], [{"note": "Please leave it with the neighbour."}]),
    "no_language": (
        [({"language_sent": False, "user_agent_script": False}, 0)],
        [{"language_sent": True, "user_agent_script": False}, {"language_sent": False, "user_agent_script": True}],
    ),
    "new_account_large": (
        [({"account_age_days": 2, "over_usual": 2}, 0)],
        [{"account_age_days": 3, "over_usual": 5}, {"account_age_days": 0, "over_usual": "1.9"}],
    ),
    "dormant_then_large": (
        [({"days_since_last_order": 180, "times_own_usual": 3}, 0)],
        [{"days_since_last_order": 179, "times_own_usual": 9}, {"days_since_last_order": 400, "times_own_usual": 1}],
    ),
    "account_takeover": (
        [({"prior_orders": 2, "new_card": True, "new_address": True, "new_device": True}, 0)],
        [
            {"prior_orders": 1, "new_card": True, "new_address": True, "new_device": True},
            {"prior_orders": 9, "new_card": True, "new_address": False, "new_device": True},
        ],
    ),
    "prior_disputes": ([({"prior_disputes": 1}, 0), ({"prior_disputes": 2}, 1)], [{"prior_disputes": 0}]),
    "prior_refunds": ([({"prior_refunds": 3}, 0), ({"prior_refunds": 6}, 1)], [{"prior_refunds": 2}]),
    "good_history": (
        [({"good_orders": 2}, 0), ({"good_orders": 5, "new_device": True, "new_address": False, "new_card": False}, 1)],
        [{"good_orders": 1}, {"good_orders": 50, "new_device": True, "new_address": True, "new_card": False}],
    ),
    "linked_to_fraud": ([({"linked_fraud": 1}, 0)], [{"linked_fraud": 0}]),
    "linked_to_declined": ([({"linked_declined": 1}, 0), ({"linked_declined": 3}, 1)], [{"linked_declined": 0}]),
    "linked_disputes": ([({"linked_disputed": 2}, 0), ({"linked_disputed": 3}, 1)], [{"linked_disputed": 0}]),
    "platform_risk": (
        [({"platform_risk": "medium"}, 0), ({"platform_risk": "high"}, 1)],
        [{"platform_risk": "low"}, {"platform_risk": "pending"}],
    ),
    "platform_risk_low": ([({"platform_risk": "low"}, 0)], [{"platform_risk": "high"}]),
    "platform_facts": (
        [({"platform_risk_facts": PLATFORM_WARNS}, 0)],
        [{"platform_risk_facts": [{"says": "Code matched", "sentiment": "positive"}]}],
    ),
    "customer_denied": ([({"customer_confirmed": False}, 0)], [{"customer_confirmed": True}]),
    "confirmation_differs": (
        [
            ({"customer_confirmed": True, "confirmed_address": False, "confirmed_card": True}, 0),
            ({"customer_confirmed": True, "confirmed_address": False, "confirmed_card": False}, 1),
        ],
        [{"customer_confirmed": True, "confirmed_address": True, "confirmed_card": True}, {"customer_confirmed": True}],
    ),
    "customer_confirmed": (
        [({"customer_confirmed": True}, 0), ({"customer_confirmed": True, "confirmed_address": True}, 1)],
        [{"customer_confirmed": False}, {"customer_confirmed": True, "confirmed_address": True, "confirmed_card": False}],
    ),
    "block_list": ([({"block_hits": ["email", "ip"]}, 0)], []),
    "allow_list": ([({"allow_hits": ["card"]}, 0)], []),
}
