"""Logs as JSON lines: what happened, never whose data it was."""

import logging
import sys

import structlog


def configure_logs(name: str) -> None:
    """One JSON object a line on standard error. Exceptions are named, not printed: their texts may echo data."""
    line = '{"level": "%(levelname)s", "logger": "%(name)s", "event": "%(message)s"}'
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format=line)
    logging.getLogger("aiokafka").setLevel(logging.ERROR)
    logging.getLogger("faststream").setLevel(logging.ERROR)
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    structlog.contextvars.bind_contextvars(service=name)
