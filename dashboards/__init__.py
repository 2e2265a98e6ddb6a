"""What people look at: figures (pure: a table in, a plain Plotly figure out) and the self-contained HTML report.

Sees scenarios, results, execution, analysis and evidence of ``sim``, never agents. Only the command line imports it.
"""
