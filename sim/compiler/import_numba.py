"""Import numba, the compiler of the model; where it cannot be, say why and what helps in one sentence.

Modules of Parley take ``numba`` from here, so that no other import meets its traceback.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib import metadata

from sim.errors import ParleyError

__all__ = ["numba"]


def refusal(problem: Exception) -> ParleyError:
    """Return what to say where ``import numba`` ended in ``problem``."""
    if isinstance(problem, ModuleNotFoundError) and problem.name == "numba":
        return ParleyError("expected the package numba, which compiles the model, got none: pip install numba")
    reason = " ".join(str(problem).split()) or type(problem).__name__
    if "NumPy" in reason and " Got " in reason:
        limit = reason.partition(". Got ")[0]
        return ParleyError(
            f"expected a NumPy that {_installed('numba')} takes, got {_installed('numpy')} "
            f"({limit}): pip install --upgrade numba brings a pair that fits"
        )
    return ParleyError(
        f"expected the package numba, which compiles the model, got {_installed('numba')}, which cannot be imported "
        f"({reason.rstrip('.')}): pip install --force-reinstall numba"
    )


def _installed(package: str) -> str:
    with suppress(metadata.PackageNotFoundError):
        return f"{package} {metadata.version(package)}"
    return package


def _ignore_settings_of_the_folder() -> None:
    """Forget a ``.numba_config.yaml`` in the working folder: it may name a folder to load code from (SECURITY.md)."""
    with suppress(AttributeError):
        numba.core.config._config_fname = os.devnull
        numba.core.config.reload_config()


_is_imported_by_others = "numba" in sys.modules
try:
    import numba
except (ImportError, AttributeError, OSError, SystemError) as problem:  # what extensions of other versions end in
    raise refusal(problem) from None
if not _is_imported_by_others:
    _ignore_settings_of_the_folder()
