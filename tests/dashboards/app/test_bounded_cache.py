"""What is kept has an end, and who waits for one thing keeps nobody from another."""

import threading

import pytest

from dashboards.app.bounded_cache import Kept


def test_the_least_lately_used_goes_first() -> None:
    kept = Kept(2)
    for name, value in (("a", 1), ("b", 2), ("c", 3)):
        kept.put(name, value)
        assert kept.get("a") == 1
    assert (kept.get("a"), kept.get("b"), kept.get("c"), len(kept)) == (1, None, 3, 2)


def test_bytes_are_bounded_too() -> None:
    kept = Kept(100, 10, len)
    for number in range(50):
        kept.put(number, "x" * 4)
        assert len(kept) <= 2
    kept.put("large", "x" * 100)
    assert len(kept) == 1 and kept.get("large")


def test_it_is_made_once_for_all_who_ask_at_the_same_time() -> None:
    kept, begun, leave, made, found = Kept(4), threading.Event(), threading.Event(), [], []

    def make() -> str:
        made.append(1)
        begun.set()
        leave.wait(20)
        return "found"

    threads = [threading.Thread(target=lambda: found.append(kept.once("key", make))) for _ in range(3)]
    threads[0].start()
    assert begun.wait(20)
    for thread in threads[1:]:
        thread.start()
    assert kept.once("other", lambda: "at once") == "at once"
    leave.set()
    for thread in threads:
        thread.join(20)
    assert found == ["found"] * 3 and made == [1]


def test_what_fails_is_tried_again() -> None:
    kept = Kept(4)
    with pytest.raises(ZeroDivisionError):
        kept.once("key", lambda: 1 / 0)
    assert kept.once("key", lambda: "found") == "found"
