"""A claim is a figure beside its target; a proof is all of its claims."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Claim:
    """One figure. `holds` is None for an aim, which is printed and decides nothing."""

    what: str
    found: str
    target: str
    holds: bool | None

    def __str__(self) -> str:
        verdict = {True: "holds", False: "FAILS", None: "aim"}[self.holds]
        return f"{verdict:6} {self.what}: {self.found} (target: {self.target})"


@dataclass
class Proof:
    """Claims are printed as they are made, and all together at the end."""

    name: str
    claims: list[Claim] = field(default_factory=list)

    def must(self, what: str, found: object, target: str, *, holds: bool) -> None:
        self._add(Claim(what, str(found), target, holds))

    def aim(self, what: str, found: object, target: str) -> None:
        self._add(Claim(what, str(found), target, None))

    def _add(self, claim: Claim) -> None:
        self.claims.append(claim)
        print(claim, flush=True)

    def close(self) -> int:
        """The table, and the exit status."""
        failed = [each for each in self.claims if each.holds is False]
        print(f"\n{self.name}: {len(self.claims)} claims", flush=True)
        for each in self.claims:
            print(f"  {each}")
        print(f"{self.name}: {'all hold' if not failed else f'{len(failed)} do not hold'}")
        return 1 if failed else 0
