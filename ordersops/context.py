"""What every page knows: where the person can go. Read only when a template asks, so fragments pay nothing for it."""

from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.urls import reverse

from ordersops.accounts.access import rights, store_ids
from ordersops.accounts.catalogue import BUILT_IN, all_roles
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.accounts.waiting import for_judgement
from ordersops.cases.lanes import lanes
from ordersops.cases.models import Case
from ordersops.effects.models import Effect, EffectState
from ordersops.intake.models import Delivery
from ordersops.lists import CAP, capped
from ordersops.review import waiting
from ordersops.review.just import JUST, Just, just
from ordersops.stores.models import Store

RIGHTS = ("/rights/", "/roles/", "/teams/")  # pages that belong to People
WAITING_FOR_SOMEBODY = (EffectState.WAITING, EffectState.HANDED_OVER, EffectState.DEAD)


def desk(request: HttpRequest) -> dict[str, Any]:
    """The one context processor of ours."""
    user = getattr(request, "user", None)
    return {"desk": Desk(request, user)} if isinstance(user, User) or getattr(user, "is_authenticated", False) else {}


class Desk:
    version = settings.VERSION

    def __init__(self, request: HttpRequest, user: Any) -> None:
        self._request, self._user = request, user

    @cached_property
    def perms(self) -> set[str]:
        """The rights that the person has in some store."""
        return {str(perm) for perms in rights(self._user).values() for perm in perms}

    @cached_property
    def stores(self) -> list[Store]:
        """The stores in which the person has a role."""
        return list(Store.objects.filter(pk__in=rights(self._user)))

    @cached_property
    def roles(self) -> list[str]:
        """The names of the person's roles, each once."""
        held = set(Group.objects.filter(user=self._user, store_role__isnull=False).values_list("store_role__role", flat=True))
        return [role.name for key, role in (all_roles() if held - BUILT_IN.keys() else BUILT_IN).items() if key in held]

    @cached_property
    def rights_to_judge(self) -> int:
        """How many changes of rights wait for this person's word."""
        return len(for_judgement(self._user))

    @cached_property
    def lanes(self) -> list[dict[str, Any]]:
        """The lanes with the number of their open cases in the person's stores, none of them counted past the cap."""
        found = []
        for lane in lanes().values() if Perm.VIEW_CASES in self.perms else ():
            count = Case.objects.visible_to(self._user).open().in_lane(lane.key)[: CAP + 1].count()
            url = reverse("queue", args=[lane.key])
            found.append({"key": lane.key, "label": lane.label, "url": url, "count": capped(count) if count else None})
        return found

    @cached_property
    def just(self) -> Just | None:
        """What the person has just decided, while it can be undone. No query where nothing was."""
        return just(noted, self._user) if (noted := self._request.session.get(JUST)) else None

    @cached_property
    def sections(self) -> list[dict[str, Any]]:
        """Where the person may go. The order is that of the day: look, decide, look up, repair, manage."""
        found = [self._section("home", "Home", reverse("home"))]
        if Perm.VIEW_WORKLOAD in self.perms:
            found.append(self._section("tower", "Tower", reverse("tower")))
        for lane in self.lanes:
            found.append(self._section(lane["key"], lane["label"], lane["url"], lane["count"], count_of="open cases"))
        if Perm.APPROVE_SECOND in self.perms:
            wait = waiting.count_for(self._user)
            found.append(
                self._section("second", "Second person", reverse("second"), capped(wait) if wait else None, count_of="wait for you")
            )
        if Perm.VIEW_ORDERS in self.perms:
            found.append(self._section("orders", "Orders", reverse("orders")))
            found.append(self._section("stock", "Stock", reverse("stock")))
        if Perm.VIEW_CASES in self.perms:
            wait = Effect.objects.visible_to(self._user).filter(state__in=WAITING_FOR_SOMEBODY)[: CAP + 1].count()
            found.append(
                self._section("effects", "Effects", reverse("effects"), capped(wait) if wait else None, count_of="wait for a person")
            )
            found.append(self._section("exceptions", "Exceptions", reverse("exceptions")))
            found.append(self._section("messages", "Messages", reverse("inquiries")))
            found.append(self._section("lists", "Lists", reverse("fraud_lists")))
            found.append(self._section("playbooks", "Playbooks", reverse("playbooks")))
        if Perm.VIEW_WORKLOAD in self.perms:
            found.append(self._section("workload", "Workload", reverse("workload")))
            found.append(self._section("quality", "Quality", reverse("quality")))
        elif any(lane.decides in self.perms for lane in lanes().values()):
            found.append(self._section("quality", "Second reviews", reverse("quality_next")))
        if Perm.VIEW_ROLLOUT in self.perms:
            found.append(self._section("advisors", "Advisors", reverse("advisors")))
        if Perm.VIEW_ROLLOUT in self.perms:
            found.append(self._section("rollout", "Rollout", reverse("rollout")))
            found.append(self._section("reasons", "Reasons", reverse("reasons")))
        if Perm.VIEW_INTAKE in self.perms:
            dead = Delivery.objects.filter(store__in=store_ids(self._user, Perm.VIEW_INTAKE)).dead()[: CAP + 1].count()
            found.append(
                self._section(
                    "intake", "Intake", reverse("intake"), capped(dead) if dead else None, count_of="failed deliveries", urgent=True
                )
            )
            found.append(self._section("stores", "Stores", reverse("stores")))
        if Perm.MANAGE_STORES in self.perms:
            found.append(self._section("webhooks", "Webhooks", reverse("webhooks")))
        if Perm.VIEW_AUDIT in self.perms:
            found.append(self._section("audit", "Audit", reverse("audit")))
        if Perm.VIEW_PEOPLE in self.perms:
            count = str(self.rights_to_judge) if self.rights_to_judge else None
            found.append(
                self._section("people", "People", reverse("people"), count, count_of="changes of rights wait for you", also=RIGHTS)
            )
        return found

    def _section(
        self,
        key: str,
        label: str,
        url: str,
        count: str | None = None,
        *,
        count_of: str = "",
        urgent: bool = False,
        also: tuple[str, ...] = (),
    ) -> dict[str, Any]:
        here = self._request.path
        active = here == "/" if url == "/" else here.startswith((url, *also))
        return {
            "key": key,
            "label": label,
            "url": url,
            "icon": key,
            "active": active,
            "count": count,
            "count_of": count_of,
            "urgent": urgent,
        }
