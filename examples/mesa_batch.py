"""Run the model under Mesa's own ``batch_run``: a few trials, for several values of a key of the scenario.

``python examples/mesa_batch.py``. For odds use ``sim.run``, which simulates the same trials ten thousand times faster.
"""

from __future__ import annotations

import mesa
import pandas as pd

import sim

FEAR = "parties.South.fear"


def table(n_trials: int = 30) -> pd.DataFrame:
    """Return the share of trials with a durable ceasefire, and their weeks in force, by the fear of one side."""
    rows = mesa.batch_run(
        sim.NegotiationModel,
        parameters={"scenario_name": "teaching/minimal", "trial": range(n_trials), FEAR: [0.0, 0.04, 0.08]},
        display_progress=False,
    )
    trials = pd.DataFrame(rows).drop_duplicates("RunId")  # Mesa gives a row for each agent
    return trials.groupby(FEAR)["is_durable"].agg(["mean", "size"])


if __name__ == "__main__":
    print(table())
