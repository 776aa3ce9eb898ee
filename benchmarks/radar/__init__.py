"""Are outages seen early, and is nobody woken for nothing? ``python -m benchmarks.radar``."""
