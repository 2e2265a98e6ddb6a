"""Small hand-made objects of ``parley backtest --json`` and ``posterior.json``, with numbers easy to check."""

from typing import Any

DAYS = ("30", "90", "180", "365")
WHO = ("constant", "age of war", "ridge", "engine", "pool", "known", "headline")


def by_day(*values: float | None) -> dict[str, float | None]:
    """A score per horizon and the mean last."""
    return dict(zip((*DAYS, "mean"), values, strict=True))


def line(slope: float | None, **more: float) -> dict[str, Any]:
    return {"slope": slope, "intercept": -0.05, "n": 60, "p_by_war": 0.4, **more}


def lines(slope: float | None, **more: float) -> dict[str, Any]:
    return {**{days: line(slope) for days in DAYS}, "pooled": line(slope, **more)}


def pair(difference: float | None, lo: float | None, hi: float | None) -> dict[str, Any]:
    return {"difference": difference, "lo": lo, "hi": hi}


def made_tier(**changes: Any) -> dict[str, Any]:
    """A tier of 60 episodes: the engine is level with the ridge, the pool better than both."""
    tier: dict[str, Any] = {
        "n_episodes": 60,
        "n_wars": 21,
        "verdict": "calibrated",
        "verdicts": {
            "engine": "calibrated",
            "ridge": "overconfident",
            "pool": "calibrated",
            "known": "calibrated",
            "headline": "calibrated",
        },
        "brier": {
            "constant": by_day(0.22, 0.25, 0.26, 0.25, 0.245),
            "age of war": by_day(0.21, 0.24, 0.25, 0.24, 0.235),
            "ridge": by_day(0.16, 0.17, 0.15, 0.168, 0.162),
            "engine": by_day(0.15, 0.16, 0.17, 0.18, 0.165),
            "pool": by_day(0.14, 0.14, 0.15, 0.15, 0.145),
            "known": by_day(0.14, 0.15, 0.16, 0.16, 0.1525),
            "headline": by_day(0.23, 0.22, 0.21, 0.22, 0.22),
        },
        "log_score": {who: by_day(0.5, 0.5, 0.5, 0.5, 0.5) for who in WHO},
        "differences": {
            "engine": {
                "constant": pair(-0.08, -0.11, -0.05),
                "age of war": pair(-0.07, -0.1, -0.04),
                "ridge": pair(0.003, -0.02, 0.03),
                "pool": pair(0.02, 0.01, 0.03),
                "known": pair(0.0125, 0.0, 0.025),
                "headline": pair(-0.055, -0.09, -0.02),
            },
            "pool": {
                "constant": pair(-0.1, -0.13, -0.07),
                "age of war": pair(-0.09, -0.12, -0.06),
                "ridge": pair(-0.017, -0.04, 0.006),
                "engine": pair(-0.02, -0.03, -0.01),
                "known": pair(-0.0075, -0.02, 0.005),
                "headline": pair(-0.075, -0.1, -0.05),
            },
            "known": {
                "engine": pair(-0.0125, -0.025, 0.0),
                "pool": pair(0.0075, -0.005, 0.02),
            },
        },
        "calibration": {
            "engine": lines(1.06, slope_lo=0.76, slope_hi=1.34),
            "ridge": lines(0.81, slope_lo=0.6, slope_hi=1.02),
            "pool": lines(1.02, slope_lo=0.8, slope_hi=1.24),
            "known": lines(0.95, slope_lo=0.7, slope_hi=1.2),
            "headline": lines(1.55),
        },
        "reliability": {
            "engine": [made_bin(0.098, 0.127, 0.057, 0.261, 102, 25), made_bin(0.513, 0.532, 0.424, 0.638, 77, 1)],
            "pool": [made_bin(0.11, 0.12, 0.05, 0.25, 90, 20)],
        },
        "coverage": [{"nominal": 0.8, "observed": 0.79, "n": 60.0}],
        "subsets": [
            made_subset("age of the war", "under 180 days", 20, 12, 0.1),
            made_subset("age of the war", "180 days or more", 40, 15, 0.19),
            made_subset("kind of war", "interstate", 33, 14, 0.15),
            {"by": "kind of war", "group": "not coded", "n_episodes": 0, "n_wars": 0, "brier": {"engine": None}},
        ],
    }
    return tier | changes


def made_bin(forecast: float, observed: float, low: float, high: float, n: float, n_wars: float) -> dict[str, float]:
    shares = {"mean_forecast": forecast, "observed": observed, "observed_low": low, "observed_high": high}
    return {"lower_edge": 0.0, "upper_edge": 1.0, "n": n, "n_wars": n_wars, **shares}


def made_subset(by: str, group: str, n_episodes: int, n_wars: int, engine: float) -> dict[str, Any]:
    brier = {who: round(engine + 0.01 * place, 3) for place, who in enumerate(("engine", "ridge", "pool", "known"))}
    rest = {"constant": 0.24, "age of war": 0.23, "headline": None}
    return {"by": by, "group": group, "n_episodes": n_episodes, "n_wars": n_wars, "brier": {**brier, **rest}}


