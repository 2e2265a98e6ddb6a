"""The shipped posterior: a small file of equally weighted draws, with weights that leave any one war out.

``scenarios/calibration/posterior.csv`` holds multiples of the structural parameters' references, one draw a row, the
number of the alternative of each optional term that goes with them (0 the first), and a column ``without_WAR`` for each
war of the record.
``posterior.json`` says from what it was computed, when, and what was known.
"""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import io
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import ParleyError
from sim.evidence.calibration.calibrate import Record
from sim.evidence.calibration.episodes import shipped
from sim.evidence.calibration.optional_terms import TERMS
from sim.evidence.calibration.posterior import Posterior, effective, learned, normalised, term_weights
from sim.evidence.calibration.prior import alternatives
from sim.evidence.calibration.structural_parameters import FIXED, NAMES, STRUCTURAL
from sim.results.formatting import counted
from sim.scenario.sampling.calibrated_keys import weight_without
from sim.storage.atomic_files import as_json, begins_with, make_folder, write_files

N_DRAWS = 1_000
SHIPPED = "calibration/posterior.csv"


def resampled(posterior: Posterior, n: int = N_DRAWS) -> NDArray[np.intp]:
    """Return rows of the points that stand for the posterior, evenly spread over its cumulative weights, shape (n,).

    Systematic resampling without random numbers (Kitagawa 1996, section 2): the middle of each nth part decides.
    """
    ends = np.cumsum(posterior.weights)
    marks = (np.arange(n) + 0.5) / n * ends[-1]
    return np.asarray(np.searchsorted(ends, marks))


def as_csv(posterior: Posterior, n: int = N_DRAWS) -> str:
    """Return the file's text: draw, multiples, alternatives of terms, and weights without each war (mean 1)."""
    rows = resampled(posterior, n)
    weights = [normalised(-one) * n for one in posterior.by_war[:, rows]]
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(["draw", *NAMES, *(term.name for term in TERMS), *(weight_without(war) for war in posterior.wars)])
    chosen = alternatives(posterior.points[rows])
    for number, multiples in enumerate(posterior.multiples[rows]):
        terms = [chosen[term.name][number] for term in TERMS]
        cells = [*(f"{value:.6g}" for value in multiples), *terms, *(f"{one[number]:.4g}" for one in weights)]
        out.writerow([number, *cells])
    return text.getvalue()


def about(record: Record, as_of: date | None, text: str) -> dict[str, Any]:
    """Return what the draws rest on, as plain JSON."""
    posterior = record.posterior
    scored = [episode for episode in record.episodes if episode.is_scored]
    until = f"by {as_of.isoformat()}; nothing that was settled later was read" if as_of else "in the files as shipped"
    return {
        "what": "posterior draws of the six structural parameters, as multiples of their references",
        "as_of": as_of.isoformat() if as_of else None,
        "known": f"{counted(len(scored), 'episode')} with an outcome known {until}",
        "n_draws": text.count("\n") - 1,
        "n_episodes": len(scored),
        "wars": list(posterior.wars),
        "latest_row": max((episode.talks_opened.isoformat() for episode in scored), default=None),
        "effective_points": round(effective(posterior.weights), 1),
        "trials_an_episode": record.trials,
        "seed": record.seed,
        "structural": {
            parameter.name: {
                "meaning": parameter.meaning,
                "unit": parameter.unit,
                "reference": parameter.reference,
                "prior": [parameter.prior, parameter.low, parameter.high],
                "median": float(f"{known.posterior[1]:.4g}"),
                "from": float(f"{known.posterior[0]:.4g}"),
                "to": float(f"{known.posterior[2]:.4g}"),
                "contraction": round(known.contraction, 3),
            }
            for parameter, known in zip(STRUCTURAL, learned(posterior), strict=True)
        },
        "terms": {
            term.name: {"meaning": term.meaning, "weights": dict(zip(term.alternatives, shares, strict=True))}
            for term, shares in zip(TERMS, term_weights(posterior.points, posterior.weights), strict=True)
        },
        "fixed": dataclasses.asdict(FIXED),
        "episodes_sha256": episodes_digest(),
        "draws_sha256": hashlib.sha256(text.encode()).hexdigest(),
    }


def episodes_digest() -> str:
    """Return the digest of the shipped episodes, so that draws from others are detected."""
    return hashlib.sha256(shipped().read_bytes()).hexdigest()


def write_draws(record: Record, as_of: date | None, path: Path, n: int = N_DRAWS) -> Path:
    """Write the draws to ``path`` (.csv) and what they rest on to the .json of that name; return the second path."""
    if path.suffix != ".csv":
        raise ParleyError(f"{path}: expected a file of draws that ends in .csv")
    head = begins_with(path, 4096)
    if head and not head.startswith(b"draw,"):
        raise ParleyError(f"{path}: expected a new file or draws of Parley, got another file")
    text = as_csv(record.posterior, n)
    rests_on = path.with_suffix(".json")
    make_folder(path.parent)
    write_files({path: text.encode(), rests_on: as_json(about(record, as_of, text))})
    return rests_on
