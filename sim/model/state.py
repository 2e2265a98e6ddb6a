"""Every number of a trial: what a scenario gives, what is made of it, what changes week by week (docs/odd.md, 1.1).

A trial is one row of 8-byte numbers, cut into records: one for the war, one for each side, each third party, each
track. A step of the week reads and writes their fields by name (``war.momentum``, ``side.pressure``), so a dated event
that sets a parameter and a step that moves a state do the same thing. Fields that end in ``_a`` and ``_b`` are those of
side A and side B.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.outcome_columns import COLUMNS, FRICTIONS, OF_DRAW

AT_WAR, IN_CEASEFIRE, OVER = 0, 1, 2
"""Phase of a trial: fighting, in an agreed ceasefire, ended by victory."""
NONE, IMPOSED = -1, -2
"""Track of the ceasefire in force: none is; one that a victor imposed."""
LONG_AGO = 999
"""Weeks since an event that has never happened."""


class Variable(NamedTuple):
    """Describe a number that is not a scenario's own: its unit, its value at the start, and its meaning."""

    name: str
    unit: str
    start: float | str
    meaning: str

    @property
    def is_whole(self) -> bool:
        """Return whether it is a count, a code or a truth."""
        return self.unit in ("week", "count", "code", "truth", "level")


class Entity(NamedTuple):
    """Describe one kind of record: the scenario's numbers in it under their own names, and the variables."""

    given: tuple[str, ...]
    whole: tuple[str, ...]
    variables: tuple[Variable, ...]

    @property
    def dtype(self) -> np.dtype[Any]:
        """Return the type of one record."""
        fields = [(name, "f8") for name in self.given] + [(name, "i8") for name in self.whole]
        return np.dtype(fields + [(one.name, "i8" if one.is_whole else "f8") for one in self.variables])


def _entity(given: str, *variables: Variable, whole: str = "") -> Entity:
    return Entity(tuple(given.split()), tuple(whole.split()), variables)


