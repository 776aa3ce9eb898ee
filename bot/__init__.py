"""Composition and dialogue: the only package that knows channels, tickets and knowledge alike."""
