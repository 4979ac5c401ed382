"""The app as a process: it says where it is, answers, and ends when told to."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SERVE = "from app import ServeOptions, serve; serve(ServeOptions(port=0))"


def test_it_announces_itself_answers_and_ends(tmp_path: Path) -> None:
    environment = {**os.environ, "DEPTHFUSION_HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", SERVE], stderr=subprocess.PIPE, text=True, cwd=ROOT, env=environment
    ) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert address, line
        with urllib.request.urlopen(address[0], timeout=30) as page:
            assert b"DepthFusion" in page.read()
        # A page that stays open, as a browser's does.
        waiting = urllib.request.urlopen(f"{address[0]}/gradio_api/heartbeat/test", timeout=30)
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        process.wait(20)
        waiting.close()
    assert "ASGI" not in rest
    assert list(tmp_path.glob("depthfusion-uploads-*")) == []
