"""A number as a hundred circles: how many futures of 100, and how far the band reaches."""

from __future__ import annotations

from markupsafe import Markup

SIZE, RADIUS, PER_ROW = 22, 8, 10


def icon_array(p: float, lo: float, hi: float, label: str) -> Markup:
    """A hundred circles in rows of ten: dark up to ``lo``, filled up to ``p``, ringed up to ``hi``.

    ``label`` is what a screen reader says instead. Fractions; a chance too small for one circle fills none.
    """
    side = SIZE * PER_ROW
    svg = Markup('<svg class="icons" viewBox="0 0 {0} {0}" role="img" aria-label="{1}">').format(side, label)
    for number, kind in enumerate(kinds(p, lo, hi)):
        row, column = divmod(number, PER_ROW)
        x, y = column * SIZE + SIZE // 2, row * SIZE + SIZE // 2
        svg += Markup('<circle class="{}" cx="{}" cy="{}" r="{}"/>').format(kind, x, y, RADIUS)
    return svg + Markup("</svg>")


def kinds(p: float, lo: float, hi: float) -> list[str]:
    """What each of the hundred circles is: sure, yes, maybe or no."""
    return [_kind(number, round(100 * p), round(100 * lo), round(100 * hi)) for number in range(100)]


def _kind(number: int, filled: int, least: int, most: int) -> str:
    if number < min(least, filled):
        return "sure"
    if number < filled:
        return "yes"
    return "maybe" if number < most else "no"
