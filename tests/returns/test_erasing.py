"""What a customer typed about a return, and its photos, are forgotten with the order."""

from typing import Any

from ordersops.cases.lanes import lane
from returns import actions
from returns.models import Photo, ReturnLine, ReturnLink
from tests.returns.shop import asked_for, delivered_order, wanted
from tests.returns.test_settling import approved


def test_words_and_photos_go_and_the_accounts_stay(store: Any, picture: Any, system: Any) -> None:
    order, other = delivered_order(store, number="#77"), delivered_order(store)
    made = asked_for(order, wanted(reason="DEFECTIVE", words="It burnt Ada's hand", photos=[picture()]))
    kept = asked_for(other, wanted(reason="DEFECTIVE", words="It hums", photos=[picture()]))
    actions.mark_sent(request=approved(made), by=system, carrier="Ada's cousin", tracking_number="0171 555")
    knock = actions.knock(store=store, number=order.number, email=order.email)
    assert actions.make_link(knock=knock, by=system)
    assert lane("returns").forget([order]) == 1
    made.refresh_from_db()
    assert (made.carrier, made.tracking_number, ReturnLink.objects.count()) == ("", "", 0)
    line = ReturnLine.objects.get(request=made)
    assert (line.words, line.quantity, line.reason) == ("", 1, "DEFECTIVE")
    assert [photo.line.request for photo in Photo.objects.all()] == [kept]
    assert ReturnLine.objects.get(request=kept).words == "It hums"
