"""Draw the uncertain numbers of a scenario, one column over trials each."""
