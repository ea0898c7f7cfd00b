"""Why something cannot be recalled: not yet, which is nobody's fault, or not at all on this database."""


class NotYetError(RuntimeError):
    """What this telling builds on is not here yet; it is taken up again later, and never set aside for that.

    `lacking`: the topic and subject of which more must be told or heard before another try can succeed; None if that is not known. `why`:
    the reason in words, where nothing is lacking.
    """

    def __init__(self, lacking: tuple[str, str] | None = None, *, why: str | None = None) -> None:
        self.lacking = lacking
        super().__init__(*(lacking or filter(None, [why])))


class CannotRecallError(RuntimeError):
    """What was told cannot be brought together with what is here; the text says what an operator can do."""
