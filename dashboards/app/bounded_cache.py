"""What was made once and is kept for the next who asks: the least lately used goes first, by number and by bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any


class Kept:
    """Values by key: at most ``most`` of them and, where ``size`` tells the bytes of a value, ``most_bytes`` in all."""

    def __init__(self, most: int, most_bytes: int = 0, size: Callable[[Any], int] = lambda _: 0) -> None:
        self._most, self._most_bytes, self._size = most, most_bytes, size
        self._values: OrderedDict[Hashable, Any] = OrderedDict()
        self._making: dict[Hashable, Future[Any]] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: Hashable) -> Any:
        """The value of a key, which is then the last to go; None without one."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: Hashable, value: Any) -> None:
        """Keep a value; one alone is kept whatever its size."""
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > 1 and self._is_too_much():
                self._values.popitem(last=False)

    def _is_too_much(self) -> bool:
        return len(self._values) > self._most or sum(map(self._size, self._values.values())) > self._most_bytes

    def once(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """The kept value, or what ``make`` gives; who asks for the same meanwhile waits for it, nobody else does."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
            under_way = self._making.get(key)
            if under_way is None:
                mine = self._making[key] = Future()
        if under_way is not None:
            return under_way.result()
        try:
            value = make()
            self.put(key, value)
            mine.set_result(value)
            return value
        except BaseException as problem:
            mine.set_exception(problem)
            raise
        finally:
            with self._lock:
                del self._making[key]
