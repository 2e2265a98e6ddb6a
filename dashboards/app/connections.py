"""Connections that must ask in time and make room for others, so that one page's cannot keep those of all others out.

A slow request is not read for ever, an idle connection is closed, and where there are too many the oldest that waits
for its own browser goes first: whoever asks at once is answered.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from waitress.channel import HTTPChannel

ASKING_SECONDS = 10.0
"""From the first byte of a request to its last, or from the start of a connection to its first byte."""
IDLE_SECONDS = 60.0
"""Between two requests on one connection."""
MOST_CONNECTIONS = 64
"""Connections that are kept; a browser opens six."""


class Connection(HTTPChannel):  # type: ignore[misc]
    """A connection of the server, with an end to its patience."""

    def __init__(self, server: Any, *arguments: Any, **options: Any) -> None:
        super().__init__(server, *arguments, **options)
        self.asking_since = self.creation_time
        self.has_asked = False
        make_room(server.active_channels, self)

    def received(self, data: bytes) -> bool:
        if self.request is None:
            self.asking_since = time.time()
        has_more: bool = super().received(data)
        self.has_asked |= bool(self.requests)
        return has_more

    def readable(self) -> bool:
        """Asked by the server's loop, at least every second: the place to look at the clock."""
        if self.is_waiting and self.is_late(time.time()):
            self.will_close = True
        found: bool = super().readable()
        return found

    @property
    def is_waiting(self) -> bool:
        """Nothing has to be answered: the turn is the browser's."""
        return not self.requests and not self.total_outbufs_len

    def is_late(self, now: float) -> bool:
        if self.request is None and self.has_asked:
            return bool(now - self.last_activity > IDLE_SECONDS)
        return bool(now - self.asking_since > ASKING_SECONDS)


def make_room(channels: dict[int, Connection], newest: Connection) -> None:
    """Close the connection that has waited longest for its browser, where there are too many."""
    if len(channels) <= MOST_CONNECTIONS:
        return
    waiting = [one for one in channels.values() if one is not newest and not one.requests]
    if waiting:
        min(waiting, key=lambda one: one.asking_since).handle_close()


class Gate:
    """Lets so many requests in at a time, and so many a second: what is over gets a cheap answer at once.

    ``rate`` tokens come each second, up to ``burst``; a request takes as many as it costs.
    """

    def __init__(self, at_once: int, rate: float, burst: float) -> None:
        self.at_once, self.rate, self.burst = at_once, rate, burst
        self._inside, self._tokens, self._seen = 0, burst, time.monotonic()
        self._lock = threading.Lock()

    def enter(self, cost: float = 1.0) -> bool:
        """Whether there is room; whoever was let in has to ``leave``."""
        with self._lock:
            now = time.monotonic()
            self._tokens = min(self.burst, self._tokens + (now - self._seen) * self.rate)
            self._seen = now
            if self._inside >= self.at_once or self._tokens < cost:
                return False
            self._tokens -= cost
            self._inside += 1
            return True

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
