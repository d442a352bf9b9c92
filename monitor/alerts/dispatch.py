"""From the outbox to the channels: lease, send, and mark only what a channel accepted.

Whatever is interrupted is sent again under the same event id: at least once, never lost. Channels do not wait for each
other: each has its own thread for the time of a dispatch, and one that fails is left alone until the next.
"""

import logging
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

import httpx

from monitor.alerts.directory import Directory
from monitor.alerts.messages import Audience, failing_channel_message, grouped_message
from monitor.alerts.types import Delivery, Message
from monitor.channels.addressed import addressed
from monitor.channels.channel import Channel, DeliveryError, Receipt
from monitor.store.store import NewDelivery, Store

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
BATCH = 200
FIRST_WAIT_S = 60.0  # after the first failure; doubled each time
LONGEST_WAIT_S = 3600.0
MOST_ATTEMPTS = 30
LONGEST_AGE = timedelta(days=1)  # an alert that is a day old wakes nobody any more
FAILING_AFTER = 3  # attempts at one message, then another channel tells of it

Outcome = Receipt | DeliveryError


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchReport:
    """What became of the deliveries that were due."""

    delivered: int = 0
    retried: int = 0  # will be tried again
    dead: int = 0  # given up


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What goes to a channel at once: one delivery, or those of one batch as one message."""

    channel: str
    message: Message
    deliveries: tuple[Delivery, ...]


def parcels(due: Iterable[Delivery], audience: Audience) -> Iterator[Parcel]:
    """In the order of `due`. A batch never changes its members, and so its event id never means two messages."""
    batches: dict[int, list[Delivery]] = {}
    for delivery in due:
        batches.setdefault(delivery.batch or delivery.id, []).append(delivery)
    for number, members in batches.items():
        message = members[0].message
        if len(members) > 1:
            message = grouped_message([each.message for each in members], f"group:{number}", audience)
        yield Parcel(channel=members[0].channel, message=message, deliveries=tuple(members))


class Dispatcher:
    """`channels` by the name of their configuration; `jitter` adds up to a half to the wait before a retry."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        client: httpx.Client,
        *,
        audience: Audience | None = None,
        directory: Directory | None = None,
        jitter: Random | None = None,
        on_stage: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._channels = channels
        self._client = client
        self._audience = audience or Audience()
        self._directory = directory or Directory()
        self._jitter = jitter
        self._on_stage = on_stage

    def dispatch(self, now: datetime) -> DispatchReport:
        """Send all that is due at `now`, and what that causes. Nothing that a channel raises comes through."""
        counts = Counter[str]()
        down: dict[str, DeliveryError] = {}
        while due := self._store.lease(now, now + LEASE, BATCH):
            for parcel, outcome in self._send_all(parcels(due, self._audience), down):
                if isinstance(outcome, Receipt):
                    self._on_stage("mark")
                for delivery in parcel.deliveries:
                    counts[self._settle(delivery, outcome, now, down)] += 1
        return DispatchReport(**counts)

    def _send_all(self, due: Iterable[Parcel], down: dict[str, DeliveryError]) -> Iterator[tuple[Parcel, Outcome]]:
        """Each parcel with its outcome, as they come; those of one channel one after another.

        A channel that fails in a way that time may mend joins `down`: its other parcels share the outcome untried.
        """
        queues: dict[str, deque[Parcel]] = {}
        for parcel in due:
            queues.setdefault(parcel.channel, deque()).append(parcel)
        running: dict[Future[Receipt], Parcel] = {}
        with ThreadPoolExecutor(max_workers=len(queues)) as threads:
            ready = set(queues)
            while ready or running:
                for channel in sorted(ready):
                    queue = queues[channel]
                    if channel in down:
                        yield from ((parcel, down[channel]) for parcel in queue)
                    elif queue:
                        self._on_stage("send")
                        parcel = queue.popleft()
                        running[threads.submit(self._send, parcel)] = parcel
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                ready = {running[future].channel for future in done}
                for future in done:
                    parcel, outcome = running.pop(future), outcome_of(future)
                    if isinstance(outcome, DeliveryError) and outcome.retry:
                        down[parcel.channel] = outcome
                    yield parcel, outcome

    def _send(self, parcel: Parcel) -> Receipt:
        channel = self._channels.get(parcel.channel)
        if channel is None:
            raise DeliveryError(f"no channel {parcel.channel} is configured", retry=False)
        if who := parcel.deliveries[0].recipient:
            channel = addressed(channel, self._directory.addresses(parcel.channel, who))
        return channel.send(self._client, parcel.message)

    def _settle(self, delivery: Delivery, outcome: Outcome, now: datetime, down: Mapping[str, DeliveryError]) -> str:
        if isinstance(outcome, Receipt):
            self._store.delivered(delivery.id, now, outcome.reference)
            return "delivered"
        attempts = delivery.attempts + 1
        is_over = not outcome.retry or attempts >= MOST_ATTEMPTS or now - delivery.created_at >= LONGEST_AGE
        self._store.failed(delivery.id, now, str(outcome), None if is_over else now + self._wait(attempts, outcome))
        log.warning(
            "%s: attempt %d at %s failed, %s: %s",
            delivery.channel,
            attempts,
            delivery.message.event_id,
            "given up" if is_over else "will be tried again",
            outcome,
        )
        if is_over or attempts >= FAILING_AFTER:
            self._tell_another(delivery.channel, attempts, outcome, now, down)
        return "dead" if is_over else "retried"

    def _wait(self, attempts: int, error: DeliveryError) -> timedelta:
        """Doubled with every attempt, at least what the provider asked for."""
        wait_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** (attempts - 1))
        wait_s *= 1 + (self._jitter.random() / 2 if self._jitter else 0)
        asked_s = min(error.retry_after_s or 0.0, LONGEST_AGE.total_seconds())
        return timedelta(seconds=max(wait_s, asked_s))

    def _tell_another(
        self, failing: str, attempts: int, error: DeliveryError, now: datetime, down: Mapping[str, DeliveryError]
    ) -> None:
        """Tell through a channel that works that this one does not: once a day, by the event id."""
        others = [name for name in self._channels if name != failing]
        other = next((name for name in others if name not in down), None)
        if other is None:
            log.error("%s does not deliver, and there is no other channel to tell of it", failing)
            return
        event_id = f"channel:{failing}:{now:%Y-%m-%d}"
        message = failing_channel_message(
            failing, event_id, self._audience, now=now, error=str(error), attempts=attempts
        )
        notice = NewDelivery(alert=None, channel=other, recipient="", message=message, next_attempt_at=now)
        self._store.enqueue([notice], now)


def outcome_of(future: Future[Receipt]) -> Outcome:
    """What the channel answered. A fault in a channel's own code counts as a failure that may pass."""
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, DeliveryError):
        return error
    return DeliveryError(f"the channel itself failed ({type(error).__name__})", retry=True)
