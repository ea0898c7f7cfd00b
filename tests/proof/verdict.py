"""What a drill came to."""

from dataclasses import dataclass, field


@dataclass
class Verdict:
    """What was compared, and what disagrees.

    `lost` and `doubled` count notifications without one decision, or with several; `out_of_order` counts subjects whose versions do not
    lie in their order, which readers put right by waiting.
    """

    notifications: int = 0
    facts: int = 0
    opened: int = 0
    lost: int = 0
    doubled: int = 0
    out_of_order: int = 0
    disagreements: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        said = f"{self.notifications} notifications, {self.facts} facts, {self.opened} sealed contents opened"
        said += f": {self.lost} lost, {self.doubled} doubled"
        said += f", {self.out_of_order} subjects out of order" if self.out_of_order else ""
        return f"{said}, {len(self.disagreements)} disagreements" + "".join(f"; {each}" for each in self.disagreements[:3])

    @property
    def holds(self) -> bool:
        return self.notifications > 0 and not (self.lost or self.doubled or self.disagreements)

    def check(self, what: str, *, holds: bool) -> None:
        """Put down what disagrees."""
        if not holds:
            self.disagreements.append(what)
