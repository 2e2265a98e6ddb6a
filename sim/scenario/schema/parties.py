"""Issues, tracks and parties of a scenario: positions, costs of war, mandates, engagement."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from pydantic import Field

from sim.scenario.schema.fields import Level, Section, number, text
from sim.scenario.schema.quantity import Factor, LossAversion, Multiple, Points, Rate, Share, Signed, Strict, Utils


class Landmark(Strict):
    """A named point on an issue's scale."""

    at: float = text("position on the scale", ge=0, le=1)
    name: str = text("what that position means in words")


class Issue(Section):
    """An issue of the bargain: 0 is side A's end of the scale, 1 is side B's."""

    label: str = text("name in words, in any script", default="")
    scale: str = text("what 0 and 1 mean")
    landmarks: tuple[Landmark, ...] = text("named points on the scale", default=())
    status_quo: Share = text(
        "where things stand on the day and stay if nothing is agreed: what is, not what is claimed or offered",
        json_schema_extra={"unit": "scale"},
    )
    war_share: Share = number(
        0,
        "what war promises: the share of the way from the status quo to the winner's wish that a year of war at momentum 1 would gain (kappa). 0: fighting decides nothing here; 1: all of it",
    )
    front_per_week: Share = number(
        0,
        "what war does: how far the status quo itself moves in a week at momentum 1, all-out success; how still the front is belongs to momentum, not here. war_share is only what a year more is expected to be worth",
        "scale per week",
    )
    delivered: Share = number(
        0,
        "share of what is agreed on this issue that is delivered on signing, whatever trust there is: 1 what troops stand on or hand over that day, 0 what is only promised (elections, neutrality, payments)",
    )
    controllers: tuple[str, ...] = text("third parties whose consent the issue needs", default=())


class Track(Section):
    """A track of negotiation: what is on the table, how long the ceasefire, and who must be in the room."""

    label: str = text("name in words", default="")
    general: bool = text("a track for a general ceasefire; no other track counts as one")
    halts: bool = text("signing stops the fighting; false for exchanges while the war goes on", default=True)
    settles: bool = text("a political settlement, which lasts longer than a bare ceasefire", default=False)
    scope: tuple[str, ...] = text("issues on the table; the others stay at their status quo")
    length_days: Annotated[int, Field(ge=1, le=3650)] | Literal["open"] = text(
        "how long the ceasefire is meant to last", default="open"
    )
    least_level: Level = text("lowest level that can sign without calling home", default=2)
    audience_cost: dict[str, Utils] = text(
        "cost to a side of signing such a track at all, having ruled it out in public, whatever its terms; .01 is one of its 100 points. .02 small, .05 felt, .15 may end a career",
        default={},
    )
    demands: dict[str, dict[str, Share]] = text(
        "side -> issue -> point: the side signs no package on this track that gives it less than that point. Unlike a red line it may lie beyond the status quo (not without a withdrawal), and it holds on this track alone",
        default={},
        json_schema_extra={"unit": "scale"},
    )
    waits_for: str | None = text("track whose offers must come close first (linkage)", default=None)
    signing: Literal["offers", "hazard"] = text(
        "how a text gets signed: offers that move toward each other, or a chance in each round that has a range",
        default="offers",
    )
    signing_rate: Rate = number(
        0, "with `signing: hazard`: rate of signing in a week with a round that has a range", "per week"
    )
    ratified_by: tuple[str, ...] = text("veto players who must agree after signature", default=())


class Delegation(Strict):
    """Persons of a side's delegation, for readers: they have no effect of their own."""

    led_by: str = text("who leads it", default="")
    stay_away: tuple[str, ...] = text("who is expected and does not come", default=())