V = Variable
TRIAL = _entity(
    "years_at_start",
    V("number", "count", "", "trial of the run"),
    V("draw", "count", "", "draw of the parameters, as its row stands in the block"),
    V("week", "week", 0, "week since the start"),
    V("phase", "code", AT_WAR, "fighting, in an agreed ceasefire, or ended by victory"),
    V("regime", "code", "", "which third parties that matter to packages take part, a bit each"),
    V("version", "count", 0, "how often an event has changed what promises are worth"),
    V("book", "code", "", "trades in use: by version and regime"),
    V("next_change", "count", 0, "dated change that comes next"),
    V("is_watched", "truth", "", "whether a backer takes part, before which it pays to look peaceful"),
    V("was_signed", "truth", 0, "whether a general track was ever signed"),
    V("holds_round", "truth", 0, "whether a round is held this week"),
    V("saw_range", "truth", 0, "whether a general track of the last round had a range"),
    V("leaders_met", "truth", 0, "whether leaders of both sides came to the last round"),
    V("chance_of_call", "-", "drawn", "what lasts of the chance of leave from home"),
    V("chance_of_text", "-", "drawn", "what lasts of the chance of a mediator's text"),
    V("chance_of_level", "-", "drawn", "what lasts of the chance that levels rise"),
    whole="seed is_mirrored horizon first_general last_general regime_bits optimism_ages is_by_trial",
)
WAR = _entity(
    "momentum_spread momentum_mean momentum_reversion momentum_volatility fluidity learning talk_learning "
    "victory_hazard victory_slope imposed_halt_prob pressure_half_life_weeks",
    V("momentum", "-", "war.momentum, spread by momentum_spread", "who is gaining: 1 is all-out success of side B"),
    V("support_shift", "-", "", "shift of mean momentum by aid that does not flow as usual"),
    V("momentum_ahead", "share", "", "share of momentum's deviation from its mean that the coming year keeps: f"),
    V("leverage_left", "share", 1, "share of mediators' leverage that is left: it fades while a ceasefire is in force"),
    V("pressure_ahead", "share", "", "share of today's pressure that the coming year keeps"),
    V("pressure_decay", "1/week", "", "factor by which pressure fades in a week"),
    V("most_by_momentum", "-", "", "largest factor of momentum on victory_hazard"),
)
TALKS = _entity(
    "after_failure age_slope ripeness persistence_of_chance call_home_prob level_shift_prob close_enough text_prob "
    "text_error text_bias blame_offer blame_attendance mandate_0 mandate_1 mandate_2 mandate_3",
    V("round_rate", "1/week", "from talks.convening_prob_per_week", "rate of rounds before anybody adds to it"),
    V("lift", "level", 0, "levels above the usual at which sides come since a deal was near"),
    V("last_round_failed", "truth", 0, "whether the last round saw no range or was not held"),
    V("failed_last_week", "truth", 0, "whether that was last week"),
    V("skill", "share", 0, "skill of the third parties in this week's round"),
    V("has_met", "truth", 0, "whether a round was ever held or tried"),
)
ASSURANCES = _entity(
    "monitoring guarantee_credibility trust_from_monitoring trust_from_guarantee calm_from_monitoring "
    "calm_from_guarantee calm_from_resupply_limit guaranteed_a guaranteed_b resupply_limits_a resupply_limits_b",
    V("guarantee", "share", "", "credibility of the guarantees with the guarantors that take part today"),
)
CEASEFIRE = _entity(
    "early_hazard early_decay_weeks slow_hazard monitoring_ratio guarantee_ratio settlement_ratio shortfall_slope "
    "spoilers fear_rise upgrade_prob",
    V("track", "code", NONE, "track of the ceasefire in force"),
    V("start_week", "week", -1, "week in which it began"),
    V("expiry_week", "week", -1, "week in which its term ends"),
    V("gain_a", "util", 0, "gain of side A when it was signed"),
    V("gain_b", "util", 0, "gain of side B when it was signed"),
    V("withheld", "share", 0, "guarantees that guarantors withhold because it breaks their limits"),
    V("shortfall", "util", 0, "what the side that it suits less lacks today against fighting on"),
    V("last_end", "code", NONE, "how the last one ended: collapse or lapse"),
)
SIDE = _entity(
    "curvature loss_aversion strain_reversion strain_volatility optimism_rest trust unseen_spread image "
    "signature_cost meeting_cost opening offer_rate reciprocity linkage_tolerance audience_slope",
    V("end", "code", "1 side A, -1 side B", "its end of the contract curve"),
    V("strain", "util", "parties.*.strain", "cost of a year of war where it does not move"),
    V("strain_moves", "truth", "", "whether it moves"),
    V("log_strain", "log util", "spread as in the long run", "log of a cost that moves, half its variance up"),
    V("mean_log_strain", "log util", "", "what that reverts to: log of the mean cost"),
    V("strain_variance", "-", "as in the long run", "variance of log_strain"),
    V("strain_ahead", "share", "", "share of the cost's deviation from its mean that the coming year keeps"),
    V("optimism", "-", "parties.*.optimism, aged", "overestimate of momentum in its own favour"),
    V("fear", "util", "parties.*.fear", "what it would lose if the other used a pause to rearm"),
    V("unseen", "util", "drawn", "what the scenario does not see of its cost of war, as a frailty"),
    V("pressure", "util", 0, "cost added by sanctions and cut aid, which fades"),
    V("leverage", "util", "", "standing cost of fighting on against mediators that take part"),
    V("assurance", "share", "", "share of its fear that monitoring, guarantees and limits remove"),
    V("has_seen_collapse", "truth", 0, "whether an agreed ceasefire has collapsed"),
    V("gain_linear", "util", "", "coefficients of the value of war over issues that do not move"),
    V("gain_square", "util", "", ""),
    V("loss_linear", "util", "", ""),
    V("loss_square", "util", "", ""),
    V("loss_from_peace", "util", "", "what it must be offered above the status quo to stop, as of the last round"),
    V("own_level", "level", 0, "level at which it would come to the round by itself"),
    V("level", "level", 0, "level at which it came to the last round"),
    V("last_level", "level", "usual level", "the same, as backers remember it"),
    whole="usual_level level_cap signs",
)
THIRD_PARTY = _entity(
    "engagement persistence skill bias reach_a reach_b leverage_a leverage_b supports_a supports_b tilt unity "
    "follow_factor quit_prob_per_week ends_aid_on_quit aid_cut_momentum effort convening_pull guarantor_share "
    "own_mix",
    V("act_rate", "1/week", "from parties.*.act_prob_per_week", "rate of pressing once provoked"),
    V("is_engaged", "truth", "engagement above 0", "whether it takes part"),
    V("own_level", "level", 0, "level at which it would come to the round by itself"),
    V("level", "level", 0, "level at which it came to the last round"),
    V("aid_a", "ratio", "parties.*.aid", "aid that flows to side A, as a multiple of the usual"),
    V("aid_b", "ratio", "parties.*.aid", "and to side B"),
    V("weeks_waited", "week", 0, "weeks since talks gave hope or it pressed"),
    V("weeks_since_action", "week", LONG_AGO, "weeks since it pressed"),
    V("has_cut_aid", "truth", 0, "whether it has cut its aid"),
    V("pressed", "code", -1, "side that it pressed last: 0 side A, 1 side B"),
    V("blame_a", "-", 0, "how much it blamed side A when it pressed"),
    V("blame_b", "-", 0, "how much it blamed side B"),
    V("left_week", "week", -1, "week in which it walked away"),
    whole="is_backer may_act usual_level level_cap patience_weeks follows regime_bit",
)
TRACK = _entity(
    "audience_cost_a audience_cost_b signing_rate length_weeks",
    V("benefit_share", "share", "", "share of a year's saved war that a ceasefire of its length brings: phi"),
    V("exposure", "share", "", "how much rearming a ceasefire of its length allows: b"),
    V("is_short", "truth", "", "whether phi is below 1"),
    V("offer_a", "mix", "opening", "standing offer of side A"),
    V("offer_b", "mix", "opening", "standing offer of side B"),
    V("tabled_a", "mix", 0, "offer of side A in the last round"),
    V("tabled_b", "mix", 0, "offer of side B in the last round"),
    V("conceded_a", "truth", 1, "whether side A conceded in the last round"),
    V("conceded_b", "truth", 1, "whether side B conceded in the last round"),
    V("was_bargained", "truth", 0, "whether it was on the table in this week's round"),
    V("need_a", "util", "", "least gain at which side A would sign, as of the last look"),
    V("need_b", "util", "", "least gain at which side B would sign"),
    V("lower", "mix", "", "reservation point of side A; infinite where it has none"),
    V("upper", "mix", "", "reservation point of side B"),
    V("has_range", "truth", 0, "whether the two leave a range"),
    V("text", "mix", "", "a mediator's text in this week's round; NaN where there was none"),
    V("accepts_a", "truth", 0, "whether side A accepted the text"),
    V("accepts_b", "truth", 0, "whether side B did"),
    V("may_sign", "truth", 0, "whether the level or a call home allowed a signature; asked where there is a range"),
    V("waits", "truth", 0, "whether a side waited for the linked track"),
    V("signed_mix", "mix", "", "what was signed this week; NaN where nothing was"),
    V("refused_by", "code", 0, "veto players that refused what was signed this week, a bit each"),
    V("was_exchanged", "truth", 0, "whether it was signed, if it is no ceasefire; it is signed once"),
    V("best_need", "util", np.inf, "least sum of both needs in a round so far"),
    V("best_week", "week", -1, "week of that round, with all that set the needs:"),
    V("best_book", "code", 0, ""),
    V("best_need_a", "util", 0, ""),
    V("best_need_b", "util", 0, ""),
    V("best_momentum", "-", 0, ""),
    V("best_belief_a", "-", 0, ""),
    V("best_belief_b", "-", 0, ""),
    V("best_fear_a", "util", 0, ""),
    V("best_fear_b", "util", 0, ""),
    V("best_audience_a", "util", 0, ""),
    V("best_audience_b", "util", 0, ""),
    whole="general settles halts takes_force by_hazard has_term least_level term_weeks waits_for n_moving",
)
ISSUE = _entity(
    "given_status_quo delivered war_share front_per_week ideal_a ideal_b weight_a weight_b red_line_a red_line_b "
    "public_a public_b slope_a slope_b limit_low limit_high",
    V("status_quo", "-", "issues.*.status_quo", "where things stand; moves with the front"),
    V("terms", "-", "", "what was last signed"),
    V("moved_at", "-", np.nan, "status quo at which its trades were put in order, if it moves"),
    whole="moves",
)
VETO = _entity(
    "misperception",
    V("error", "util", "drawn", "what its side does not know of its need, until it refuses"),
    V("is_known", "truth", 0, "whether it has refused"),
    whole="side",
)
DEMAND = _entity("point_a point_b")
CONDITION = _entity("", V("applied_week", "week", -1, "week in which the conditional event took place"))
VETO_ISSUE = _entity("weight ideal_point red_line")
LIMITS = _entity("low high", whole="is_controller")
WINDOW = _entity(
    "reciprocated_prob agreed_share",
    V("kept", "code", 0, "ceasefire of the holiday: 0 none, 1 declared and returned, 2 agreed by both"),
)
BEST_LINE = _entity("", V("status_quo", "-", 0, "where an issue that moves stood in a track's best round"))
OUTCOME = Entity(
    (),
    (),
    tuple(
        Variable(name, "share" if np.dtype(one.dtype).kind == "f" else "code", one.start, "see sim.outcome_columns")
        for name, one in COLUMNS.items()
        if name not in OF_DRAW
    ),
)
AGREED = _entity("", V("terms", "-", np.nan, "terms of the first agreed ceasefire on an issue"))
SHARES = _entity("", V("share", "share", 0, "share of a friction in what closed the range"))

