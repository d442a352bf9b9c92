"""Who is told what of an alert: routes and wording joined, one delivery per channel and recipient.

`resolved` goes only to those who got `firing`. What became firing while it was history (a backfill) is told when the
alert is still firing at a recent minute.
"""

from collections.abc import Sequence
from datetime import datetime

from monitor.alerts.messages import firing_message, resolved_message
from monitor.alerts.routes import recipients
from monitor.alerts.types import Alert, Message, State
from monitor.config import Config
from monitor.store.store import NewDelivery, Selection, Store, StoredPost

EXAMPLES = 3


class Teller:
    """Turns an alert's new state into the deliveries it causes."""

    def __init__(self, store: Store, config: Config) -> None:
        self._store = store
        self._config = config

    def tell(self, alert: Alert, state: State, now: datetime) -> list[NewDelivery]:
        """The deliveries of a transition into `state`: firing and resolved are told, other states are not."""
        if state is State.FIRING:
            told = self._store.told(alert.key)
            to = [who for who in recipients(self._config.routes, alert) if who not in told]
        elif state is State.RESOLVED:
            to = sorted(self._store.told(alert.key))
        else:
            return []
        return [self._delivery(alert, state, channel, recipient, now) for channel, recipient in to]

    def tell_late(self, alert: Alert, now: datetime, already: Sequence[NewDelivery]) -> list[NewDelivery]:
        """The firing deliveries of an alert that became firing while that was history."""
        if alert.state not in (State.FIRING, State.RECOVERING) or already or self._store.told(alert.key):
            return []
        return self.tell(alert, State.FIRING, now)

    def _delivery(self, alert: Alert, state: State, channel: str, recipient: str, now: datetime) -> NewDelivery:
        event_id = f"{alert.key}:{state}:{channel}:{recipient}"
        return NewDelivery(
            channel=channel, recipient=recipient, message=self._message(alert, state, event_id), next_attempt_at=now
        )

    def _message(self, alert: Alert, state: State, event_id: str) -> Message:
        raise AssertionError
