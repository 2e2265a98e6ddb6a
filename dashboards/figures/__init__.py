"""Figures: pure functions from a table to a plain Plotly figure, a dict with ``data`` and ``layout``.

A table is a list of rows (mappings by column) or a DataFrame. A figure needs no template and holds only what JSON can
hold. Texts from scenarios are shown literally, whatever markup they contain.
"""

from dashboards.figures.comparison import differences, forest
from dashboards.figures.crowd import beside_crowd
from dashboards.figures.odds_by_date import odds_by_date
from dashboards.figures.outcomes import anatomy, endings, funnel

__all__ = ["anatomy", "beside_crowd", "differences", "endings", "forest", "funnel", "odds_by_date"]
