"""Try something that may crash in a process of its own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from depthfusion.types.errors import InputError


class ProbeError(InputError):
    """What was tried does not work here; the message says why."""


def probe(code: str, timeout: float = 90.0, **environment: str) -> Mapping[str, Any]:
    """Run `code` in a fresh Python; it prints one JSON object as its last line.

    Parameters
    ----------
    code : a Python program.
    timeout : seconds.
    environment : variables set for it.

    Raises
    ------
    ProbeError
        It failed, crashed or hung.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            env={**os.environ, **environment},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ProbeError(f"no answer within {timeout:.0f} s") from None
    if done.returncode < 0:
        raise ProbeError(f"crashed ({signal.Signals(-done.returncode).name})")
    if done.returncode > 0:
        lines = done.stderr.strip().splitlines() or ["no reason given"]
        raise ProbeError(lines[-1].strip())
    answer: Mapping[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer
