"""Tickets that are about one matter, or about two: merged, split, linked."""
