"""A person at a desk: decides over HTTP what only a person may, and asks again when a service was not there to answer."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from time import monotonic
from typing import Any

import httpx

from contracts.codes import Channel
from simulators.script import Closure, Decision, Offer

PATIENCE_SECONDS = 60.0
AGAIN_SECONDS = 0.1
OFFICER = "SYN-4711"

Addresses = Callable[[], Mapping[str, str]]


class DeskError(RuntimeError):
    """A service refused what the script has a person do, or gave no answer for a minute."""


@dataclass(frozen=True, slots=True)
class Desk:
    """`addresses` is asked before every call: a service may come back at another one."""

    client: httpx.AsyncClient
    addresses: Addresses

    async def decide(self, decision: Decision) -> None:
        """Settle a referred notification."""
        standing = await self._find("notifications", decision.channel, decision.reference)
        body = {"decision": "accept", "decided_by": OFFICER}
        if decision.refusal is not None:
            body |= {"decision": "refuse", "reason": decision.refusal}
        await self.call("records", "PUT", f"/notifications/{standing['notification_id']}/decision", json=body)

    async def close(self, closure: Closure) -> None:
        """Close a record without a transfer."""
        standing = await self._find("records", closure.channel, closure.reference)
        body = {"reason": closure.reason, "decided_by": OFFICER}
        await self.call("records", "PUT", f"/records/{standing['record_id']}/closure", json=body)

    async def offer(self, offer: Offer) -> None:
        """Have a force asked."""
        standing = await self._find("records", offer.channel, offer.reference)
        await self.call("handover", "PUT", f"/cases/{standing['record_id']}/offer", json={"force": offer.force, "decided_by": OFFICER})

    async def _find(self, what: str, channel: Channel, reference: str) -> dict[str, Any]:
        return await self.call("records", "GET", f"/{what}", params={"channel": channel, "reference": reference})

    async def call(self, service: str, method: str, path: str, **request: Any) -> dict[str, Any]:
        """One request that may be repeated, repeated until it is answered.

        Raises:
            DeskError: it was refused, or not answered for a minute.
        """
        deadline = monotonic() + PATIENCE_SECONDS
        while True:
            try:
                answer = await self.client.request(method, self.addresses()[service] + path, **request)
            except httpx.TransportError as error:
                complaint = type(error).__name__
            else:
                if answer.is_success:
                    found: dict[str, Any] = answer.json()
                    return found
                complaint = f"{answer.status_code} {answer.text[:300]}"
                if answer.status_code != HTTPStatus.SERVICE_UNAVAILABLE:
                    message = f"{service} refused {method} {path}: {complaint}"
                    raise DeskError(message)
            if monotonic() > deadline:
                message = f"{service} gave no answer to {method} {path} for {PATIENCE_SECONDS:.0f} s: {complaint}"
                raise DeskError(message)
            await asyncio.sleep(AGAIN_SECONDS)


def client(token: str) -> httpx.AsyncClient:
    """For everything asked of the services with their token."""
    return httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=10)
