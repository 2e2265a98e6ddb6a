"""Crashes, full disks, damage and signals, in numbers: `make torture`, and a few of each in the everyday tests."""
