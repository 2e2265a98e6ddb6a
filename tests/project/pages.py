"""Comparing a generated page with a fresh one: the same words, and numbers that agree to a point."""

import re

NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.]*\w)")
SORTED = re.compile(r"^(Where the sides talked|All failures|Where it fails).*$|Where it fails, .*$", re.M)


def same_words_and_close_numbers(fresh: str, stored: str, points: float = 1.0) -> None:
    """Fail unless the pages are alike up to ``points`` in each number; lists in the order of shares are left out.

    Another processor may round a share the other way, and shares that are level may change places.
    """
    pair = [SORTED.sub("", text) for text in (fresh, stored)]
    assert NUMBER.sub("#", pair[0]) == NUMBER.sub("#", pair[1])
    for new, old in zip(*(NUMBER.findall(text) for text in pair), strict=True):
        assert abs(float(new) - float(old)) <= points, (new, old)
