"""The command line: ``parley`` and ``python -m sim``."""
