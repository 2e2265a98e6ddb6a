"""Which uncertain inputs move the odds: tornado, Sobol, Morris, value of information."""
