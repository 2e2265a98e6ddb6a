"""The commands of ``parley``, one file each."""
