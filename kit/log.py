"""Structured logs; every line carries the correlation id of the message it is about."""

import logging
import secrets

import structlog

log: structlog.stdlib.BoundLogger = structlog.get_logger()


def configure_logging(*, level: str, as_json: bool) -> None:
    """Set up structlog once for the process: key=value on a terminal, JSON lines for machines."""
    # Plain tracebacks: the pretty ones print local variables, and those hold passwords and tokens.
    console = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    renderer = structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else console
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info if as_json else structlog.processors.StackInfoRenderer(),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        cache_logger_on_first_use=True,
    )


def new_correlation() -> str:
    """An id that follows one message from the platform to the last delivery it causes."""
    return secrets.token_hex(8)


def bind_correlation(correlation: str | None) -> None:
    """Put the id on every log line of the current task."""
    structlog.contextvars.bind_contextvars(correlation=correlation)


def current_correlation() -> str | None:
    """The id bound to the current task, if any."""
    value = structlog.contextvars.get_contextvars().get("correlation")
    return str(value) if value else None
