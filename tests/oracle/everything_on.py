"""A scenario with every mechanism switched on at once, which no shipped scenario has: for comparing only."""

import json
from datetime import date
from typing import Any

from sim.scenario.schema import Scenario

START = date(2020, 1, 6)


def week(number: int, day: int = 0) -> date:
    return date.fromordinal(START.toordinal() + 7 * number + day)


def spread(low: float, central: float, high: float) -> dict[str, float]:
    return {"low": low, "central": central, "high": high}


SCALE = "0 is North's end, 1 South's"
ISSUES: dict[str, Any] = {
    "land": {"scale": SCALE, "status_quo": 0.45, "war_share": 0.6, "front_per_week": spread(0, 0.004, 0.01),
             "delivered": spread(0.3, 0.6, 0.9)},
    "river": {"scale": SCALE, "status_quo": spread(0.3, 0.5, 0.7), "war_share": 0.3, "front_per_week": 0.002,
              "delivered": 0.8},
    "arms": {"scale": SCALE, "status_quo": 0.8, "war_share": 0.2, "controllers": ["Donor", "Patron"]},
    "aid": {"scale": SCALE, "status_quo": 0.4, "war_share": 0.1, "controllers": ["Donor"]},
    "captives": {"scale": SCALE, "status_quo": 0.9, "delivered": 1},  # both sides want less than now
    "flags": {"scale": SCALE, "status_quo": 0.5, "war_share": 0.4},
}  # fmt: skip
TRACKS: dict[str, Any] = {
    "captives_home": {
        "general": False, "halts": False, "scope": ["captives"], "least_level": 1,
        "audience_cost": {"North": spread(0, 0.02, 0.04)}},
    "river_truce": {
        "general": False, "halts": False, "scope": ["river", "captives"], "length_days": 21, "least_level": 1,
        "waits_for": "truce"},
    "short_halt": {
        "general": True, "scope": ["aid", "captives", "flags"], "length_days": 40,
        "audience_cost": {"South": spread(0, 0.002, 0.01)}, "demands": {"North": {"flags": 0.55}}},
    "pause": {
        "general": True, "scope": ["flags", "captives"], "length_days": 90, "signing": "hazard",
        "signing_rate": spread(0.005, 0.02, 0.05), "audience_cost": {"South": 0.002}},
    "truce": {"general": True, "scope": ["river", "aid", "captives"], "length_days": 150, "waits_for": "peace"},
    "peace": {
        "general": True, "settles": True, "scope": ["land", "river", "arms", "aid", "captives", "flags"],
        "least_level": 3, "ratified_by": ["Senate", "Council"],
        "demands": {"North": {"aid": spread(0.4, 0.5, 0.9)}, "South": {"land": spread(0.3, 0.48, 0.52)}}},
}  # fmt: skip
NORTH: dict[str, Any] = {
    "role": "belligerent",
    "ideal_point": {"land": 0.1, "river": 0, "arms": spread(0.1, 0.2, 0.3), "aid": 0.1, "captives": 0.1, "flags": 0},
    "points": {"land": spread(25, 35, 45), "river": 20, "arms": 15, "aid": 15, "captives": 5, "flags": 10},
    "red_lines": {"land": spread(0.5, 0.6, 0.75), "flags": 0.6},
    "public_lines": {"land": spread(0.3, 0.5, 0.7), "aid": 0.45}, "audience_slope": spread(0, 0.5, 1.5),
    "strain": spread(0.01, 0.03, 0.05), "strain_volatility": 0.05, "optimism": spread(0.3, 0.45, 0.6),
    "optimism_rest": 0.4, "fear": spread(0, 0.04, 0.08), "trust": spread(0.1, 0.4, 0.9), "image": 0.004,
    "opening": spread(0.8, 0.9, 1), "linkage_tolerance": 0.6, "unseen_spread": spread(0, 0.03, 0.06),
    "curvature": spread(0.2, 0.5, 0.9), "loss_aversion": spread(1, 1.25, 1.6), "signature_cost": 0.002,
    "meeting_cost": spread(0, 0.003, 0.006), "signs": ["captives_home", "short_halt", "pause", "truce"],
    "delegation": {"led_by": "the minister", "stay_away": ["the president"]},
}  # fmt: skip
# Its cost of war has no volatility and moves only because an event sets its mean.
SOUTH: dict[str, Any] = {
    "role": "belligerent",
    "ideal_point": {"land": 1.0, "river": 0.9, "arms": 1.0, "aid": 1.0, "captives": 0.4, "flags": 0.7},
    "points": {"land": 30, "river": 20, "arms": 25, "aid": 20, "captives": 5, "flags": 0},
    "red_lines": {"arms": spread(0.2, 0.4, 0.6)}, "public_lines": {"land": spread(0.3, 0.6, 0.8), "arms": 0.7},
    "audience_slope": 0.4, "strain": 0.03, "optimism": spread(0.3, 0.45, 0.6), "optimism_rest": 0.35,
    "fear": spread(0.01, 0.04, 0.08), "trust": 0.3, "image": spread(0, 0.003, 0.006), "offer_rate": 0.4,
    "reciprocity": 0.2, "linkage_tolerance": spread(0.3, 0.5, 0.7), "level_cap": 3, "unseen_spread": 0.03,
    "curvature": 0.3, "loss_aversion": spread(1, 1.2, 1.4), "signature_cost": spread(0, 0.001, 0.003),
    "meeting_cost": 0.002, "signs": ["captives_home", "river_truce", "pause"],
}  # fmt: skip
DONOR: dict[str, Any] = {
    "role": "backer", "ideal_point": {"land": 0.3, "aid": 0.3}, "points": {"land": 60, "aid": 40},
    "limits": {"arms": [0.0, 0.9], "aid": [0.1, 0.6], "land": [0.0, 0.62]}, "engagement": 0.7,
    "reach": {"North": 0.9, "South": 0.4}, "persistence": 0.2, "skill": spread(0.1, 0.3, 0.5), "bias": -0.4,
    "leverage": {"North": 0.01, "South": 0.015}, "supports": {"North": 0.5, "South": 0.1}, "act_prob_per_week": 0.1,
    "tilt": spread(0.2, 0.5, 0.8), "patience_weeks": 5, "quit_prob_per_week": 0.02, "ends_aid_on_quit": 0.6,
    "aid_cut_momentum": 0.2, "convening_pull": 0.2, "guarantor_share": 0.4, "aid": spread(0.6, 0.9, 1.3), "effort": 0.2,
}  # fmt: skip
PATRON: dict[str, Any] = {
    "role": "backer", "leverage": {"South": 0.02}, "supports": {"South": 0.6}, "act_prob_per_week": 0.2, "tilt": 0.3,
    "unity": 0.6, "follows": "Donor", "follow_factor": 3, "quit_prob_per_week": 0.005, "ends_aid_on_quit": 1,
    "aid_cut_momentum": 0.1, "guarantor_share": spread(0.2, 0.4, 0.6), "aid": 1.2,
}  # fmt: skip
HOST: dict[str, Any] = {
    "role": "mediator", "reach": {"North": 0.8, "South": 0.9}, "persistence": 0.5, "skill": 0.4, "bias": 0.2,
    "leverage": {"North": 0.005, "South": 0.01}, "usual_level": 2, "effort": spread(0, 0.2, 0.4),
}  # fmt: skip
SENATE: dict[str, Any] = {
    "role": "veto", "side": "North",
    "ideal_point": {"land": 0.0, "river": 0.1, "arms": 0.1, "aid": 0.0, "captives": 0.1, "flags": 0.0},
    "points": {"land": 50, "river": 10, "arms": 10, "aid": 10, "captives": 10, "flags": 10},
    "red_lines": {"land": spread(0.4, 0.5, 0.7), "arms": 0.7}, "misperception": spread(0.01, 0.04, 0.08),
}  # fmt: skip
COUNCIL: dict[str, Any] = {
    "role": "veto", "side": "South",
    "ideal_point": {"land": 0.9, "river": 0.9, "arms": 0.9, "aid": 0.9, "captives": 0.4, "flags": 0.6},
    "points": {"land": 20, "river": 20, "arms": 20, "aid": 20, "captives": 10, "flags": 10},
    "red_lines": {"flags": 0.55, "river": 0.35}, "misperception": 0.05,
}  # fmt: skip
PARTIES: dict[str, Any] = {
    "North": NORTH, "South": SOUTH, "Donor": DONOR, "Patron": PATRON, "Host": HOST,
    "Senate": SENATE, "Council": COUNCIL,
}  # fmt: skip
# Not in the order of their dates.
EVENTS: list[dict[str, Any]] = [
    {"name": "sanctions", "date": week(20, 5), "pressure": {"South": 0.02}, "set": {"talks.level_shift_prob": 0.6}},
    {"name": "summit", "date": week(2), "round": True, "levels": {"North": 3, "South": 2, "Host": 0}},
    {"name": "offensive", "date": week(8, 3), "momentum_shift": spread(-0.3, -0.1, 0.2), "set": {
        "war.momentum_mean": -0.1, "war.fluidity": 1.5, "parties.North.optimism": 0.5, "parties.South.strain": 0.07}},
    {"name": "monitors", "date": week(12), "set": {"assurances.monitoring": spread(0.5, 0.7, 0.9)}},
    {"name": "a new start", "date": week(13), "set": {"parties.South.trust": 0.6}},
    {"name": "limits", "date": week(14), "set": {"assurances.resupply_limits.South": 0.5, "parties.North.fear": 0.015}},
    {"name": "donor back", "date": week(30), "set": {"parties.Donor.engagement": 1, "parties.Donor.skill": 0.6}},
    {"name": "new host", "date": week(25), "set": {"parties.Host.usual_level": 3, "parties.Patron.tilt": 0.9}},
    {"name": "spoilers", "date": week(35), "set": {"truces.spoilers": 2, "war.victory_hazard": 0.004}},
    {"name": "no leave", "date": week(20, 1), "set": {"talks.level_shift_prob": 0.1, "talks.call_home_prob": 0.5}},
    {"name": "less aid", "date": week(22), "set": {"parties.Donor.aid": 0.5, "parties.Host.effort": 0.3}},
    {"name": "ultimatum", "when": {"no_ceasefire_by": week(6)}, "pressure": {"North": 0.01, "South": 0.02}},
    {"name": "no summit", "date": week(4), "when": {"absent": {"North": 3, "South": 3}},
     "set": {"talks.ripeness": 0.6, "parties.South.strain": 0.05}},
    {"name": "if talks fail", "when": {"round_failed": True, "engaged": ["Donor", "Patron"]},
     "pressure": {"South": spread(0, 0.02, 0.04)}, "set": {"parties.Patron.aid": spread(0.5, 0.7, 0.9)}},
    {"name": "at last", "date": week(16, 2), "momentum_shift": 0.1, "when": {
        "no_ceasefire_by": week(19), "round_failed": True, "absent": {"Host": 3}, "engaged": ["Donor"]}},
]  # fmt: skip

