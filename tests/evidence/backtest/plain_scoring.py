"""The record's scoring a second time, in plain loops: what the product's arrays are compared with.

Written from docs/scoring.md, not from the product, of which nothing is imported.
Tables are lists of rows with a column for each horizon; an outcome of NaN is *not scored*. Slow, and meant to be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import product
from math import exp, isnan, log, log1p, nan, sqrt
from random import Random

Row = Sequence[float]
Table = Sequence[Row]
Predict = Callable[[Row], float]
Fit = Callable[[Table, Row], Predict]
"""From covariates and outcomes of training rows to a forecast of any row."""

NEAREST = 1e-6
"""No forecast of a regression is nearer to 0 or 1."""


# Scores


def mean(values: Iterable[float]) -> float:
    """Return the mean of the values that are no NaN; NaN without any."""
    known = [value for value in values if not isnan(value)]
    return sum(known) / len(known) if known else nan


def brier_loss(p: float, y: float) -> float:
    """Return (p - y)^2 (scoring.md, Brier score)."""
    return nan if isnan(y) else (p - y) ** 2


def log_loss(p: float, y: float) -> float:
    """Return -ln of the chance given to what happened, forecasts moved to [.001, .999] (scoring.md, log score)."""
    if isnan(y):
        return nan
    p = min(max(p, 0.001), 0.999)
    return -log(p) if y == 1 else -log(1 - p)


def by_horizon(loss: Callable[[float, float], float], forecasts: Table, outcomes: Table) -> list[float]:
    """Return the mean loss of each horizon over its scored rows (scoring.md: the mean is over horizons)."""
    rows = [[loss(p, y) for p, y in zip(*pair, strict=True)] for pair in zip(forecasts, outcomes, strict=True)]
    return [mean(column) for column in zip(*rows, strict=True)]


def mean_brier(forecasts: Table, outcomes: Table) -> float:
    """Return the mean over horizons of the Brier scores (scoring.md)."""
    return mean(by_horizon(brier_loss, forecasts, outcomes))


# Fits


def logit(p: float) -> float:
    """Return ln(p / (1 - p))."""
    return log(p) - log1p(-p)


def logistic(x: float) -> float:
    """Return the chance whose logit is ``x``, without overflow."""
    return 1 / (1 + exp(-x)) if x >= 0 else exp(x) / (1 + exp(x))


def dot(a: Row, b: Row) -> float:
    """Return the sum of products."""
    return sum(x * y for x, y in zip(a, b, strict=True))


def solve(matrix: Table, right: Row) -> list[float]:
    """Solve linear equations by Gaussian elimination, the largest pivot first."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    n = len(rows)
    for k in range(n):
        pivot = max(range(k, n), key=lambda i: abs(rows[i][k]))
        rows[k], rows[pivot] = rows[pivot], rows[k]
        for i in range(k + 1, n):
            factor = rows[i][k] / rows[k][k]
            rows[i] = [x - factor * y for x, y in zip(rows[i], rows[k], strict=True)]
    found = [0.0] * n
    for k in reversed(range(n)):
        found[k] = (rows[k][n] - dot(rows[k][k + 1 : n], found[k + 1 :])) / rows[k][k]
    return found


def logistic_information(design: Table, b: Row) -> list[list[float]]:
    """Return the sum over rows of p (1 - p) x x': the Fisher information."""
    weights = [(p := logistic(dot(x, b))) * (1 - p) for x in design]
    n = range(len(b))
    return [[sum(w * x[i] * x[j] for w, x in zip(weights, design, strict=True)) for j in n] for i in n]


def log_likelihood(design: Table, outcomes: Row, b: Row) -> float:
    """Return the sum of ln of the chance given to what happened."""
    return -sum(log1p(exp(-(u if y == 1 else -u))) for x, y in zip(design, outcomes, strict=True) for u in [dot(x, b)])


def maximum(design: Table, outcomes: Row, penalties: Row) -> list[float]:
    """Maximise log likelihood - sum of penalty/2 b^2 by Newton's method, a step halved until it climbs."""

    def value(b: Row) -> float:
        return log_likelihood(design, outcomes, b) - sum(w * x * x / 2 for w, x in zip(penalties, b, strict=True))

    b = [0.0] * len(penalties)
    for _ in range(100):
        errors = [y - logistic(dot(x, b)) for x, y in zip(design, outcomes, strict=True)]
        slope = [
            dot(errors, column) - w * x for column, w, x in zip(zip(*design, strict=True), penalties, b, strict=True)
        ]
        matrix = logistic_information(design, b)
        for k, weight in enumerate(penalties):
            matrix[k][k] += weight
        step = solve(matrix, slope)
        if max(map(abs, step)) < 1e-13:
            return b
        before, size = value(b), 1.0
        while size > 1e-6 and value([x + size * s for x, s in zip(b, step, strict=True)]) < before - 1e-12:
            size /= 2
        b = [x + size * s for x, s in zip(b, step, strict=True)]
    return b


# Baselines


def smoothed_share(outcomes: Row) -> float:
    """Return (hits + 1/2) / (n + 1) (scoring.md, constant)."""
    return (sum(outcomes) + 0.5) / (len(outcomes) + 1)


