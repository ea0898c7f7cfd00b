"""The year as a newcomer sees it: beside the published figures, month by month under both rules, channel by channel."""

from rich.console import Console
from rich.table import Table

from contracts.codes import Channel
from landfall.figures import PUBLISHED, Figures, origin
from simulators.counting import BREAK_MARK
from simulators.expectation import WAYS

LINES = {
    "opening": "managed on 31 March 2021",
    "created": "+ created",
    "returned": "+ returned",
    "transferred": "- transferred to forces",
    "closed": "- closed for other reasons",
    "closing": "= managed on 31 March 2022",
    "change_percent": "change over the year, %",
}


def show(console: Console, found: Figures) -> None:
    """Print all tables, every figure as statistics answered it."""
    console.print(_year(found), _checks(found), _channels(found))
    console.print(
        "published: ACRO annual report 2021-22. derived: what the published figures leave over; they do not balance without\n"
        "closures for other reasons. synthetic: this scenario's own, about people who do not exist.",
        highlight=False,
    )


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column(first)
    for each in others:
        table.add_column(each, justify="right")
    return table


def _year(found: Figures) -> Table:
    table = _table("Records managed, 2021-22", "", "statistics", "annual report", "figure is")
    for name, text in LINES.items():
        table.add_row(text, str(found[name]), str(PUBLISHED.get(name, "")), origin(name))
    table.add_row("the stock balances", str(found["balances"]), "", "")
    return table


def _checks(found: Figures) -> Table:
    """Rule A: sent in the month in which their task was created. Rule B: sent in the month, whenever it was created."""
    table = _table("Intelligence checks by month (synthetic)", "month", "opened", "rule A", "rule B", "published series", "break")
    for month in sorted({name.split()[1] for name in found if name.startswith("checks ")}):
        each = [str(found[f"checks {month} {part}"]) for part in ("opened", "rule_a", "rule_b", "published", "mark")]
        table.add_row(month, *each[:-1], each[-1].replace("[", r"\["))
    table.caption = f"\\{BREAK_MARK} from July 2021 counted by month sent (B); before, only if the task was created in that month too (A)"
    return table


def _channels(found: Figures) -> Table:
    table = _table("Notifications by channel (synthetic)", "channel", "sent", *WAYS)
    totals = [0] * (len(WAYS) + 1)
    for channel in Channel:
        each = [int(found[f"channel {channel} {way}"]) for way in ("sent", *WAYS)]
        totals = [total + number for total, number in zip(totals, each, strict=True)]
        table.add_row(channel, *map(str, each))
    table.add_row("all", *map(str, totals), style="bold")
    table.caption = "sent = accepted + refused + referred + duplicated + held"
    return table
