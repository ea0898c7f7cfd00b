"""What an operator reads once the loss of a topic is accepted."""

import pytest

from landfall.replay import accepted


@pytest.mark.parametrize(("topic", "unsaid"), [("handover-packs.kent.v1", True), ("checks.v1", False)])
def test_whoever_accepts_a_loss_is_told_what_is_still_unsaid(topic: str, *, unsaid: bool) -> None:
    text = accepted(topic, [])

    assert text.startswith(f"{topic}: told on from where it ends now")
    assert ("kent had not read is still unsaid: let handover tell it again" in text) is unsaid
