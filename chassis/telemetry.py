"""Logs as JSON lines: what happened, never whose data it was."""

import logging
import sys

import structlog
from structlog.stdlib import ProcessorFormatter, add_logger_name
from structlog.typing import EventDict, Processor, WrappedLogger

QUIETER = {"aiokafka": logging.ERROR, "faststream": logging.ERROR, "uvicorn": logging.CRITICAL}


def configure_logs(name: str) -> None:
    """One JSON object a line on standard error, of libraries too. Exceptions are named, not printed: their texts may echo data."""
    ours: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    render = structlog.processors.JSONRenderer()
    library = logging.StreamHandler(sys.stderr)
    library.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=[*ours, add_logger_name], processors=[ProcessorFormatter.remove_processors_meta, _without_texts, render]
        )
    )
    logging.basicConfig(handlers=[library], level=logging.WARNING)
    for logger, level in QUIETER.items():
        logging.getLogger(logger).setLevel(level)
    structlog.configure(
        processors=[*ours, render],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    structlog.contextvars.bind_contextvars(service=name)


def _without_texts(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """A library's first line, and the class of what was raised. asyncio writes the text of an exception into its second."""
    line["event"] = str(line["event"]).partition("\n")[0]
    kind, *_ = line.pop("exc_info", None) or (None,)
    if kind is not None:
        line["error"] = kind.__name__
    return line