TRADE = np.dtype(
    [(name, "f8") for name in ("rate", "loss", "gain", "start", "width")] + [("issue", "i8"), ("tracks", "i8")]
)
"""A step of an issue toward side B's end: what it costs side A and brings side B, and the tracks that allow it."""
EDGE = np.dtype([("low", "f8"), ("high", "f8"), ("start_a", "f8"), ("start_b", "f8"), ("kind", "i8")])
"""Where an issue lies on a track: between which points, what the low end is worth to both, and whether it is traded."""
BOOK = np.dtype([("is_open", "i8"), ("n", "i8"), ("trust_a", "f8"), ("trust_b", "f8")])
"""Trades of issues that do not move, in order: whether they stand, how many, and what trust they were made with."""
MOVED = np.dtype([("book", "i8"), ("n", "i8"), ("times", "i8")])
"""Trades of issues that move: for which book they were made last, how many, and how often they were made."""
PATH = np.dtype(
    [
        ("book", "i8"),
        ("moved", "i8"),
        ("n", "i8"),
        ("n_moved", "i8"),
        ("is_possible", "i8"),
        ("start_a", "f8"),
        ("start_b", "f8"),
    ]
)
"""A track's path: the book and the moved trades it was laid out from; how many trades, and how many were moved ones
when they were put in order; whether any package is possible; gains of both sides where side A has all that it can
have."""


