"""The comparative statics that the model is held to, each stated once: input, levels, claims with size, literature.

The tests (``tests/behaviour/test_statics.py``) and the page (``docs/explanation/statics.md``) read this list. A series
moves one thing through levels that meet common random numbers, with the frictions named in ``off`` switched off
(``worlds.FRICTIONS``).
"""

from __future__ import annotations

from sim.analysis.statics.power_and_positions import POWER_AND_POSITIONS
from sim.analysis.statics.talks_and_ceasefires import TALKS_AND_CEASEFIRES

BASE = "istanbul_2025/aides_only"
"""Scenario whose inputs are moved."""
TRIALS, SEED = 8_192, 1
"""Trials at each level, and the seed of all."""
STATICS = (*POWER_AND_POSITIONS, *TALKS_AND_CEASEFIRES)
