"""An advisor that fails again and again is left alone for a while, and somebody is told where trying again mends nothing."""

from ordersops.breaker import FAULTS, FIRST, LONGEST, Breakers

__all__ = ["FAULTS", "FIRST", "LONGEST", "fault", "open_until", "success"]

_advisors = Breakers("advice_breaker", "advisor")
open_until, success, fault = _advisors.open_until, _advisors.success, _advisors.fault
