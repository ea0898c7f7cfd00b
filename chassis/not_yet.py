"""The one failure that is nobody's fault: what a telling builds on is on its way."""


class NotYetError(RuntimeError):
    """What this telling builds on is not here yet; it is taken up again later, and never set aside for that."""
