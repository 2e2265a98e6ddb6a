"""How a worker process keeps its memory between the columns of a block."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress
from functools import cache

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""As in glibc's malloc.h."""


@cache
def keep_freed_memory() -> None:
    """Tell glibc, in this process and once, to keep what is freed for the next column rather than hand it back.

    A block frees and fetches columns by the ten thousand; each that is fetched anew is paid for page by page: a
    twentieth of a block's time by glibc's own rules, two fifths by those of Dask's nanny (``MALLOC_TRIM_THRESHOLD_``).
    The peak is the same. Setting one threshold switches off that glibc adapts the other, so both are set. Only for
    processes that are there to simulate: it is not ours to set in anybody else's.
    """
    if sys.platform == "linux":
        with suppress(AttributeError, OSError):  # another C library
            set_option = ctypes.CDLL(None).mallopt
            set_option(M_MMAP_THRESHOLD, 32 << 20)
            set_option(M_TRIM_THRESHOLD, 1 << 30)
