"""Statics 1 to 9: power, positions and lines, what the sides believe of the war, and what it costs them."""

from __future__ import annotations

from sim.analysis.statics.outcomes import AGREED, DURABLE, LAND
from sim.analysis.statics.predicates import (
    Falls,
    Flat,
    NeverFalls,
    NeverRises,
    Ratio,
    Rises,
    RisesThroughout,
    WithinFactor,
)
from sim.analysis.statics.static import Edit, Level, Series, Static, both, swept
from sim.analysis.statics.worlds import EVERY_FRICTION

MOMENTUM = ("war.momentum", "war.momentum_mean")
FROM_VICTORY_TO_VICTORY = swept(MOMENTUM, -0.9, -0.45, 0, 0.45, 0.9)
FROM_UKRAINE_TO_RUSSIA = swept(MOMENTUM, -0.3, 0, 0.15, 0.3, 0.6, 0.9)


def demands(land: float) -> tuple[Edit, ...]:
    """Return edits by which Russia signs no ceasefire and no settlement that gives it less than so much of the land."""
    return tuple(
        (f"tracks.{track}.demands", f"{{Russia: {{territory: {land:g}}}}}") for track in ("ceasefire", "settlement")
    )


POWER_AND_POSITIONS = (
    Static(
        1,
        "momentum of the war, from Ukraine's side to Russia's",
        "agreed land rises by .10 or more; without red lines the odds of an agreed ceasefire stay within a factor 3",
        (
            Series("as coded", FROM_UKRAINE_TO_RUSSIA, shown=(DURABLE, AGREED, LAND)),
            Series("without red lines", FROM_UKRAINE_TO_RUSSIA, ("red lines",), shown=(DURABLE, AGREED, LAND)),
            Series(
                "without red lines, vetoes and victories",
                FROM_UKRAINE_TO_RUSSIA,
                ("red lines", "veto players", "controllers"),
                (("war.victory_hazard", "0"),),
                (DURABLE, AGREED, LAND),
            ),
        ),
        (
            Rises(LAND, "as coded", by=0.10),
            WithinFactor(AGREED, "without red lines", most=3.0, needs="disagreement"),
        ),
        ("Wittman 1979", "Powell 1996", "Powell 1999"),
    ),
    Static(
        2,
        "momentum, with every friction off",
        "where nobody wins outright, agreed ceasefires flat within three standard errors; land rising at every step",
        (
            Series("full information", FROM_VICTORY_TO_VICTORY, EVERY_FRICTION, shown=(AGREED, LAND)),
            # A side may win outright before the first round: rarely, and at the extremes oftener.
            Series(
                "full information, no victories",
                FROM_VICTORY_TO_VICTORY,
                EVERY_FRICTION,
                (("war.victory_hazard", "0"),),
                (AGREED, LAND),
            ),
        ),
        (Flat(AGREED, "full information, no victories"), RisesThroughout(LAND, "full information, no victories")),
        ("Fearon 1995", "Powell 2006"),
    ),
    Static(
        3,
        "a side's aim on land, moved to the line of contact (.40)",
        "never fewer ceasefires; more where that side expects to gain",
        (
            # Its public line on land must not lie beyond the aim: at the status quo it costs nothing at any level.
            Series(
                "Russia's aim",
                swept("parties.Russia.ideal_point.territory", 1, 0.7, 0.4),
                always=(("parties.Russia.public_lines.territory", "0.4"),),
            ),
            Series("Ukraine's aim", swept("parties.Ukraine.ideal_point.territory", 0.05, 0.2, 0.4)),
            Series(
                "Ukraine's aim, Ukraine gaining",
                swept("parties.Ukraine.ideal_point.territory", 0.05, 0.2, 0.4),
                always=tuple((path, "-0.3") for path in MOMENTUM),
            ),
        ),
        (
            NeverFalls(DURABLE, "Russia's aim"),
            Rises(DURABLE, "Russia's aim"),
            NeverFalls(DURABLE, "Ukraine's aim"),
            NeverFalls(DURABLE, "Ukraine's aim, Ukraine gaining"),
            Rises(DURABLE, "Ukraine's aim, Ukraine gaining"),
        ),
        ("Enelow and Hinich 1984",),
    ),
    Static(
        4,
        "a red line: removed, as coded, tightened to where talks stand",
        "tightened: 1 point fewer or more; removed: never fewer",
        (
            Series(
                "Ukraine's line on land",
                (
                    Level("none", (("parties.Ukraine.red_lines.territory", "1"),)),
                    Level("as coded"),
                    Level("0.45", (("parties.Ukraine.red_lines.territory", "0.45"),)),
                ),
            ),
            Series(
                "Russia's line on guarantees",
                (
                    Level("none", (("parties.Russia.red_lines.guarantees", "0.05"),)),
                    Level("as coded"),
                    Level("0.8", (("parties.Russia.red_lines.guarantees", "0.8"),)),
                ),
            ),
        ),
        (
            Falls(DURABLE, "Ukraine's line on land", first=1, last=2, by=0.01),
            NeverRises(DURABLE, "Ukraine's line on land"),
            NeverRises(DURABLE, "Russia's line on guarantees"),
        ),
        ("Putnam 1988",),
    ),
    Static(
        5,
        "a demand beyond the status quo, on the ceasefire and on the settlement",
        "can be stated, and lowers the odds",
        (
            Series("Russia demands land", (Level("nothing"), Level(".50", demands(0.5)), Level(".60", demands(0.6)))),
            Series(
                "the same without red lines",
                (Level("nothing"), Level("a withdrawal (.85)", demands(0.85))),
                ("red lines",),
            ),
        ),
        (Falls(DURABLE, "Russia demands land"), Falls(DURABLE, "the same without red lines")),
    ),
    Static(
        6,
        "uncertainty about how the war will end",
        "fewer ceasefires",
        (Series("tau", swept("war.tau", 0.05, 0.25, 0.6)),),
        (Falls(DURABLE, "tau"),),
        ("Fearon 1995", "Reed 2003"),
        needs="disagreement",
    ),
    Static(
        7,
        "age of the war",
        "a war of half a year has 1.5 to 3 times the odds of one of three years, as the record has it",
        (
            Series(
                "began",
                (
                    Level("2014", (("war.began", "2014-04-12"),)),
                    Level("2022", (("war.began", "2022-02-24"),)),
                    Level("2024", (("war.began", "2024-11-15"),)),
                ),
            ),
        ),
        (Ratio(DURABLE, "began", first=1, last=2, low=1.5, high=3.0), NeverFalls(DURABLE, "began")),
        ("Slantchev 2003",),
        needs="disagreement",
    ),
    Static(
        8,
        "cost of war of either side",
        "more ceasefires",
        (
            Series("Russia's cost", swept("parties.Russia.strain", 0.03, 0.06, 0.12)),
            Series("Ukraine's cost", swept("parties.Ukraine.strain", 0.03, 0.07, 0.14)),
        ),
        (Rises(DURABLE, "Russia's cost"), Rises(DURABLE, "Ukraine's cost")),
        ("Goemans 2000",),
    ),
    Static(
        9,
        "how much the cost of war moves from week to week, at the same mean",
        "within 3 points over the range of the shipped files",
        (Series("volatility of both costs", swept(both("strain_volatility"), 0, 0.04, 0.1)),),
        (Flat(DURABLE, "volatility of both costs", within=0.03),),
    ),
)
