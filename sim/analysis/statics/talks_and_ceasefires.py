"""Statics 10 to 18: assurances and trust, talks and those who press them, vetoes, terms and rearming."""

from __future__ import annotations

from sim.analysis.statics.outcomes import AGREED, DURABLE, HELD, IN_FORCE, LAND, LIVES, RESUMED, SETTLED
from sim.analysis.statics.predicates import FallingReturns, Falls, NeverRises, Ratio, Rises, RisesMore, WithinFactor
from sim.analysis.statics.static import Edit, Level, Series, Static, both, swept
from sim.analysis.statics.worlds import EVERY_FRICTION

ASSURANCES = ("guarantees to Ukraine", "guarantees to both", "monitoring")
CONVENING = (0.05, 0.21, 0.5, 1.0)
LASTING: tuple[Edit, ...] = (
    ("war.momentum_spread", "0"),
    ("war.momentum_volatility", "0"),
    ("war.momentum_reversion", "0"),
    ("war.victory_hazard", "0"),
    ("talks.close_enough", "1"),
    ("talks.convening_prob_per_week", "0.05"),
    ("events.0.levels", "{Ukraine: 3, Russia: 3}"),
    ("truces.early_hazard", "0"),
    ("parties.Ukraine.fear", "0"),
)
"""A war whose momentum only a ceasefire moves, and a summit in its first week."""
BREAKING: tuple[Edit, ...] = (*LASTING, ("truces.slow_hazard", "0.05"))
HOLDING: tuple[Edit, ...] = (*LASTING, ("truces.slow_hazard", "0"))
ALL_BUT_FEAR = tuple(name for name in EVERY_FRICTION if name not in ("fear", "rare talks"))
RUSSIAN_FEAR = swept("parties.Russia.fear", 0, 0.03, 0.06)
RECORD_OF_LEVELS = 1.65
"""exp(.5): the largest effect of one level of attendance that the record leaves open (docs/explanation/record.md)."""


def delivered(share: float) -> tuple[Edit, ...]:
    """Return edits by which so much of every issue that is bargained for is handed over on signing."""
    issues = ("territory", "guarantees", "forces", "aid", "neutrality", "sanctions", "prisoners", "monitoring")
    return tuple((f"issues.{issue}.delivered", f"{share:g}") for issue in issues)


