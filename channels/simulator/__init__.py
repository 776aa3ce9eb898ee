"""Platforms of our own: loopback hosts that behave as the real ones do, for tests, demos and drills.

They are written from the platforms' documents alone and share no code with the adapters, so that each checks the other.
"""
