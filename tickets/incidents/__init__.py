"""Outages: raised by complaints, confirmed by people."""
