"""The JSON object of ``parley backtest --json``: what it holds, and the check of one that is read from a file.

Tables and pages are drawn from this object alone. A number that cannot be computed is null; a part that was not
computed is null or absent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sim.errors import ParleyError

HORIZONS = ("30", "90", "180", "365")
TIERS = ("durable", "mutual")
FORECASTERS = ("constant", "age of war", "ridge", "engine", "pool", "known", "headline")
"""In the order of every table."""
LINED = ("engine", "ridge", "pool", "known", "headline")
"""Forecasters with a calibration line: what says nearly the same of every row has no slope worth a number."""

Number = float | None
Share = Annotated[float, Field(ge=0, le=1)]


class Form(BaseModel):
    """A JSON object with at least these keys; numbers are numbers and not text."""

    model_config = ConfigDict(strict=True, extra="allow", allow_inf_nan=False)


class HorizonOdds(Form):
    """Odds by each horizon."""

    by_30: Share = Field(alias="30")
    by_90: Share = Field(alias="90")
    by_180: Share = Field(alias="180")
    by_365: Share = Field(alias="365")


class HorizonScores(Form):
    """Scores by each horizon, and their mean."""

    by_30: Number = Field(alias="30")
    by_90: Number = Field(alias="90")
    by_180: Number = Field(alias="180")
    by_365: Number = Field(alias="365")
    mean: Number


class Difference(Form):
    """A difference of two mean Brier scores with its 90 % interval by war."""

    difference: Number
    lo: Number
    hi: Number


class Line(Form):
    """A calibration line."""

    slope: Number
    slope_lo: Number = None
    slope_hi: Number = None
    intercept: Number
    n: float
    p_by_war: Number


class Lines(Form):
    """Calibration lines by horizon, and of all horizons together."""

    by_30: Line = Field(alias="30")
    by_90: Line = Field(alias="90")
    by_180: Line = Field(alias="180")
    by_365: Line = Field(alias="365")
    pooled: Line


class ReliabilityBin(Form):
    """Forecasts of one bin against the share of outcomes that happened."""

    lower_edge: float
    upper_edge: float
    n: float
    n_wars: float
    mean_forecast: float
    observed: float
    observed_low: float
    observed_high: float


class IntervalCoverage(Form):
    """How often intervals of a stated size held the day."""

    nominal: float
    observed: Number


class Subset(Form):
    """Mean Brier scores of part of the episodes."""

    by: str
    group: str
    n_episodes: int
    n_wars: int
    brier: dict[str, Number]


class Tier(Form):
    """Scores of one tier."""

    n_episodes: int = Field(description="scored episodes")
    n_wars: int = Field(description="their wars")
    verdict: str = Field(description="one word on the engine's calibration")
    verdicts: dict[str, str] = Field(description="the same by forecaster")
    brier: dict[str, HorizonScores] = Field(description="by forecaster: Brier score by horizon, and their `mean`")
    log_score: dict[str, HorizonScores] = Field(description="likewise, the logarithmic score in nats")
    differences: dict[str, dict[str, Difference]] = Field(
        description="by `engine`, `pool` and `known`, against each other forecaster: `difference` of mean Brier scores "
        "(below 0: the first is better) and its 90 % interval by war, `lo` to `hi`"
    )
    calibration: dict[str, Lines] = Field(
        description="by forecaster and horizon, and `pooled`: `slope` (1 is right) and its interval, `intercept`, "
        "number `n` of forecasts, and `p_by_war` of the test that slope and intercept are 1 and 0"
    )
    reliability: dict[str, list[ReliabilityBin]] = Field(
        description="of `engine` and `pool`: forecasts in fifths, their mean and the share that happened with its "
        "90 % interval by war"
    )
    coverage: list[IntervalCoverage] = Field(
        description="share of episodes whose day lay in the engine's central interval, by its `nominal` share"
    )
    subsets: list[Subset] = Field(
        description="mean Brier score by forecaster in part of the episodes: `by` a property, the `group` of it"
    )


class Alternative(Form):
    """One alternative of an optional term, with its weight over folds."""

    value: str | float
    prior: float
    mean: float
    least: float
    most: float
    folds: int


class Term(Form):
    """An optional term of the mapping."""

    term: str
    meaning: str
    alternatives: list[Alternative]


class Penalty(Form):
    """A penalty and columns of the ridge regression, and in how many folds they were chosen."""

    penalty: float
    columns: str | float | list[str]
    folds: int


class SpreadWeight(Form):
    """A spread of the effect that the rows of a war share, with its weight over folds."""

    spread: float
    prior: float
    mean: float
    least: float
    most: float
    folds: int


class HeadlineWeight(Form):
    """A weight of what was known in the headline, and in how many folds it was chosen."""

    weight: float
    folds: int


class ColumnAgreement(Form):
    """How far coders agree on a column."""

    column: str
    alpha: Number
    kappa: Number


class Agreement(Form):
    """How far the coders of the rows agree."""

    coders: int
    rows: int
    columns: list[ColumnAgreement]
    poor: list[str] = Field(description="columns with an alpha below .4")
    sentence: str


class Protocol(Form):
    """What each fold weighed or chose from the rows of other wars."""

    n_folds: int = Field(description="folds, one a war")
    terms: list[Term] = Field(
        description="by optional term and alternative: `prior` weight, `mean`, `least` and `most` weight over folds, "
        "and in how many `folds` it weighs most"
    )
    ridge: dict[str, list[Penalty]] = Field(
        description="`by itself`, and `on the engine` as the pool has it: `penalty` and `columns`, and in how many "
        "`folds`"
    )
    own_past: list[SpreadWeight] = Field(
        default_factory=list,
        description="standard deviation `spread` of the effect that the rows of a war share: `prior` weight, `mean`, "
        "`least` and `most` weight over folds, and in how many `folds` it weighs most",
    )
    headline: list[HeadlineWeight] = Field(
        default_factory=list,
        description="weight of the log odds of `known`, the reference class having the rest, and in how many `folds`",
    )


class Miss(Form):
    """One of the worst forecasts of the engine."""

    episode_id: str
    name: str
    opened: str
    days: int
    forecast: float
    happened: bool
    outcome: str
    reason: str
    ridge: Number = None
    pool: Number = None


class ScenarioForecast(Form):
    """A shipped scenario of a past war against what happened by one day."""

    scenario: str
    title: str
    episode_id: str
    reading: Literal["pool", "file", "second"]
    days: int
    happened: bool | None
    headline: Number
    model: Number
    row: Number
    row_pool: Number
    constant: Number


class ScenarioScores(Form):
    """Mean Brier scores of shipped scenarios."""

    n_scenarios: int = Field(description="scenarios scored")
    n_wars: int = Field(description="their wars")
    brier: dict[str, dict[str, Number] | Number] = Field(
        description="mean Brier score: `headline` and `model` by reading, `row`, `row_pool` and `constant`"
    )
    own_day: dict[str, Number] = Field(
        default_factory=dict, description="`row`, `row_pool` and `constant` on the days for which the rows were coded"
    )
    notes: list[str] = Field(description="what must be said with these scores, above all how few they are")


Odds = dict[str, HorizonOdds]


class EpisodeForecast(Form):
    """Forecasts of one episode."""

    episode_id: str
    cluster: str = ""
    name: str = ""
    talks_opened: str = ""
    durable: HorizonOdds
    mutual: HorizonOdds
    ridge: Odds = Field(default_factory=dict)
    pool: Odds = Field(default_factory=dict)
    known: Odds = Field(default_factory=dict)
    headline: Odds = Field(default_factory=dict)


class BacktestObject(Form):
    """The whole object."""

    as_of: str | None = Field(description="day after which nothing was read, or null")
    n_episodes: int = Field(description="episodes forecast")
    n_later: int = Field(description="of them, opened after `as_of`: they teach nothing")
    trials_an_episode: int = Field(description="trials of each episode")
    seed: int = Field(description="seed of the simulated episodes")
    scores: dict[Literal["durable", "mutual"], Tier] | None = Field(description="by tier; null where nothing is scored")
    protocol: Protocol | None = Field(None, description="what each fold weighed or set, from other wars alone")
    variants: dict[str, dict[str, dict[str, Number]]] | None = Field(
        None, description="mean Brier score of `engine`, `ridge` and `pool` by tier when one thing is changed"
    )
    misses: list[Miss] | None = Field(
        None, description="the worst forecasts of the engine on the durable tier, with `ridge` and `pool` by that day"
    )
    scenarios: list[ScenarioForecast] | None = Field(
        None,
        description="shipped scenarios of past wars, durable tier, by `reading` and `days`: `headline` and `model` "
        "alone; `row` and `row_pool`, what engine and pool forecast for its coded row from other wars; `constant`",
    )
    scenario_scores: ScenarioScores | None = Field(None, description="mean Brier scores of these, and how few they are")
    claim: str = Field("", description="what the forecasts rest on, as it stands below the title")
    wars_under_two_names: list[list[str]] = Field(
        default_factory=list, description="pairs of names that look like one war and were accepted as two"
    )
    notes: list[str] = Field(description="what must be said with the scores")
    agreement: Agreement | None = Field(default=None, description="of the coders of the rows, by column")
    digests: dict[str, str | None] = Field(
        default_factory=dict, description="of the engine and of the files that it was computed from"
    )
    stale: list[str] = Field(
        default_factory=list, description="with `--shipped`: what has changed since it was computed; empty if nothing"
    )
    forecasts: list[EpisodeForecast] = Field(
        description="by episode: `durable` and `mutual` odds of the engine, and by tier those of `ridge`, `pool`, "
        "`known` (the pool with what was known of the war's own past that day) and `headline`"
    )


NESTED: dict[str, type[Form]] = {"scores": Tier, "protocol": Protocol, "scenario_scores": ScenarioScores}
"""Keys of the object whose own keys are described one by one."""


def checked(found: Any, of: str = "") -> dict[str, Any]:
    """Return the object if it has the form of ``parley backtest --json``; ParleyError naming the first wrong key."""
    try:
        BacktestObject.model_validate(found)
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        said = f"{of + ': ' if of else ''}expected the object of `parley backtest --json`, got another"
        raise ParleyError(f"{said}: `{where}`: {first['msg'].lower()}") from None
    result: dict[str, Any] = found
    return result


def described() -> Iterator[tuple[str, str]]:
    """Yield every key of the object with what it holds, as the reference prints them."""
    for name, text in _descriptions(BacktestObject):
        yield name, text
        if name in NESTED:
            inside = "scores.TIER" if name == "scores" else name
            yield from ((f"{inside}.{key}", what) for key, what in _descriptions(NESTED[name]))


def _descriptions(form: type[Form]) -> Iterator[tuple[str, str]]:
    fields: Mapping[str, Any] = form.model_fields
    for name, one in fields.items():
        yield name, str(one.description)