class Belligerent(Section):
    """A side of the war."""

    role: Literal["belligerent"]
    label: str = ""
    note: str = ""
    ideal_point: dict[str, Share] = text(
        "what the party wants on each issue, were it free to choose: the wish, not the bid. Where it says several things, what it has said where that is costly (parliament, law, treaty draft)",
        json_schema_extra={"unit": "scale"},
    )
    points: dict[str, Points] = text(
        "salience: 100 points over the issues, by what it would give up to have the other; the points of an issue are for its whole scale, from 0 to 1, however near the wish is",
        json_schema_extra={"unit": "points of 100"},
    )
    red_lines: dict[str, Share] = text(
        "hard stop: no package beyond this point; the point itself is allowed. It must leave the status quo possible, or no ceasefire ever is: what a party wants changed is its ideal_point, and what it will not sign without is a demand of the track",
        default={},
        json_schema_extra={"unit": "scale"},
    )
    public_lines: dict[str, Share] = text(
        "point beyond which the leader has publicly ruled out going; going beyond costs (audience_slope) and is possible",
        default={},
        json_schema_extra={"unit": "scale"},
    )
    curvature: Share = number(
        0.5,
        "how much less each further step toward the own wish is worth: 0 all steps alike, .5 the last step half of the first, 1 the last worth nothing",
    )
    loss_aversion: LossAversion = number(
        1.25,
        "weight of a step that makes things worse than they are, against one that makes them better: 1 alike, 2 twice (Kahneman and Tversky 1979)",
        "ratio",
    )
    strain: Utils = text(
        "cost of war for one more year: its mean, to which it reverts where it moves; .01 is one of the side's 100 points. .03 hardly felt, .06 an issue of minor weight, .12 a hurting stalemate",
        json_schema_extra={"unit": "utils"},
    )
    strain_reversion: Share = number(0.05, "weekly pull of the log cost of war to its mean", "per week")
    strain_volatility: Share = number(
        0, "weekly standard deviation of the log cost of war, whose mean stays strain; it starts from its long-run spread", "log utils"
    )
    optimism: Share = number(
        0,
        "overestimate of momentum in one's own favour at the start, against what momentum is on the day (not against how the war went on). 0 sees it as it is, .3 expects a clear gain where there is none",
        "momentum",
    )
    optimism_rest: Share = number(
        0, "level to which optimism reverts, measured likewise: new aid and technology renew disagreement", "momentum"
    )
    fear: Utils = number(
        0,
        "utility lost if the other side uses the pause to rearm and war resumes; in an agreed ceasefire momentum moves by what that is worth, less what limits on resupply take away; .01 is one of the side's 100 points. .01 little, .035 usual, .07 the other did so before",
        "utils",
    )
    trust: Share = number(
        1,
        "share of promised gains expected to be delivered, before monitoring and guarantees; what an issue has as `delivered` needs none. 1 as in a textbook, .4 usual after one broken ceasefire, .2 after several",
    )
    unseen_spread: Utils = number(
        0, "standard deviation, trial by trial, of what the scenario does not see of the side's cost of war", "utils"
    )
    audience_slope: Factor = number(
        0,
        "audience cost: weight of each step beyond the public line, on top of the step itself. 0: a public line costs nothing; 1: the step's full weight in points once more; above 1: more",
        "ratio",
    )
    signature_cost: Utils = number(
        0,
        "cost of any signature with the other side's government that stops the fighting, on whatever terms, where its legitimacy is denied; .01 is one of the side's 100 points",
        "utils",
    )
    meeting_cost: Utils = number(
        0,
        "cost of meeting the other side at leaders' level, paid on what is signed in a round to which both send leaders; .01 is one of the side's 100 points",
        "utils",
    )
    image: Utils = number(
        0,
        "gain from granting a ceasefire for less than a year while a backer takes part; .01 is one of the side's 100 points",
        "utils",
    )
    opening: Share = number(
        0.9,
        "first offer on every track: 1 is the own end of the contract curve, .5 its middle, 0 the other's end. The curve holds the packages that leave nothing on the table; it is drawn with the wishes of ideal_point: a side that has lowered its demands is coded so in one of the two, not in both",
        "contract-curve weight",
    )
    offer_rate: Share = number(
        0.3,
        "share of the gap between offers closed in a round with full mandate (leaders; talks.mandate lowers it for ministers and aides) after the other has moved. A round is a week in which talks are held, not a year of contacts. 0 never moves, 1 goes all the way",
        "per round",
    )
    reciprocity: Share = number(
        0.5,
        "factor on the offer rate when the other side did not move last round: 0 stands still, 1 moves all the same",
        "ratio",
    )
    linkage_tolerance: Share = number(
        1,
        "on a track that waits for another (waits_for; nowhere else): the greatest gap between the two sides' offers on that other track with which it signs. 0 the same offer, .1 a tenth of the contract curve, 1 no linkage",
        "contract-curve weight",
    )
    usual_level: Level = text("level sent unless something changes it", default=1)
    level_cap: Level = text("highest level that can ever come", default=3)
    signs: tuple[str, ...] | None = text(
        "tracks that its delegation may sign below leaders' level; on any other it must call home. Without it: every track",
        default=None,
    )
    delegation: Delegation = text("persons, for readers; no effect", default=Delegation())


