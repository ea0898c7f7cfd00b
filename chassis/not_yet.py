"""The one failure that is nobody's fault: what a telling builds on is on its way."""


class NotYetError(RuntimeError):
    """What this telling builds on is not here yet; it is taken up again later, and never set aside for that.

    `lacking`: the topic and subject about which nothing more was told or heard yet, where it certainly cannot be done before there is more.
    """

    def __init__(self, lacking: tuple[str, str] | None = None) -> None:
        self.lacking = lacking
        super().__init__(*(lacking or ()))
