"""Known vulnerabilities in the run-time packages, strictly: what could not be audited has failed.

    python .ci/audit.py [auditor ...]    by default pip-audit over constraints-hashed.txt

Exit 0 only if every package of constraints-hashed.txt was looked up and none has a known vulnerability.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[1]
HASHED = ROOT / "constraints-hashed.txt"


def refuse(reason: str) -> NoReturn:
    sys.exit(f"could not audit, so this fails: {reason}")


def main(auditor: list[str]) -> None:
    words = auditor or [sys.executable, "-m", "pip_audit"]
    words += ["--strict", "--disable-pip", "--require-hashes", "--format", "json", "--requirement", str(HASHED)]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=600)
    except (OSError, subprocess.TimeoutExpired) as reason:
        refuse(str(reason))
    try:
        looked_up = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        refuse((done.stderr.strip().splitlines() or ["the auditor said nothing"])[-1][:300])
    names = set(re.findall(r"^([\w.-]+)==", HASHED.read_text(encoding="utf-8"), re.M))
    seen = {re.sub(r"[-_.]+", "-", one["name"]).lower() for one in looked_up if "vulns" in one}
    if missing := sorted(names - seen):
        refuse(f"{len(missing)} of {len(names)} packages were not looked up: {', '.join(missing[:5])}")
    found = [f"{one['name']} {one['version']}: {bad['id']}" for one in looked_up for bad in one.get("vulns", [])]
    if found:
        sys.exit("\n".join(["known vulnerabilities:", *found]))
    if done.returncode:
        refuse(f"the auditor left with {done.returncode}")
    print(f"{len(names)} packages looked up, no known vulnerability")


if __name__ == "__main__":
    main(sys.argv[1:])