TALKS_AND_CEASEFIRES = (
    Static(
        10,
        "guarantees and monitoring, none to full",
        "each brings more signatures and longer lives; guarantees to both sides no fewer signatures than monitoring",
        (
            Series(ASSURANCES[0], swept("assurances.guarantee_credibility", 0, 1), shown=(AGREED, LIVES, DURABLE)),
            Series(
                ASSURANCES[1],
                swept("assurances.guarantee_credibility", 0, 1),
                always=(("assurances.guaranteed", "{Ukraine: 1, Russia: 1}"),),
                shown=(AGREED, LIVES, DURABLE),
            ),
            Series(ASSURANCES[2], swept("assurances.monitoring", 0, 1), shown=(AGREED, LIVES, DURABLE)),
        ),
        (
            *(Rises(AGREED, name) for name in ASSURANCES),
            *(Rises(LIVES, name) for name in ASSURANCES),
            RisesMore(AGREED, "guarantees to both", other="monitoring", equal=True),
        ),
        ("Walter 2002", "Fortna 2003"),
    ),
    Static(
        11,
        "trust of both sides",
        "more ceasefires, and the more so where little is delivered on signing",
        (
            Series("trust", swept(both("trust"), 0.1, 0.5, 0.9)),
            Series("trust, nothing delivered", swept(both("trust"), 0.1, 0.5, 0.9), always=delivered(0)),
            Series("trust, most delivered", swept(both("trust"), 0.1, 0.5, 0.9), always=delivered(0.8)),
        ),
        (Rises(DURABLE, "trust"), RisesMore(DURABLE, "trust, nothing delivered", other="trust, most delivered")),
        ("Fearon 1998",),
    ),
    Static(
        12,
        "chance of a round in a week",
        "under a factor 5 from one end to the other, with falling returns",
        (Series("convening", swept("talks.convening_prob_per_week", *CONVENING)),),
        (WithinFactor(DURABLE, "convening", most=5.0), FallingReturns(DURABLE, "convening", at=CONVENING)),
        ("Min 2020",),
    ),
    Static(
        13,
        "leaders in every round, in place of ministers",
        "1 to 1.65 times the odds of an agreed ceasefire: what the record of past wars leaves open",
        (
            Series(
                "usual level of both",
                (
                    Level("aides", tuple((path, "1") for path in both("usual_level"))),
                    Level("ministers", tuple((path, "2") for path in both("usual_level"))),
                    Level("leaders", tuple((path, "3") for path in both("usual_level"))),
                ),
                shown=(DURABLE, AGREED, LAND),
            ),
        ),
        (Ratio(AGREED, "usual level of both", first=1, last=2, low=1.0, high=RECORD_OF_LEVELS),),
    ),
    Static(
        14,
        "leverage of a mediator (Türkiye), on both sides",
        "more signatures, and shorter lives of what was signed",
        (
            Series(
                "leverage",
                swept(("parties.Türkiye.leverage.Ukraine", "parties.Türkiye.leverage.Russia"), 0, 0.02, 0.06),
                shown=(AGREED, LIVES, DURABLE),
            ),
        ),
        (Rises(AGREED, "leverage"), Falls(LIVES, "leverage")),
        ("Beardsley 2008",),
    ),
    Static(
        15,
        "neither side ever concedes",
        "under a fifth of the base, mediators' texts included",
        (
            Series(
                "concessions",
                (Level("as coded"), Level("none", tuple((path, "0") for path in both("offer_rate")))),
                shown=(DURABLE, AGREED, LAND),
            ),
        ),
        (Ratio(AGREED, "concessions", high=0.2),),
    ),
    Static(
        16,
        "the parliament's red line on land, on the track that it ratifies",
        "a tight one leaves two thirds of the settlements at most",
        (
            Series(
                "line on land",
                (
                    Level("none", (("parties.Rada.red_lines", "{}"),)),
                    Level("as coded"),
                    Level("0.42", (("parties.Rada.red_lines.territory", "0.42"),)),
                ),
                shown=(SETTLED, DURABLE),
            ),
        ),
        (Ratio(SETTLED, "line on land", high=2 / 3),),
        ("Putnam 1988",),
    ),
    Static(
        17,
        "a term of 30 days for a monitored ceasefire",
        "adds nothing to ceasefires in force after 180 days",
        (
            Series(
                "term",
                (Level("open"), Level("30 days", (("tracks.ceasefire.length_days", "30"),))),
                always=(("assurances.monitoring", "0.8"),),
                shown=(DURABLE, IN_FORCE),
            ),
        ),
        (NeverRises(IN_FORCE, "term"),),
        ("Werner 1999",),
    ),
    Static(
        18,
        "rearming in a ceasefire, as Russia fears it of Ukraine",
        "momentum moves to Ukraine as far as feared, less under limits; a war that resumes starts from there",
        (
            Series("Russia's fear", RUSSIAN_FEAR, ALL_BUT_FEAR, HOLDING, shown=(HELD,)),
            Series(
                "limits on Ukraine's resupply",
                swept("assurances.resupply_limits.Ukraine", 0, 1),
                ALL_BUT_FEAR,
                (*HOLDING, ("parties.Russia.fear", "0.06")),
                (HELD,),
            ),
            Series("Russia's fear, ceasefires that collapse", RUSSIAN_FEAR, ALL_BUT_FEAR, BREAKING, shown=(RESUMED,)),
        ),
        (
            Falls(HELD, "Russia's fear"),
            Rises(HELD, "limits on Ukraine's resupply"),
            Falls(RESUMED, "Russia's fear, ceasefires that collapse"),
        ),
        ("Powell 2006",),
    ),
)
