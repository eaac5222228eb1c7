"""From where: connection, browser, device. An order without an IP address (draft, point of sale, interface) is neutral."""

from fraud.signals.table import Hit, at_least, hit, is_false, is_true, reached, signal, times
from ordersops.advice.facts import Evidence

ON_ONE_IP = (2, 5)
ON_ONE_DEVICE = (1, 3)


@signal("geo", "Language does not fit", "language_fits", source="fraud.md 4.5 #38")
def language_mismatch(e: Evidence) -> Hit | None:
    return None if e["language_fits"] else hit("The browser speaks a language of neither address", is_false("language_fits"))


@signal("geo", "Several customers on one connection", "emails_by_ip_24h", source="fraud.md 4.5 #37")
def ip_shared(e: Evidence) -> Hit | None:
    level = reached(e["emails_by_ip_24h"], *ON_ONE_IP)
    if level is None:
        return None
    others = times(e["emails_by_ip_24h"], "other customer", "other customers")
    return hit(f"{others} ordered from this IP address in the last day", at_least("emails_by_ip_24h", ON_ONE_IP[level]), level=level)


@signal("device", "Script for a browser", "user_agent_script", source="fraud.md 4.6 #41")
def user_agent_script(e: Evidence) -> Hit | None:
    return hit("The order was placed by a script, not a browser", is_true("user_agent_script")) if e["user_agent_script"] else None


@signal("device", "Outdated browser", "user_agent_outdated", "user_agent_script", source="fraud.md 4.6 #41")
def user_agent_outdated(e: Evidence) -> Hit | None:
    if not e["user_agent_outdated"] or e["user_agent_script"]:
        return None
    return hit("The browser is years old", is_true("user_agent_outdated"))


@signal("device", "Device of several customers", "emails_by_device_30d", source="fraud.md 4.6 #40")
def device_shared(e: Evidence) -> Hit | None:
    level = reached(e["emails_by_device_30d"], *ON_ONE_DEVICE)
    if level is None:
        return None
    others = times(e["emails_by_device_30d"], "other customer", "other customers")
    return hit(f"{others} ordered from this device in the last month", at_least("emails_by_device_30d", ON_ONE_DEVICE[level]), level=level)
