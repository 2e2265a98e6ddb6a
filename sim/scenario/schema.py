"""What a scenario file may contain: every section, every key, its unit, its default and its range.

This file is the one home of every parameter. Each field says what it means in words; the JSON Schema
(``parley schema``) and the parameter reference are generated from it. Sections follow the order of
the week: war, third parties, convening, bargaining, halts. Rules that join several keys (points sum
to 100, parties exist, the status quo lies between the ideals) are in ``rules.py``.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field

from sim.scenario.levers import Lever
from sim.scenario.quantity import Factor, Points, Provenance, Quantity, Rate, Share, Signed, Strict, Utils, Weeks

Level = Annotated[int, Field(ge=0, le=3)]
"""Attendance: 0 absent, 1 aides, 2 ministers, 3 leaders."""

JUDGED = "judgement"


def number(default: float, text: str, unit: str = "share", source: str = JUDGED) -> Any:
    """A field holding a Quantity; ``source`` says where the default comes from."""
    return Field(
        default=Quantity(value=float(default)),
        description=text,
        json_schema_extra={"unit": unit, "default_source": source},
    )


def text(words: str, **options: Any) -> Any:
    return Field(description=words, **options)


class Section(Strict):
    """A section whose numbers may take their source from ``sources`` (key, or ``*`` for all)."""

    sources: dict[str, Provenance] = Field(default_factory=dict, description="source by key; * stands for every key of the section")


class Landmark(Strict):
    at: float = text("position on the scale", ge=0, le=1)
    name: str = text("what that position means in words")


class Issue(Section):
    """One thing that is bargained over: 0 is side A's end of the scale, 1 is side B's."""

    scale: str = text("what 0 and 1 mean")
    landmarks: tuple[Landmark, ...] = text("named points on the scale", default=())
    status_quo: Share = text("where things stand if nothing is agreed", json_schema_extra={"unit": "scale"})
    war_share: Share = number(0, "share of the remaining distance that a year of war at momentum 1 would gain (kappa)")
    front_per_week: Share = number(0, "how far the status quo moves in a week of war at momentum 1", "scale per week")
    controllers: tuple[str, ...] = text("third parties whose consent the issue needs", default=())


class Track(Section):
    """A lane of negotiation: what is on the table, for how long a halt, and who must be in the room."""

    label: str = text("name in words", default="")
    general: bool = text("a general halt; only general tracks count as a ceasefire")
    halts: bool = text("signing stops the fighting; false for exchanges while the war goes on", default=True)
    settles: bool = text("a political settlement, which lasts longer than a bare truce", default=False)
    scope: tuple[str, ...] = text("issues on the table; the others stay at their status quo")
    length_days: Annotated[int, Field(ge=1, le=3650)] | Literal["open"] = text("how long the halt is meant to last", default="open")
    least_level: Level = text("lowest level that can sign without calling home", default=2)
    audience_cost: dict[str, Utils] = text("cost to a side of signing such a track at all, having ruled it out in public", default={})
    waits_for: str | None = text("track whose offers must come close first (linkage)", default=None)
    signing: Literal["offers", "hazard"] = text("how a text gets signed: offers that move toward each other, or a chance in each round that has a range", default="offers")
    signing_rate: Rate = number(0, "with `signing: hazard`: rate of signing in a week with a round that has a range", "per week")
    ratified_by: tuple[str, ...] = text("veto players who must agree after signature", default=())


class Belligerent(Section):
    """A side of the war."""

    role: Literal["belligerent"]
    label: str = ""
    note: str = ""
    ideal_point: dict[str, Share] = text("what the party wants on each issue", json_schema_extra={"unit": "scale"})
    points: dict[str, Points] = text("salience: 100 points over the issues", json_schema_extra={"unit": "points of 100"})
    red_lines: dict[str, Share] = text("hard stop: no package beyond this point", default={}, json_schema_extra={"unit": "scale"})
    public_lines: dict[str, Share] = text("point beyond which the leader has publicly ruled out going", default={}, json_schema_extra={"unit": "scale"})
    strain: Utils = text("cost of one more year of war, to which strain reverts", json_schema_extra={"unit": "utils"})
    strain_reversion: Share = number(0.05, "weekly pull of log strain to its mean", "per week")
    strain_volatility: Share = number(0, "weekly standard deviation of log strain; it starts from its long-run spread", "log utils")
    optimism: Share = number(0, "overestimate of momentum in one's own favour at the start", "momentum")
    optimism_rest: Share = number(0, "level to which optimism reverts: new aid and technology renew disagreement", "momentum")
    fear: Utils = number(0, "utility lost if the other side uses the pause to rearm and war resumes", "utils")
    trust: Share = number(1, "share of promised gains expected to be delivered, before monitoring and guarantees")
    unseen_spread: Utils = number(0, "standard deviation, trial by trial, of what the scenario does not see of the side's cost of war", "utils")
    audience_slope: Factor = number(0, "audience cost: extra weight of losses beyond the public line", "ratio")
    image: Utils = number(0, "gain from granting a short halt while a backer watches", "utils")
    opening: Share = number(0.9, "first offer: 1 is the own end of the contract curve, 0 the other's", "mix")
    offer_rate: Share = number(0.3, "share of the gap between offers closed in a round with full mandate", "per round")
    reciprocity: Share = number(0.5, "factor on the offer rate when the other side did not move last round", "ratio")
    linkage_tolerance: Share = number(1, "gap between offers on the linked track that is close enough; 1 means no linkage", "mix")
    usual_level: Level = text("level sent unless something changes it", default=1)
    level_cap: Level = text("highest level that can ever come", default=3)


class ThirdParty(Section):
    """A mediator or a backer. A backer can also mediate; a mediator cannot press."""

    role: Literal["backer", "mediator"]
    label: str = ""
    note: str = ""
    ideal_point: dict[str, Share] = text("own position by issue", default={}, json_schema_extra={"unit": "scale"})
    points: dict[str, Points] = text("salience: 100 points over the issues with a position", default={}, json_schema_extra={"unit": "points of 100"})
    limits: dict[str, tuple[float, float]] = text("lowest and highest point the party consents to on an issue it controls, or tolerates as a guarantor", default={})
    engagement: Share = number(1, "how far the party takes part; 0 has walked away")
    # mediation
    reach: dict[str, Share] = text("access to each side", default={})
    persistence: Factor = number(0, "weight of the party's reach in the rate of rounds", "ratio")
    skill: Share = number(0, "skill as a mediator: chance of a text, its accuracy, speed of learning")
    bias: Signed = number(0, "pull of its texts: -1 to side A's end, 1 to side B's", "mix")
    leverage: dict[str, Utils] = text("mediator: standing cost to a side of fighting on against its wish; backer: added strain when it presses that side", default={}, json_schema_extra={"unit": "utils"})
    usual_level: Level = text("level at which it attends", default=1)
    level_cap: Level = text("highest level that can ever come", default=3)
    # backing
    supports: dict[str, Share] = text("share of a side's outside support that it gives", default={})
    act_prob_per_week: Share = number(0, "chance to press, each week after a failed round or once patience has run out", "per week")
    tilt: Share = number(0.5, "share of its pressure that falls on side B when both are equally to blame; 1 presses only B")
    patience_weeks: Annotated[int, Field(ge=0, le=520)] = text("weeks without progress before it presses of its own accord", default=8)
    unity: Share = number(1, "chance that its members act together when they would")
    follows: str | None = text("backer whose action makes its own likelier", default=None)
    follow_factor: Factor = number(1, "factor on its rate of acting in the four weeks after the followed party acted", "ratio")
    quit_prob_per_week: Share = number(0, "chance to walk away", "per week")
    ends_aid_on_quit: Share = number(0, "chance that walking away also ends its aid")
    aid_cut_momentum: Share = number(0, "shift of mean momentum against a side whose aid is cut", "momentum")
    convening_pull: Factor = number(0, "weight of its engagement in the rate of rounds", "ratio")
    guarantor_share: Share = number(0, "share of the guarantees that it would carry")


class Veto(Section):
    """A domestic veto player who ratifies what its side has signed (Putnam 1988)."""

    role: Literal["veto"]
    label: str = ""
    note: str = ""
    side: str = text("belligerent whose signature it ratifies")
    ideal_point: dict[str, Share]
    points: dict[str, Points]
    red_lines: dict[str, Share] = {}


Role = TypeVar("Role", Belligerent, ThirdParty, Veto)
Party = Annotated[Belligerent | ThirdParty | Veto, Field(discriminator="role")]


class War(Section):
    """The fighting: who is gaining, how fast the line moves, and how it could end without a deal."""

    began: date = text("first day of the war")
    optimism_ages: bool = text("optimism is given as at the outset of the war and falls with its age", default=False)
    momentum: Signed = number(0, "who is gaining at the start: positive favours side B", "momentum")
    momentum_spread: Share = number(
        0, "standard deviation, trial by trial, of momentum at the start around that value", "momentum"
    )
    momentum_mean: Signed = number(0, "level to which momentum reverts", "momentum")
    momentum_reversion: Share = number(0.05, "weekly pull to the mean (theta)", "per week")
    momentum_volatility: Share = number(0.04, "weekly standard deviation (sigma)", "momentum")
    fluidity: Factor = number(1, "factor on volatility, the moving line and victory: 1 as given, below 1 more static", "ratio")
    tau: Share = number(0.25, "spread of a year of war in momentum; only its risk premium enters", "momentum")
    learning: Share = number(0.02, "weekly pull of optimism to its resting level", "per week")
    talk_learning: Factor = number(2, "extra learning in weeks after a round, times the mediator's skill", "ratio")
    victory_hazard: Rate = number(0.0006, "weekly rate of victory at momentum .3 (v0)", "per week")
    victory_slope: Factor = number(4, "growth of that rate with momentum (v1)", "log per momentum")
    imposed_halt_prob: Share = number(0.4, "chance that a victory leaves an imposed halt")
    pressure_half_life_weeks: Weeks = number(35, "half-life of pressure", "weeks")


class Assurances(Section):
    """Monitoring, guarantees and limits on resupply: one set of levels drives trust, fear and lasting."""

    monitoring: Share = number(0, "level of monitoring that a halt would have")
    guarantee_credibility: Share = number(0, "credibility of guarantees with every guarantor engaged")
    guaranteed: dict[str, Share] = text("how far each side is covered by the guarantees", default={})
    resupply_limits: dict[str, Share] = text("limit on a side's resupply during a halt, as consented by its donors", default={})
    trust_from_monitoring: Share = number(0.25, "share of distrust removed by full monitoring")
    trust_from_guarantee: Share = number(0.4, "share of distrust removed by a fully credible guarantee")
    calm_from_monitoring: Share = number(0.3, "share of fear removed by full monitoring")
    calm_from_guarantee: Share = number(0.4, "share of fear removed by a fully credible guarantee", source="parameters of the reduced prototype: 1 - .4 g/3")
    calm_from_resupply_limit: Share = number(0.6, "share of fear removed by a full limit on the other's resupply")


class Talks(Section):
    """Rounds and what happens in them."""

    convening_prob_per_week: Share = number(0.15, "chance of a round in a week before mediators and backers add to it", "per week")
    after_failure: Factor = number(0.7, "factor on that rate after a failed round", "ratio")
    age_slope: Factor = number(0, "old wars meet less: rate divided by (1 + years) to this power", "exponent")
    mandate: tuple[float, float, float, float] = text("authority by level: absent, aides, ministers, leaders", default=(0.0, 0.4, 0.7, 1.0))
    call_home_prob: Share = number(0.25, "chance that aides get leave to sign that week", "per round")
    level_shift_prob: Share = number(0.35, "chance that levels rise by one after a round that saw a range", "per round")
    close_enough: Share = number(0.1, "offers this close are split", "mix")
    text_prob: Share = number(1, "chance of a mediator's text per round, times skill")
    text_error: Share = number(0.2, "standard deviation of a text around the Nash point, times 1 - skill", "mix")
    text_bias: Share = number(0.1, "pull of a fully biased mediator", "mix")
    blame_offer: Factor = number(2, "weight of the offer's distance in a backer's blame", "ratio")
    blame_attendance: Factor = number(1, "weight of attendance in a backer's blame", "ratio")


class Truces(Section):
    """How long halts last."""

    early_hazard: Rate = number(0.14, "extra weekly rate of collapse in a halt's first week", "per week", "training rows: about 30 % early failure")
    early_decay_weeks: Weeks = number(2, "how fast the extra rate falls", "weeks")
    slow_hazard: Rate = number(0.0075, "lasting weekly rate of collapse", "per week", "Fortna pk&pkept, bare truces 1989-99")
    monitoring_ratio: Factor = number(0.55, "hazard ratio of full monitoring with peacekeepers", "ratio", "Fortna pk&pkept, Cox, 0.55 (0.29-1.04)")
    guarantee_ratio: Factor = number(0.5, "hazard ratio of a fully credible guarantee", "ratio")
    settlement_ratio: Factor = number(0.48, "hazard ratio of a settlement", "ratio", "Fortna pk&pkept, Cox, 0.48 (0.25-0.92)")
    shortfall_slope: Factor = number(10, "growth of the hazard with the surplus a side has lost since signing", "per util")
    spoilers: Factor = number(1, "factor on the hazard for armed groups outside the talks (Stedman 1997)", "ratio")
    fear_rise: Factor = number(0.25, "relative rise of fear after the first collapse", "ratio")
    upgrade_prob: Share = number(0.3, "chance that an expiring halt is upgraded where a later general track has a range")


class AttendanceRule(Strict):
    """``party`` comes at ``level`` if everybody in ``when`` comes at least at the level named there."""

    party: str
    level: Level
    when: dict[str, Level]
    source: str | None = None
    note: str | None = None
    kind: Literal["sourced", "judgement"] | None = None


class Window(Section):
    """A dated holiday on which a short halt may be proposed."""

    name: str
    date: date
    reciprocated_prob: Share
    agreed_share: Share = number(0, "share of reciprocated halts that are jointly agreed")


class Event(Section):
    """Something dated that the scenario supposes. It applies at the start of its week."""

    name: str
    date: date
    round: bool = text("a round is held that week", default=False)
    levels: dict[str, Level] = text("level at which parties come that week", default={})
    set: dict[str, Quantity] = text("parameters that take a new value from that week on", default={})
    momentum_shift: Signed = number(0, "offensive: momentum moves at once", "momentum")
    pressure: dict[str, Utils] = text("strain added at once to a side (a sanctions package)", default={})


class ReferenceClass(Strict):
    """How often such wars ended in a tie: a Gamma(1/2 + ties, months) rate."""

    ties: float = Field(ge=0)
    months_at_risk: float = Field(gt=0)
    source: str


class Joint(Strict):
    """Parameters drawn together: from a file of draws, or by factors that several of them share."""

    file: str | None = text("CSV file beside the scenarios, one draw per row", default=None)
    weight: str | None = text("column of the file with the weights of its rows; `weight` if there is one", default=None)
    factors: dict[str, Factor] = text("instead of a file: shared factors, each with a distribution of its own", default={})
    columns: dict[str, str] = text("parameter path -> column of the file, or factor")
    mode: Literal["value", "multiply", "ratio"] = text("the draw is the value, multiplies it, or multiplies it over the draws' median", default="value")
    source: str


class Calibration(Strict):
    """Levels from the record: a joint draw of multiples for strain, fear, pressure, audience and speed, each over its median."""

    draws: str = text("CSV file of posterior draws (parley calibrate)")
    without: str | None = text("war whose own episodes are left out of the draws' weights", default=None)


class Crowd(Strict):
    """What forecasters said about the same war: shown beside the odds, never used for them."""

    file: str = text("CSV file beside the scenarios, as history/forecasts.csv")
    date: date
    note: str = text("what event the crowd was asked about, and how it differs", default="")


class Sides(Strict):
    A: str
    B: str


class Scenario(Section):
    """A resolved scenario: after ``extends`` and overrides."""

    title: str
    question: str = text("what is asked, so that anyone could settle it later")
    supposes: str = text("one sentence: what this scenario supposes")
    resolution: str = text("the exact rule that settles the question")
    start: date
    horizon_weeks: int = Field(default=52, ge=4, le=520)
    follow_up_weeks: int = Field(default=26, ge=4, le=260, description="weeks a halt is watched after the horizon")
    sides: Sides
    issues: dict[str, Issue]
    tracks: dict[str, Track]
    parties: dict[str, Party]
    war: War
    assurances: Assurances = Assurances()
    talks: Talks = Talks()
    truces: Truces = Truces()
    attendance: tuple[AttendanceRule, ...] = ()
    windows: tuple[Window, ...] = ()
    events: tuple[Event, ...] = ()
    reference_class: ReferenceClass | None = None
    calibration: Calibration | None = None
    joint: tuple[Joint, ...] = ()
    crowd: Crowd | None = None
    levers: dict[str, Lever] = text("what somebody could move, how far, and with what effort; never simulated unless asked", default={}, exclude=True)
    mirrored: bool = text("flip the sign of the luck of war and of texts (set by mirror)", default=False)
    expect: Literal["open", "certain", "impossible"] = text("a teaching scenario may be certain or impossible by construction", default="open")

    def belligerent(self, name: str) -> Belligerent:
        return self._party(name, Belligerent)

    def third_party(self, name: str) -> ThirdParty:
        return self._party(name, ThirdParty)

    def veto(self, name: str) -> Veto:
        return self._party(name, Veto)

    def _party(self, name: str, role: type[Role]) -> Role:
        party = self.parties[name]
        if not isinstance(party, role):
            raise TypeError(f"{name} is a {party.role}, not a {role.__name__}")
        return party


SETTABLE: tuple[str, ...] = (
    "war.momentum_mean",
    "war.momentum_volatility",
    "war.fluidity",
    "war.victory_hazard",
    "talks.convening_prob_per_week",
    "talks.level_shift_prob",
    "talks.call_home_prob",
    "assurances.monitoring",
    "assurances.guarantee_credibility",
    "assurances.resupply_limits.*",
    "parties.*.strain",
    "parties.*.optimism_rest",
    "parties.*.optimism",
    "parties.*.fear",
    "parties.*.trust",
    "parties.*.engagement",
    "parties.*.act_prob_per_week",
    "parties.*.tilt",
    "parties.*.skill",
    "parties.*.unity",
    "parties.*.usual_level",
    "parties.*.level_cap",
    "truces.*",
)
"""Parameters that a dated event may set (``events: [{set: {war.momentum_mean: .3}}]``)."""
