"""What a scenario file may contain: every section, every key, its unit, its default and its range.

This file is the one home of every parameter. Each field says what it means in words; the JSON Schema
(``parley schema``) and the parameter reference are generated from it. Sections follow the order of
the week: war, third parties, convening, bargaining, halts. Rules that join several keys (points sum
to 100, parties exist, the status quo lies between the ideals) are in ``rules.py``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal, NamedTuple, Self, TypeVar

from pydantic import Field, PrivateAttr

from sim.scenario.contents import Aside, Content, held_by
from sim.scenario.levers import Lever
from sim.scenario.quantity import Day, Factor, Points, Provenance, Quantity, Rate, Share, Signed, Strict, Utils, Weeks

Digest = Annotated[str, Field(pattern="^[0-9a-f]{12,64}$")]
DIGEST = "SHA-256 of the file's content, or its first 12 digits or more: another content is refused; without it filled in when the scenario is read"
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

    label: str = text("name in words, in any script", default="")
    scale: str = text("what 0 and 1 mean")
    landmarks: tuple[Landmark, ...] = text("named points on the scale", default=())
    status_quo: Share = text("where things stand on the day and stay if nothing is agreed: what is, not what is claimed or offered", json_schema_extra={"unit": "scale"})
    war_share: Share = number(0, "what war promises: the share of the way from the status quo to the winner's wish that a year of war at momentum 1 would gain (kappa). 0: fighting decides nothing here; 1: all of it")
    front_per_week: Share = number(0, "what war does: how far the status quo itself moves in a week at momentum 1, all-out success; how still the front is belongs to momentum, not here. war_share is only what a year more is expected to be worth", "scale per week")
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
    audience_cost: dict[str, Utils] = text("cost to a side of signing such a track at all, having ruled it out in public, whatever its terms; .01 is one of its 100 points. .02 small, .05 felt, .15 may end a career", default={})
    waits_for: str | None = text("track whose offers must come close first (linkage)", default=None)
    signing: Literal["offers", "hazard"] = text("how a text gets signed: offers that move toward each other, or a chance in each round that has a range", default="offers")
    signing_rate: Rate = number(0, "with `signing: hazard`: rate of signing in a week with a round that has a range", "per week")
    ratified_by: tuple[str, ...] = text("veto players who must agree after signature", default=())


class Belligerent(Section):
    """A side of the war."""

    role: Literal["belligerent"]
    label: str = ""
    note: str = ""
    ideal_point: dict[str, Share] = text("what the party wants on each issue, were it free to choose: the wish, not the bid. Where it says several things, what it has said where that is costly (parliament, law, treaty draft)", json_schema_extra={"unit": "scale"})
    points: dict[str, Points] = text("salience: 100 points over the issues, by what it would give up to have the other; an issue counts as moved from its worst to its best end for the party", json_schema_extra={"unit": "points of 100"})
    red_lines: dict[str, Share] = text("hard stop: no package beyond this point; the point itself is allowed. It must leave the status quo possible, or no halt ever is: what a party wants changed is its ideal_point", default={}, json_schema_extra={"unit": "scale"})
    public_lines: dict[str, Share] = text("point beyond which the leader has publicly ruled out going; going beyond costs (audience_slope) and is possible", default={}, json_schema_extra={"unit": "scale"})
    strain: Utils = text("cost of one more year of war, to which strain reverts; .01 is one of the side's 100 points. .03 hardly felt, .06 an issue of minor weight, .12 a hurting stalemate", json_schema_extra={"unit": "utils"})
    strain_reversion: Share = number(0.05, "weekly pull of log strain to its mean", "per week")
    strain_volatility: Share = number(0, "weekly standard deviation of log strain; it starts from its long-run spread", "log utils")
    optimism: Share = number(0, "overestimate of momentum in one's own favour at the start, against what momentum is on the day (not against how the war went on). 0 sees it as it is, .3 expects a clear gain where there is none", "momentum")
    optimism_rest: Share = number(0, "level to which optimism reverts, measured likewise: new aid and technology renew disagreement", "momentum")
    fear: Utils = number(0, "utility lost if the other side uses the pause to rearm and war resumes; .01 is one of the side's 100 points. .01 little, .035 usual, .07 the other did so before", "utils")
    trust: Share = number(1, "share of promised gains expected to be delivered, before monitoring and guarantees. 1 as in a textbook, .4 usual after one broken truce, .2 after several")
    unseen_spread: Utils = number(0, "standard deviation, trial by trial, of what the scenario does not see of the side's cost of war", "utils")
    audience_slope: Factor = number(0, "audience cost: extra weight of losses beyond the public line. 0: a public line costs nothing; 1: a loss beyond it counts twice; above 1: more than twice", "ratio")
    image: Utils = number(0, "gain from granting a halt for less than a year while a backer takes part; .01 is one of the side's 100 points", "utils")
    opening: Share = number(0.9, "first offer on every track: 1 is the own end of the contract curve, .5 its middle, 0 the other's end. The curve holds the packages that leave nothing on the table; it is drawn with the wishes of ideal_point: a side that has come down is coded so in one of the two, not in both", "mix")
    offer_rate: Share = number(0.3, "share of the gap between offers closed in a round with full mandate (leaders; talks.mandate lowers it for ministers and aides) after the other has moved. A round is a week in which talks are held, not a year of contacts. 0 never moves, 1 goes all the way", "per round")
    reciprocity: Share = number(0.5, "factor on the offer rate when the other side did not move last round: 0 stands still, 1 moves all the same", "ratio")
    linkage_tolerance: Share = number(1, "on a track that waits for another (waits_for; nowhere else): the greatest gap between the two sides' offers on that other track with which it signs. 0 the same offer, .1 a tenth of the contract curve, 1 no linkage", "mix")
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
    engagement: Share = number(1, "whether the party takes part: 0 has walked away, above 0 takes part in all it does. The degree scales its pull on rounds (persistence, convening_pull) and nothing else, so 1 unless that has faded")
    # mediation
    reach: dict[str, Share] = text("access to each side: 0 none, .5 through others, 1 to whoever decides, at any hour; the smaller of the two counts", default={})
    persistence: Factor = number(0, "how much it adds to the rate of rounds, which is multiplied by 1 + the smaller reach x persistence; 0 nothing (or its pull is in talks.convening_prob_per_week already), 1 doubles it at full reach", "ratio")
    skill: Share = number(0, "skill as a mediator in the room; times the mandate of the level at which it comes it is the chance that a round sees its text, and moves how near the middle the text lies and how fast optimism falls. 0 tables no text, or is not in the room; 1 always one, without error")
    bias: Signed = number(0, "pull of its texts: -1 to side A's end, 0 the middle, 1 to side B's; how far 1 pulls is talks.text_bias", "mix")
    leverage: dict[str, Utils] = text("mediator: standing cost of a year of fighting on against its wish, while it takes part; backer: strain added by one act of pressing that side, fading with war.pressure_half_life_weeks. .01 is one of the side's 100 points; whether it would act at all is act_prob_per_week", default={}, json_schema_extra={"unit": "utils"})
    usual_level: Level = text("level at which it attends", default=1)
    level_cap: Level = text("highest level that can ever come", default=3)
    # backing
    supports: dict[str, Share] = text("share of a side's outside support (arms and money) that it gives; with others' at most 1", default={})
    act_prob_per_week: Share = number(0, "chance to press in a week, only in weeks after a failed round or once patience has run out (not in all weeks)", "per week")
    tilt: Share = number(0.5, "share of its pressure that falls on side B when both are equally to blame: 0 presses only A, .5 either, 1 only B")
    patience_weeks: Annotated[int, Field(ge=0, le=520)] = text("weeks without progress before it presses of its own accord", default=8)
    unity: Share = number(1, "factor on its rate of acting, for members who must agree: 1 acts as one, .5 half as often, 0 never")
    follows: str | None = text("backer whose action makes its own likelier", default=None)
    follow_factor: Factor = number(1, "factor on its rate of acting in the four weeks after the followed party acted", "ratio")
    quit_prob_per_week: Share = number(0, "chance to walk away", "per week")
    ends_aid_on_quit: Share = number(0, "chance that walking away also ends its aid")
    aid_cut_momentum: Share = number(0, "shift of mean momentum against a side whose aid is cut", "momentum")
    convening_pull: Factor = number(0, "backer: how much taking part adds to the rate of rounds, which is multiplied by 1 + this, whatever its reach: 0 nothing, 1 doubles it; not once more what persistence counts", "ratio")
    guarantor_share: Share = number(0, "share of the guarantees that it would carry; only the shares beside each other count, so 1 for a sole guarantor. What it carries goes if it walks away")


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

    began: Day = text("first day of the war")
    optimism_ages: bool = text("optimism is given as at the outset of the war and falls with its age", default=False)
    momentum: Signed = number(0, "who is gaining at the start: 1 is all-out success of side B, -1 of side A, 0 a front that does not move", "momentum")
    momentum_spread: Share = number(
        0, "standard deviation, trial by trial, of momentum at the start around that value", "momentum"
    )
    momentum_mean: Signed = number(0, "level to which momentum reverts, on the same scale; `{same_as: war.momentum}` where no turn is expected", "momentum")
    momentum_reversion: Share = number(0.05, "weekly pull to the mean (theta): half-life .69 / theta, so .05 is 14 weeks", "per week")
    momentum_volatility: Share = number(0.04, "weekly standard deviation of momentum (sigma); in the long run it spreads by about sigma / sqrt(2 theta)", "momentum")
    fluidity: Factor = number(1, "factor on momentum_volatility, front_per_week and victory_hazard together, for what if the front were freer: 1 where these three are those of this front already", "ratio")
    tau: Share = number(0.25, "how uncertain the sides are of a year of war: the standard deviation of what momentum averages over that year (not of where it ends). 0 certain, .25 from stalemate to a clear gain either way; only its risk premium enters", "momentum")
    learning: Share = number(0.02, "weekly pull of optimism to its resting level: half-life .69 / learning, so .02 is 35 weeks", "per week")
    talk_learning: Factor = number(2, "extra learning in weeks after a round, times the mediator's skill", "ratio")
    victory_hazard: Rate = number(0.0006, "weekly rate at which one side wins outright, without an agreement, while momentum stands at .3 for either side (v0); .0006 is 3 % a year, .004 19 %", "per week")
    victory_slope: Factor = number(4, "growth of that rate with momentum (v1): at all-out success (1) the rate is exp(.7 v1) times v0, 16 times at 4", "log per momentum")
    imposed_halt_prob: Share = number(0.4, "chance that a victory leaves an imposed halt: the loser stops and can still fight. Else it has surrendered or fights on in other ways, and no halt counts")
    pressure_half_life_weeks: Weeks = number(35, "half-life of the strain that acts of pressing add, one for all kinds: a threat or a pause of aid is forgotten in weeks, sanctions bite for a year and more; code what carries most of the leverage", "weeks")


class Assurances(Section):
    """Monitoring, guarantees and limits on resupply: one set of levels drives trust, fear and lasting."""

    monitoring: Share = number(0, "monitoring that a halt would have if it were signed now: 0 none, .3 some observers, 1 full, with peacekeepers. More is more here, also where an issue of that name runs the other way")
    guarantee_credibility: Share = number(0, "how far it would be believed that the guarantors act, if a halt with the guarantees now under discussion were signed; every guarantor takes part. 0 nobody has promised anything of force, .3 promised in words, .7 with troops on the ground. Not how much the powers want a halt, nor how likely an agreement is")
    guaranteed: dict[str, Share] = text("how far the guarantees would cover each side: 0 not at all, 1 all that it holds. How far they are believed is guarantee_credibility, not here", default={})
    resupply_limits: dict[str, Share] = text("limit on a side's resupply during a halt, as far as its donors consent: 0 none, 1 nothing comes in; it calms the other side", default={})
    trust_from_monitoring: Share = number(0.25, "share of distrust removed by full monitoring")
    trust_from_guarantee: Share = number(0.4, "share of distrust removed by a fully credible guarantee")
    calm_from_monitoring: Share = number(0.3, "share of fear removed by full monitoring")
    calm_from_guarantee: Share = number(0.4, "share of fear removed by a fully credible guarantee", source="parameters of the reduced prototype: 1 - .4 g/3")
    calm_from_resupply_limit: Share = number(0.6, "share of fear removed by a full limit on the other's resupply")


class Talks(Section):
    """Rounds and what happens in them."""

    convening_prob_per_week: Share = number(0.15, "chance of a round in a week, before persistence and convening_pull of third parties add to it; where those are 0 it holds whoever convenes. A round is a week in which both sides send somebody, face to face or through a go-between. Coded for this war on its first day in the file; where age_slope is above 0, for the first day of the war", "per week")
    after_failure: Factor = number(0.7, "factor on that rate after a failed round, one that saw no range: 1 as before, 0 never again", "ratio")
    age_slope: Factor = number(0, "old wars meet less: rate divided by (1 + years) to this power; 0 where the rate is coded for the war at its age", "exponent")
    mandate: tuple[float, float, float, float] = text("authority by level: absent, aides, ministers, leaders", default=(0.0, 0.4, 0.7, 1.0))
    call_home_prob: Share = number(0.25, "chance that delegations below the track's least level get leave to sign, in a round in which there is something to sign; 0 never, 1 always", "per round")
    level_shift_prob: Share = number(0.35, "chance, after each round that saw a range, that both sides from then on send people one level higher (aides, ministers, leaders; twice at most, never above level_cap)", "per round")
    close_enough: Share = number(0.1, "offers this close on the contract curve are split: 0 only the same offer, .1 a tenth of the way between the two ends, 1 any", "mix")
    text_prob: Share = number(1, "factor on the chance of a mediator's text in a round, which is this times the skill in the room: 1 leaves it to skill, 0 no texts")
    text_error: Share = number(0.2, "standard deviation of a text around the Nash point, times 1 - skill", "mix")
    text_bias: Share = number(0.1, "how far a mediator of bias 1 pulls a text from the middle toward that side's end: 0 not at all, .1 a tenth of the contract curve", "mix")
    blame_offer: Factor = number(2, "weight of the offer's distance in a backer's blame", "ratio")
    blame_attendance: Factor = number(1, "weight of attendance in a backer's blame", "ratio")


class Truces(Section):
    """How long halts last."""

    early_hazard: Rate = number(0.14, "extra weekly rate of collapse in a halt's first week, of a bare halt: monitoring, guarantees and a settlement multiply it (their ratios, below 1). It falls with the halt's age (early_decay_weeks); .14 falling over 2 weeks is some 30 % within 30 days", "per week", "training rows: about 30 % early failure")
    early_decay_weeks: Weeks = number(2, "weeks after which the extra rate has fallen to .37 of itself; after three times that little is left", "weeks")
    slow_hazard: Rate = number(0.0075, "lasting weekly rate of collapse, of a bare halt, multiplied likewise: .0075 is a third in a year", "per week", "Fortna pk&pkept, bare truces 1989-99")
    monitoring_ratio: Factor = number(0.55, "hazard ratio of full monitoring with peacekeepers", "ratio", "Fortna pk&pkept, Cox, 0.55 (0.29-1.04)")
    guarantee_ratio: Factor = number(0.5, "hazard ratio of a fully credible guarantee", "ratio")
    settlement_ratio: Factor = number(0.48, "hazard ratio of a settlement", "ratio", "Fortna pk&pkept, Cox, 0.48 (0.25-0.92)")
    shortfall_slope: Factor = number(10, "growth of the hazard with the surplus a side has lost since signing", "per util")
    spoilers: Factor = number(1, "factor on the hazard for armed groups outside the talks: 1 there are none (Stedman 1997)", "ratio")
    fear_rise: Factor = number(0.25, "relative rise of fear after the first collapse: .25 a quarter more, 1 double", "ratio")
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
    date: Day
    reciprocated_prob: Share
    agreed_share: Share = number(0, "share of reciprocated halts that are jointly agreed")


class Event(Section):
    """Something dated that the scenario supposes. It applies at the start of its week."""

    name: str
    date: Day
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
    sha256: Digest | None = text(DIGEST, default=None)
    weight: str | None = text("column of the file with the weights of its rows; `weight` if there is one", default=None)
    factors: dict[str, Factor] = text("instead of a file: shared factors, each with a distribution of its own", default={})
    columns: dict[str, str] = text("parameter path -> column of the file, or factor")
    mode: Literal["value", "multiply", "ratio"] = text("the draw is the value, multiplies it, or multiplies it over the draws' median", default="value")
    source: str

    @property
    def table(self) -> tuple[str | None, str | None]:
        """What the group draws from: groups of one table share its row."""
        return self.file, self.sha256


class Calibration(Strict):
    """Levels from the record: a joint draw of multiples for strain, fear, pressure, audience and speed, each over its median."""

    draws: str = text("CSV file of posterior draws (parley calibrate)")
    sha256: Digest | None = text(DIGEST, default=None)
    without: str | None = text("war whose own episodes are left out of the draws' weights", default=None)


class Crowd(Strict):
    """What forecasters said about the same war: shown beside the odds, never used for them."""

    file: str = text("CSV file beside the scenarios, as history/forecasts.csv")
    sha256: Digest | None = text(DIGEST, default=None)
    date: Day
    note: str = text("what event the crowd was asked about, and how it differs", default="")


class ReadFile(NamedTuple):
    """A file that a scenario was read from.

    ``role`` is ``scenario``, ``extended`` (also a party from the library), or the section that names a table; ``name``
    is below its scenarios folder, ``shown`` as seen from the working folder, ``place`` says where it was found.
    """

    role: str
    name: str
    shown: str
    place: str
    sha256: str


class Sides(Strict):
    A: str
    B: str


class Scenario(Section):
    """A resolved scenario: after ``extends`` and overrides."""

    title: str
    question: str = text("what is asked, so that anyone could settle it later")
    supposes: str = text("one sentence: what this scenario supposes")
    resolution: str = text("the exact rule that settles the question")
    start: Day
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
    _held: Aside[Content] = PrivateAttr(default_factory=Aside)
    _origin: Aside[ReadFile] = PrivateAttr(default_factory=Aside)

    def model_post_init(self, context: Any) -> None:
        """Keep the content of the tables that are named by digest."""
        self._held = held_by(self)

    def holding_its_tables(self) -> Self:
        """The scenario itself, a copy with other tables now holding theirs."""
        self._held = held_by(self)
        return self

    @property
    def origin(self) -> tuple[ReadFile, ...]:
        """The files that the scenario was read from; empty for one that was made otherwise."""
        return self._origin

    def read_from(self, files: Iterable[ReadFile]) -> Self:
        """The scenario itself, now saying which files it was read from."""
        self._origin = Aside(files)
        return self

    def __getstate__(self) -> dict[Any, Any]:
        self._held = held_by(self)  # a copy may name other tables than the scenario it was made of
        return super().__getstate__()

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
