"""How this organisation keeps people informed, read from its settings."""

from datetime import timedelta

from kit.settings import Settings
from tickets.opening import Rhythm


def rhythm_of(settings: Settings) -> Rhythm:
    """The rhythm in force."""
    return Rhythm(
        zone=settings.time_zone,
        progress_every=timedelta(seconds=settings.progress_every_s),
        fixed_check_after=timedelta(seconds=settings.fixed_check_after_s),
        survey_after=timedelta(seconds=settings.survey_after_s),
        survey_quiet=timedelta(days=settings.survey_quiet_days),
        confirm_window=timedelta(seconds=settings.confirm_window_s),
    )
