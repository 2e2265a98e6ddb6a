"""Agreement of two codings of one scenario."""