class ThirdParty(Section):
    """A mediator or a backer. A backer can also mediate; a mediator cannot press."""

    role: Literal["backer", "mediator"]
    label: str = ""
    note: str = ""
    ideal_point: dict[str, Share] = text("own position by issue", default={}, json_schema_extra={"unit": "scale"})
    points: dict[str, Points] = text(
        "salience: 100 points over the issues with a position", default={}, json_schema_extra={"unit": "points of 100"}
    )
    limits: dict[str, tuple[float, float]] = text(
        "lowest and highest point the party consents to on an issue it controls, or tolerates as a guarantor",
        default={},
    )
    engagement: Share = number(
        1,
        "whether the party takes part: 0 has walked away, above 0 takes part in all it does. The degree scales its pull on rounds (persistence, convening_pull) and nothing else, so 1 unless that has faded",
    )
    # mediation
    reach: dict[str, Share] = text(
        "access to each side: 0 none, .5 through others, 1 to whoever decides, at any hour; the smaller of the two counts",
        default={},
    )
    persistence: Factor = number(
        0,
        "how much it adds to the rate of rounds, which is multiplied by 1 + the smaller reach x persistence; 0 nothing (or its pull is in talks.convening_prob_per_week already), 1 doubles it at full reach",
        "ratio",
    )
    effort: Share = number(
        0,
        "effort to have the sides send leaders: with the chance reach x effort a side comes to a round at leaders' level, up to its level_cap. 0 none, 1 at full reach they always come",
    )
    skill: Share = number(
        0,
        "skill as a mediator in the room; times the mandate of the level at which it comes it is the chance that a round sees its text, and moves how near the middle the text lies and how fast optimism falls. 0 tables no text, or is not in the room; 1 always one, without error",
    )
    bias: Signed = number(
        0,
        "pull of its texts: -1 to side A's end, 0 the middle, 1 to side B's; how far 1 pulls is talks.text_bias",
        "contract-curve weight",
    )
    leverage: dict[str, Utils] = text(
        "mediator: standing cost of a year of fighting on against its wish, while it takes part; backer: cost of war added by one act of pressing that side, fading with war.pressure_half_life_weeks. .01 is one of the side's 100 points; whether it would act at all is act_prob_per_week",
        default={},
        json_schema_extra={"unit": "utils"},
    )
    usual_level: Level = text("level at which it attends", default=1)
    level_cap: Level = text("highest level that can ever come", default=3)
    # backing
    supports: dict[str, Share] = text(
        "share of a side's outside support (arms and money) that it gives; with others' at most 1. Whose aid it is, not how much flows, which is aid", default={}
    )
    aid: Multiple = number(
        1,
        "backer: aid that flows, as a multiple of what flows on the first day of the coding. 1 as then, 0 stopped, 1.5 half as much again; what a stop does to momentum is aid_cut_momentum, by its share in supports",
        "ratio",
    )
    act_prob_per_week: Share = number(
        0,
        "chance to press in a week, only in weeks after a failed round or once patience has run out (not in all weeks)",
        "per week",
    )
    tilt: Share = number(
        0.5,
        "share of its pressure that falls on side B when both are equally to blame: 0 presses only A, .5 either, 1 only B",
    )
    patience_weeks: Annotated[int, Field(ge=0, le=520)] = text(
        "weeks without progress before it presses of its own accord", default=8
    )
    unity: Share = number(
        1, "factor on its rate of acting, for members who must agree: 1 acts as one, .5 half as often, 0 never"
    )
    follows: str | None = text("backer whose action makes its own likelier", default=None)
    follow_factor: Factor = number(
        1, "factor on its rate of acting in the four weeks after the followed party acted", "ratio"
    )
    quit_prob_per_week: Share = number(0, "chance to walk away", "per week")
    ends_aid_on_quit: Share = number(0, "chance that walking away also ends its aid")
    aid_cut_momentum: Share = number(0, "shift of mean momentum against a side that loses all its outside support; this party's aid counts by its share in supports", "momentum")
    convening_pull: Factor = number(
        0,
        "backer: how much taking part adds to the rate of rounds, which is multiplied by 1 + this, whatever its reach: 0 nothing, 1 doubles it; not once more what persistence counts",
        "ratio",
    )
    guarantor_share: Share = number(
        0,
        "share of the guarantees that it would carry; only the ratio of shares counts, so 1 for a sole guarantor. What it carries goes if it walks away",
    )


class Veto(Section):
    """A domestic veto player who ratifies what its side has signed (Putnam 1988)."""

    role: Literal["veto"]
    label: str = ""
    note: str = ""
    side: str = text("belligerent whose signature it ratifies")
    ideal_point: dict[str, Share]
    points: dict[str, Points]
    red_lines: dict[str, Share] = text(
        "it ratifies no package beyond this point, on tracks that it ratifies; one that the status quo is beyond already holds at the status quo instead",
        default={},
    )
    misperception: Utils = number(
        0.02,
        "standard deviation, trial by trial, of how far its own side misjudges what it would ratify, until it has refused once; .01 is one of its 100 points",
        "utils",
    )


Role = TypeVar("Role", Belligerent, ThirdParty, Veto)


Party = Annotated[Belligerent | ThirdParty | Veto, Field(discriminator="role")]
