"""What a customer typed about a return, and its photos, are forgotten with the order."""

from typing import Any

from ordersops.cases.lanes import lane
from returns.models import Photo, ReturnLine
from tests.returns.shop import asked_for, delivered_order, wanted


def test_words_and_photos_go_and_the_accounts_stay(store: Any, picture: Any) -> None:
    order, other = delivered_order(store), delivered_order(store)
    made = asked_for(order, wanted(reason="DEFECTIVE", words="It burnt Ada's hand", photos=[picture()]))
    kept = asked_for(other, wanted(reason="DEFECTIVE", words="It hums", photos=[picture()]))
    assert lane("returns").forget([order]) == 1
    line = ReturnLine.objects.get(request=made)
    assert (line.words, line.quantity, line.reason) == ("", 1, "DEFECTIVE")
    assert [photo.line.request for photo in Photo.objects.all()] == [kept]
    assert ReturnLine.objects.get(request=kept).words == "It hums"
