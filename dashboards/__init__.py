"""What people look at: figures and tables (pure), the self-contained HTML report, and the live app.

Sees scenarios, results, execution, analysis and evidence of ``sim``, never agents. Only the command line imports it.
"""
