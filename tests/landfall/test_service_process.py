"""A service whose port somebody else took as it started is started on another one, and is not given up."""

from pathlib import Path

from chassis.web import TAKEN
from landfall.children import Leash, free_port
from landfall.service_process import ServiceProcess


def test_it_was_robbed_though_its_port_is_free_again_by_now(tmp_path: Path, leash: Leash) -> None:
    service = ServiceProcess("intel", free_port(), {}, tmp_path / "log", leash)
    before = service.robbed
    service.log.write_text(f"OSError: {TAKEN} 127.0.0.1:{service.port}; set LANDFALL_HTTP_PORT to a port that is free\n")

    assert (before, service.robbed) == (False, True)
    service.port = free_port()
    assert not service.robbed
