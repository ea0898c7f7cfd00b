"""Handover in a process of its own to which a day is over as soon as it has begun: no drill lasts until midnight."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from chassis.app import run
from chassis.database import Transaction
from chassis.occasion import Occasion
from chassis.settings import read_settings
from services.handover import worker
from services.handover.app import room
from trust.keys import Keys


async def _fire(occasion: Occasion, _ended: date, tx: Transaction) -> Collection[str]:
    return await worker.fire(occasion, occasion.day, tx)


if __name__ == "__main__":
    settings = read_settings()
    run(replace(room(Keys.from_file(settings.key_file)), on_due=_fire), settings)
