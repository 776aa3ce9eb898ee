"""Calls to the hotline, written down by whoever took them."""