def fit_constant(_: Table, outcomes: Row) -> Predict:
    """Return the base rate as a forecast (scoring.md, constant)."""
    share = smoothed_share(outcomes)
    return lambda _: share


def fit_ridge(penalty: float, n_columns: int) -> Fit:
    """Return the ridge regression on the first columns, centred and scaled on the training rows (scoring.md, ridge).

    The standard deviation divides by n; a column that does not vary says nothing. Where training rows do not have
    both outcomes the forecast is the smoothed share. No forecast is nearer than 1e-6 to 0 or 1.
    """

    def fit(train: Table, outcomes: Row) -> Predict:
        if len(set(outcomes)) < 2:
            return fit_constant(train, outcomes)
        columns = list(zip(*(row[:n_columns] for row in train), strict=True))
        centres = [sum(column) / len(column) for column in columns]
        spreads = [
            sqrt(sum((x - c) ** 2 for x in column) / len(column)) for column, c in zip(columns, centres, strict=True)
        ]

        def standardised(row: Row) -> list[float]:
            cells = zip(row[:n_columns], centres, spreads, strict=True)
            return [1.0, *((x - c) / s if s > 1e-12 else 0.0 for x, c, s in cells)]

        b = maximum([standardised(row) for row in train], outcomes, [0.0, *[penalty] * n_columns])
        return lambda row: min(max(logistic(dot(standardised(row), b)), NEAREST), 1 - NEAREST)

    return fit


def from_other_wars(covariates: Table, outcomes: Table, wars: Sequence[str], fit: Fit) -> list[list[float]]:
    """Forecast each row from rows of other wars scored at that horizon, a fit for each horizon (scoring.md)."""
    found = [[nan] * len(outcomes[0]) for _ in wars]
    for war, k in product(sorted(set(wars)), range(len(outcomes[0]))):
        train = [i for i, other in enumerate(wars) if other != war and not isnan(outcomes[i][k])]
        predict = fit([covariates[i] for i in train], [outcomes[i][k] for i in train])
        for i, own in enumerate(wars):
            if own == war:
                found[i][k] = predict(covariates[i])
    return found


# Calibration


def calibration_line(p: Row, y: Row) -> tuple[list[list[float]], list[float], list[float]]:
    """Fit logit P(y) = intercept + slope logit(p); return design, outcomes, and the line (scoring.md, calibration)."""
    scored = [
        (min(max(chance, 0.001), 0.999), happened) for chance, happened in zip(p, y, strict=True) if not isnan(happened)
    ]
    design, outcomes = [[1.0, logit(chance)] for chance, _ in scored], [happened for _, happened in scored]
    return design, outcomes, maximum(design, outcomes, [0.0, 0.0])


def joint_p_value(p: Row, y: Row) -> float:
    """Return the p-value of intercept 0 and slope 1: likelihood ratio, two degrees of freedom (scoring.md)."""
    design, outcomes, line = calibration_line(p, y)
    return exp(log_likelihood(design, outcomes, [0.0, 1.0]) - log_likelihood(design, outcomes, line))


def errors_by_war(p: Row, y: Row, wars: Sequence[str]) -> tuple[float, float]:
    """Return standard errors of intercept and slope from scores summed by war (Liang and Zeger; times G/(G - 1))."""
    design, outcomes, line = calibration_line(p, y)
    sums: dict[str, list[float]] = {}
    known = [war for war, happened in zip(wars, y, strict=True) if not isnan(happened)]
    for x, happened, war in zip(design, outcomes, known, strict=True):
        error = happened - logistic(dot(x, line))
        sums[war] = [old + error * value for old, value in zip(sums.get(war, [0.0, 0.0]), x, strict=True)]
    information = logistic_information(design, line)
    influences = [solve(information, one) for one in sums.values()]
    n = len(sums)
    intercept, slope = (sqrt(sum(one[k] ** 2 for one in influences) * n / (n - 1)) for k in (0, 1))
    return intercept, slope


# Differences


def redrawn_differences(losses_a: Table, losses_b: Table, wars: Sequence[str], n: int, random: Random) -> list[float]:
    """Return the difference of mean losses in ``n`` redraws of as many wars as are scored (scoring.md, difference)."""
    change = [[a - b for a, b in zip(*pair, strict=True)] for pair in zip(losses_a, losses_b, strict=True)]
    rows: dict[str, list[list[float]]] = {}
    for war, row in zip(wars, change, strict=True):
        if not all(map(isnan, row)):
            rows.setdefault(war, []).append(row)
    names, found = sorted(rows), []
    for _ in range(n):
        drawn = [row for war in random.choices(names, k=len(names)) for row in rows[war]]
        found.append(mean(mean(column) for column in zip(*drawn, strict=True)))
    return found


# Coverage


def share_inside(low: float, high: float, level: float) -> float:
    """Return the share of [low, high] inside the central interval of that level (scoring.md, coverage)."""
    first, last = (1 - level) / 2, (1 + level) / 2
    if high <= low:
        return float(first <= low <= last)
    return max(0.0, min(high, last) - max(low, first)) / (high - low)