class Layout:
    """Say where each record of a scenario stands in the row of a trial.

    Attributes
    ----------
    counts : dict of str to int
        Number of records of each entity.
    first : dict of str to int
        Place of its first number in the row.
    size : int
        Numbers in a row.
    """

    def __init__(
        self, n_thirds: int, n_tracks: int, n_issues: int, n_vetoes: int, n_windows: int, n_conditions: int
    ) -> None:
        many = {
            "sides": 2,
            "third_parties": n_thirds,
            "tracks": n_tracks,
            "issues": n_issues,
            "vetoes": n_vetoes,
            "veto_issues": n_vetoes * n_issues,
            "limits": n_thirds * n_issues,
            "demands": n_tracks * n_issues,
            "happened": n_conditions,
            "windows": n_windows,
            "best_lines": n_tracks * n_issues,
            "agreed": n_issues,
            "shares": len(FRICTIONS),
        }
        self.counts = {name: many.get(name, 1) for name in ENTITIES}
        self.first: dict[str, int] = {}
        self.size = 0
        for name, entity in ENTITIES.items():
            self.first[name] = self.size
            self.size += self.counts[name] * entity.dtype.itemsize // 8

    def records(self, rows: np.ndarray[Any, Any], name: str) -> np.ndarray[Any, Any]:
        """Return the records of an entity in one row or in many, sharing memory with it; they come last."""
        width = ENTITIES[name].dtype.itemsize // 8
        first, n = self.first[name], self.counts[name]
        return rows[..., first : first + n * width].view(ENTITIES[name].dtype)

    def place(self, name: str, number: int, field: str) -> int:
        """Return the place in the row of one field of one record."""
        dtype = ENTITIES[name].dtype
        fields = dtype.fields
        assert fields is not None
        return self.first[name] + (number * dtype.itemsize + fields[field][1]) // 8


ENTITIES: dict[str, Entity] = {
    "trial": TRIAL,
    "war": WAR,
    "talks": TALKS,
    "assurances": ASSURANCES,
    "ceasefire": CEASEFIRE,
    "sides": SIDE,
    "third_parties": THIRD_PARTY,
    "tracks": TRACK,
    "issues": ISSUE,
    "vetoes": VETO,
    "veto_issues": VETO_ISSUE,
    "limits": LIMITS,
    "demands": DEMAND,
    "happened": CONDITION,
    "windows": WINDOW,
    "best_lines": BEST_LINE,
    "outcome": OUTCOME,
    "agreed": AGREED,
    "shares": SHARES,
}
"""In the order of the row; what is stored of a trial comes last."""
