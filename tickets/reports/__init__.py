"""How the desk has done, added up hour by hour from the log of what happened."""

from tickets.reports.rollup import keep_up, mark_dirty, rebuild

__all__ = ["keep_up", "mark_dirty", "rebuild"]
