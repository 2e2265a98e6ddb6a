"""What people look at: figures (pure: a table in, a plain Plotly figure out) and the self-contained HTML report.

Sees results (``sim``, ``sim.store``, ``sim.experiment``) and scenarios, never agents. Only the command line imports it.
"""
