"""How a worker process keeps its memory between the columns of a block, and how a server hands its own back."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress
from functools import cache

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""As in glibc's malloc.h."""


@cache
def keep_freed_memory() -> None:
    """Tell glibc, in this process and once, to keep what is freed for the next column rather than hand it back.

    A block frees and fetches columns by the ten thousand; each that is fetched anew is paid for page by page: a
    twentieth of a block's time by glibc's own rules, two fifths by those of Dask's nanny (``MALLOC_TRIM_THRESHOLD_``).
    The peak is the same. Setting one threshold switches off that glibc adapts the other, so both are set. Only for
    processes that are there to simulate: it is not ours to set in anybody else's.
    """
    _set({M_MMAP_THRESHOLD: 32 << 20, M_TRIM_THRESHOLD: 1 << 30})


@cache
def hand_back_freed_memory() -> None:
    """Tell glibc, in this process and once, to give columns back to the system as soon as they are freed.

    A server of many threads has as many heaps, each grown to the most that its thread ever needed and holed by what is
    kept: 14 MB more each minute of use, with the same objects in it. Before it has threads; for processes that serve.
    """
    _set({M_ARENA_MAX: 2, M_MMAP_THRESHOLD: 64 << 10, M_TRIM_THRESHOLD: 128 << 10})


def _set(options: dict[int, int]) -> None:
    if sys.platform == "linux":
        with suppress(AttributeError, OSError):  # another C library
            set_option = ctypes.CDLL(None).mallopt
            for option, value in options.items():
                set_option(option, value)
