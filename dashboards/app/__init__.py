"""The live dashboard: pages over runs that are simulated while one looks, on this computer only.

``server`` starts it, ``guard`` lets in what may come in, ``service`` simulates, ``pages`` answer one question each.
"""