def made_protocol() -> dict[str, Any]:
    def alternative(value: Any, mean: float, folds: int) -> dict[str, Any]:
        return {"value": value, "prior": 1 / 3, "mean": mean, "least": mean - 0.1, "most": mean + 0.1, "folds": folds}

    fear = {"term": "fear", "meaning": "fear grows as (1 + years of war) to the power"}
    patrons = {"term": "patrons", "meaning": "patrons make war cheaper"}
    return {
        "n_folds": 38,
        "terms": [
            patrons | {"alternatives": [alternative("not at all", 0.2, 0), alternative("where losing", 0.8, 38)]},
            fear | {"alternatives": [alternative(0, 0.15, 1), alternative(0.25, 0.6, 37), alternative(0.5, 0.25, 0)]},
        ],
        "ridge": {"by itself": [{"penalty": 10.0, "columns": "with interstate", "folds": 36}], "on the engine": []},
        "own_past": [made_spread(0.0, 0.3, 0.1, 0), made_spread(0.6, 0.2, 0.7, 38)],
        "headline": [{"weight": 1.0, "folds": 37}, {"weight": 0.9, "folds": 1}, {"weight": 0.8, "folds": 0}],
    }


def made_spread(spread: float, prior: float, mean: float, folds: int) -> dict[str, Any]:
    weights = {"prior": prior, "mean": mean, "least": mean - 0.1, "most": mean + 0.1}
    return {"spread": spread, **weights, "folds": folds}


def made_scenarios() -> list[dict[str, Any]]:
    """One war with two readings that ended by a year, one with the file alone that did not."""

    def forecast(name: str, reading: str, days: int, happened: bool, headline: float) -> dict[str, Any]:
        whose = {"scenario": name, "title": f"Talks of {name}", "episode_id": name.upper(), "reading": reading}
        odds = {"headline": headline, "model": headline + 0.1, "row": 0.41, "row_pool": 0.35, "constant": 0.28}
        return whose | {"days": days, "happened": happened, **odds}

    return [
        *(forecast("north/may", "file", days, days > 90, odds) for days, odds in ((90, 0.12), (365, 0.33))),
        *(forecast("north/may", "second", days, days > 90, odds) for days, odds in ((90, 0.06), (365, 0.21))),
        *(forecast("south/june", "file", days, False, odds) for days, odds in ((90, 0.02), (365, 0.07))),
    ]


def made_scenario_scores() -> dict[str, Any]:
    by_reading = {"headline": {"file": 0.111, "second": 0.222}, "model": {"file": 0.133, "second": 0.144}}
    by_row = {"row": 0.155, "row_pool": 0.166, "constant": 0.2}
    notes = ["2 scenarios of 2 wars: too few to rank forecasters."]
    return {"n_scenarios": 2, "n_wars": 2, "brier": {**by_reading, **by_row}, "own_day": by_row, "notes": notes}


def made_miss(**changes: Any) -> dict[str, Any]:
    miss = {"episode_id": "NORTH7", "name": "North: the seventh round", "opened": "1977-07-07", "days": 30}
    rest = {"forecast": 0.075, "happened": True, "cost": 2.1, "outcome": "held for a year", "reason": "it saw no range"}
    return miss | rest | {"ridge": 0.22, "pool": 0.13} | changes


def made_forecast(name: str, durable: float) -> dict[str, Any]:
    def rising(first: float) -> dict[str, float]:
        return {days: round(min(1.0, first + 0.01 * number), 6) for number, days in enumerate(DAYS)}

    def tiers(more: float) -> dict[str, Any]:
        return {"durable": rising(durable + more), "mutual": rising(durable + more + 0.02)}

    own = {"episode_id": name, **tiers(0.0), "headline": tiers(-durable / 2)}
    return own | {"ridge": tiers(0.3), "pool": tiers(0.2), "known": tiers(0.1)}


def made_variants() -> dict[str, Any]:
    def scores(durable: float, mutual: float) -> dict[str, Any]:
        engine = {"durable": durable, "mutual": mutual}
        return {tier: {"engine": value, "ridge": 0.162, "pool": value - 0.01} for tier, value in engine.items()}

    return {
        "priors alone": scores(0.216, 0.244),
        "coded loosely": {"durable": {"engine": 0.16, "ridge": None, "pool": 0.15}},
    }


def made_record(**changes: Any) -> dict[str, Any]:
    """A scored record of three forecasts on two tiers."""
    found: dict[str, Any] = {
        "as_of": None,
        "n_episodes": 60,
        "n_later": 0,
        "trials_an_episode": 32768,
        "seed": 1,
        "scores": {"durable": made_tier(), "mutual": made_tier()},
        "protocol": made_protocol(),
        "variants": made_variants(),
        "misses": [made_miss()],
        "scenarios": made_scenarios(),
        "scenario_scores": made_scenario_scores(),
        "claim": "each from other wars alone (leave one war out)",
        "wars_under_two_names": [],
        "notes": ["The rows are a convenience sample."],
        "digests": {"engine": "0" * 16, "episodes_sha256": "1" * 64},
        "forecasts": [made_forecast("NORTH7", 0.09), made_forecast("SOUTH1", 0.123), made_forecast("NORTH8", 0.04)],
    }
    return found | changes


def made_unscored() -> dict[str, Any]:
    """What comes of rows whose outcomes nobody knows."""
    none = dict.fromkeys(("scores", "protocol", "variants", "misses", "scenarios", "scenario_scores"))
    return made_record(**none, n_episodes=3)


def made_posterior() -> dict[str, Any]:
    speed = {"unit": "per week", "reference": 0.25, "prior": ["loguniform", 0.1, 1.0], "contraction": 0.61}
    audience = {"unit": "utils", "reference": 0.08, "prior": ["uniform", 0.0, 0.16], "contraction": 0.4}
    return {
        "as_of": "2025-05-15",
        "n_episodes": 58,
        "wars": ["NORTH", "SOUTH"],
        "structural": {
            "speed": speed | {"from": 0.2, "median": 0.1**0.5, "to": 0.8},
            "audience": audience | {"from": 0.02, "median": 0.04, "to": 0.12},
        },
    }
