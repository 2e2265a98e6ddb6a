"""The smallest change that lifts the odds, with its effort and regret."""