TRACKS_BY_HAZARD: dict[str, Any] = {
    **TRACKS,
    "captives_home": {**TRACKS["captives_home"], "signing": "hazard", "signing_rate": 0.05},
    "short_halt": {**TRACKS["short_halt"], "signing": "hazard", "signing_rate": spread(0.05, 0.2, 0.6)},
    "truce": {name: value for name, value in TRACKS["truce"].items() if name != "waits_for"},
    "peace": {**TRACKS["peace"], "signing": "hazard", "signing_rate": 0.4},
}
"""Exchanges, the headline track and a ratified settlement signed by hazard as well."""


def everything_on(**changes: Any) -> Scenario:
    """North against South with all mechanisms; ``changes`` replace whole sections."""
    data: dict[str, Any] = {
        "model": 3, "title": "Everything on", "question": "Do two tellings of one model agree?",
        "supposes": "Every mechanism of the model is switched on.",
        "resolution": "A general halt in force for 30 days.", "start": START, "horizon_weeks": 45,
        "follow_up_weeks": 20, "sides": {"A": "North", "B": "South"}, "issues": ISSUES, "tracks": TRACKS,
        "parties": PARTIES,
        "war": {"began": date(2014, 3, 1), "momentum": spread(-0.1, 0.1, 0.3), "momentum_spread": 0.1,
                "momentum_mean": {"same_as": "war.momentum"}, "victory_hazard": 0.003},
        "assurances": {"monitoring": 0.3, "guarantee_credibility": spread(0.2, 0.5, 0.9),
                       "guaranteed": {"North": 1, "South": 0.3}, "resupply_limits": {"North": 0.4}},
        "talks": {"convening_prob_per_week": 0.3, "age_slope": 0.2, "ripeness": spread(0.1, 0.3, 0.5),
                  "persistence_of_chance": spread(0.2, 0.5, 0.8)},
        "truces": {"early_hazard": 0.1, "upgrade_prob": 0.4},
        "attendance": [{"party": "South", "level": 3, "when": {"North": 3, "Donor": 2}},
                       {"party": "Donor", "level": 3, "when": {"South": 3}},
                       {"party": "Donor", "level": 2, "when": {"North": 2}},
                       {"party": "Host", "level": 3, "when": {"North": 2, "South": 2}}],
        "windows": [{"name": "New Year", "date": week(1), "reciprocated_prob": spread(0.1, 0.3, 0.5),
                     "agreed_share": 0.4},
                    {"name": "Feast", "date": week(30, 6), "reciprocated_prob": 0.3, "agreed_share": 0.5}],
        "events": EVENTS,
    }  # fmt: skip
    return Scenario.model_validate_json(json.dumps(data | changes, default=str))
