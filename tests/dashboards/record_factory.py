"""Small hand-made objects of ``parley backtest --json`` and ``posterior.json``, with numbers easy to check."""

from typing import Any

DAYS = ("30", "90", "180", "365")


def by_day(*values: float | None) -> dict[str, float | None]:
    """A score per horizon and the mean last."""
    return dict(zip((*DAYS, "mean"), values, strict=True))


def line(slope: float | None, **more: float) -> dict[str, Any]:
    return {"slope": slope, "intercept": -0.05, "n": 60, "p_by_war": 0.4, **more}


def made_tier(**changes: Any) -> dict[str, Any]:
    """A tier of 60 episodes whose model is level with one regression."""
    tier: dict[str, Any] = {
        "n_episodes": 60,
        "n_wars": 21,
        "verdict": "calibrated",
        "brier": {
            "model": by_day(0.15, 0.16, 0.17, 0.18, 0.165),
            "constant": by_day(0.22, 0.25, 0.26, 0.25, 0.245),
            "ridge, penalty 10": by_day(0.16, 0.17, 0.15, 0.168, 0.162),
        },
        "log_score": {who: by_day(0.5, 0.5, 0.5, 0.5, 0.5) for who in ("model", "constant", "ridge, penalty 10")},
        "model_minus": {
            "constant": {"difference": -0.08, "lo": -0.11, "hi": -0.05},
            "ridge, penalty 10": {"difference": 0.003, "lo": -0.02, "hi": 0.03},
        },
        "calibration": {**{days: line(1.1) for days in DAYS}, "pooled": line(1.06)},
        "reliability": [made_bin(0.098, 0.127, 0.057, 0.261, 102.0, 25.0), made_bin(0.513, 0.532, 0.424, 0.638, 77, 1)],
        "coverage": [{"nominal": 0.8, "observed": 0.79, "n": 60.0}],
    }
    return tier | changes


def made_bin(said: float, came: float, low: float, high: float, n: float, n_wars: float) -> dict[str, float]:
    shares = {"mean_forecast": said, "observed": came, "observed_low": low, "observed_high": high}
    return {"lower_edge": 0.0, "upper_edge": 1.0, "n": n, "n_wars": n_wars, **shares}


def made_miss(**changes: Any) -> dict[str, Any]:
    miss = {"episode_id": "NORTH7", "name": "North: the seventh round", "opened": "1977-07-07", "days": 30}
    said = {"forecast": 0.075, "happened": True, "cost": 2.1, "outcome": "held for a year", "reason": "it saw no range"}
    return miss | said | changes


def made_forecast(name: str, durable: float) -> dict[str, Any]:
    def rising(first: float) -> dict[str, float]:
        return {days: round(min(1.0, first + 0.01 * number), 6) for number, days in enumerate(DAYS)}

    tiers = {"durable": rising(durable), "mutual": rising(durable + 0.02), "anchored": rising(durable / 2)}
    return {"episode_id": name, **tiers}


def made_record(**changes: Any) -> dict[str, Any]:
    """A scored record of three forecasts on two tiers."""
    found: dict[str, Any] = {
        "as_of": None,
        "n_episodes": 60,
        "n_later": 0,
        "trials_an_episode": 32768,
        "seed": 1,
        "scores": {"durable": made_tier(), "mutual": made_tier()},
        "variants": {"priors alone": {"durable": 0.216, "mutual": 0.244}, "coded loosely": {"durable": 0.16}},
        "misses": [made_miss()],
        "notes": ["The rows are a convenience sample."],
        "forecasts": [made_forecast("NORTH7", 0.09), made_forecast("SOUTH1", 0.123), made_forecast("NORTH8", 0.04)],
    }
    return found | changes


def made_unscored() -> dict[str, Any]:
    """What comes of rows whose outcomes nobody knows."""
    return made_record(scores=None, variants=None, misses=None, n_episodes=3)


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
