"""Ids: version 7, sortable by time, not guessable."""

import time

from ordersops.ids import uuid7


def test_an_id_is_of_version_seven_and_says_its_millisecond() -> None:
    before = time.time_ns() // 1_000_000
    made = uuid7()
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert before <= made.int >> 80 <= time.time_ns() // 1_000_000


def test_ids_made_later_sort_later() -> None:
    made = []
    for _ in range(50):
        made.append(uuid7())
        time.sleep(0.00002)
    assert made == sorted(made)
    assert [str(one) for one in made] == sorted(str(one) for one in made)


def test_ids_of_one_moment_differ_in_62_bits() -> None:
    made = [uuid7() for _ in range(2000)]
    assert len({one.int & (1 << 62) - 1 for one in made}) == 2000
