#!/usr/bin/env python3
"""DepthFusion: from a prompt or a 360° photo to a place you can stand in.

  python3 launch.py                                    the web app
  python3 launch.py create "a misty pine forest at dawn" --out forest
  python3 launch.py doctor                             what this machine has and lacks
  python3 launch.py test                               set up the test tools, run the tests

The first command sets up .venv beside this file from requirements.txt, once, without root; started
inside an environment that has the requirements, it uses that one. After that, --help tells more.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - an older one reads as far as here and is told
    sys.exit(f"DepthFusion needs Python 3.11 or newer; this is {sys.version.split()[0]}.")

import contextlib
import hashlib
import importlib.util
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
MARKER = VENV / "depthfusion.json"
LOG = VENV / "setup.log"
LOCK = VENV / "setup.lock"
BASE = ROOT / "requirements.txt"
TESTS = ROOT / "tests" / "requirements.txt"
CPU_WHEELS = "https://download.pytorch.org/whl/cpu"


def main() -> None:
    """Find or make an environment that has the requirements, and run the command line in it."""
    arguments = sys.argv[1:]
    needed = [BASE, TESTS] if arguments[:1] == ["test"] else [BASE]
    inside = Path(sys.prefix) == VENV
    if (inside and is_ready(needed)) or (not inside and has_requirements(needed, sys.path)):
        from depthfusion.cli import main as command_line

        command_line()
        return
    if not is_ready(needed):
        if {"-h", "--help"} & set(arguments):
            print(str(__doc__).strip())
            return
        set_up(needed)
    enter(arguments)


def enter(arguments: Sequence[str]) -> NoReturn:
    """Go on in the environment's own Python, as this same process where the system can."""
    command = [str(PYTHON), str(ROOT / "launch.py"), *arguments]
    if os.name == "nt":
        sys.exit(subprocess.call(command))
    os.execv(command[0], command)


# --- Is it there? A few reads of small files, so that every start but the first is quick.


def is_ready(needed: Sequence[Path]) -> bool:
    """Whether .venv was finished for exactly these requirements and this Python."""
    installed = read_marker()
    return PYTHON.exists() and all(installed.get(key(path)) == fingerprint(path) for path in needed)


def key(requirements: Path) -> str:
    """What the marker calls a list."""
    return requirements.relative_to(ROOT).as_posix()


def read_marker() -> dict[str, Any]:
    """What is installed; empty where nobody finished or began it."""
    try:
        found = json.loads(MARKER.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_marker(content: dict[str, Any]) -> None:
    """Replace the marker in one step."""
    fresh = MARKER.with_suffix(".new")
    fresh.write_text(json.dumps(content), "utf-8")
    fresh.replace(MARKER)


def fingerprint(requirements: Path) -> str:
    """What the environment depends on: the list, and the Python that .venv points to."""
    content = os.path.realpath(PYTHON).encode() + b"\0" + requirements.read_bytes()
    return hashlib.sha256(content).hexdigest()


def has_requirements(needed: Sequence[Path], path: Sequence[str]) -> bool:
    """Whether every distribution named is on `path` in a version that was asked for."""
    return all(is_met(line, path) for file in needed for line in requirement_lines(file))


def requirement_lines(file: Path) -> list[str]:
    """The requirements without comments and without those meant for another Python."""
    lines = (line.partition("#")[0].strip() for line in file.read_text("utf-8").splitlines())
    return [line.partition(";")[0].strip() for line in lines if line and is_meant(line)]


def is_meant(line: str) -> bool:
    """Whether a `; python_version < "3.14"` (the one marker in use) lets this Python have it."""
    limit = re.search(r";\s*python_version\s*<\s*['\"]3\.(\d+)['\"]", line)
    return limit is None or sys.version_info[:2] < (3, int(limit[1]))


def is_met(requirement: str, path: Sequence[str]) -> bool:
    """Whether `requirement`, like `numpy>=2.2,<3`, is installed on `path`."""
    import importlib.metadata

    parts = re.fullmatch(r"([\w.-]+)(?:\[[^\]]*\])?\s*(.*)", requirement)
    if parts is None:
        return False
    name, rules = parts.groups()
    found = next(iter(importlib.metadata.distributions(name=name, path=list(path))), None)
    if found is None:
        return False
    return all(allows(rule.strip(), found.version) for rule in rules.split(",") if rule.strip())


def allows(rule: str, version: str) -> bool:
    """Whether `version` obeys one rule like `>=2.2`; a rule not known here is left to pip."""
    parts = re.fullmatch(r"(==|>=|<=|<|>|~=|!=)\s*([\d.]+)", rule)
    if parts is None:
        return False
    wanted, have = release(parts[2]), release(version)
    return {
        "==": have == wanted,
        "!=": have != wanted,
        ">=": have >= wanted,
        "<=": have <= wanted,
        ">": have > wanted,
        "<": have < wanted,
        "~=": have >= wanted and have[: parts[2].count(".")] == wanted[: parts[2].count(".")],
    }[parts[1]]


def release(version: str) -> tuple[int, ...]:
    """The numbers of a version, five of them, so that 1.0 equals 1.0.0 and 2.13.0+cpu 2.13.0."""
    match = re.match(r"\d+(?:\.\d+)*", version)
    numbers = [int(part) for part in match[0].split(".")] if match else []
    return tuple((numbers + [0] * 5)[:5])


# --- Set it up. The marker is written last; whatever was interrupted is taken up again.


class SetUpError(Exception):
    """Why the environment cannot be set up, in one sentence."""


def set_up(needed: Sequence[Path]) -> None:
    """Make .venv hold what is needed, or end the program with one sentence that says why not."""
    # A termination cleans up as Ctrl-C does.
    previous = signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        VENV.mkdir(exist_ok=True)
        with lock(LOCK) as held:
            if not is_ready(needed):
                install(needed, held)
    except KeyboardInterrupt:
        say("stopped; the same command takes it up again")
        sys.exit(130)
    except SetUpError as error:
        say(f"cannot set up: {error}")
        sys.exit(1)
    except OSError as error:
        say(f"cannot set up: {error.strerror or error} ({error.filename or VENV})")
        sys.exit(1)
    signal.signal(signal.SIGTERM, previous)


@contextlib.contextmanager
def lock(path: Path) -> Iterator[int]:
    """Hold `path` against other processes; gives the descriptor that holds it."""
    with open(path, "w") as file:
        if os.name != "nt":
            import fcntl

            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("another process is setting up; waiting for it")
                fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


def install(needed: Sequence[Path], held: int) -> None:
    """Create the environment where there is none, and install what it lacks."""
    began = time.monotonic()
    before = read_marker()
    broken_off = before.pop("state", None) == "installing"
    sites = site_packages()
    if not broken_off and has_requirements(needed, sites) and runs("-c", ""):
        say(f"{VENV} has all that is needed")
    else:
        say(f"setting up {VENV}; this happens once")
        write_marker({"state": "installing"})
        if broken_off:
            say("an earlier set-up was interrupted; taking it up again")
            drop_half_installed(sites)
        make_environment()
        pip_install(needed, held)
        say(f"ready after {time.monotonic() - began:.0f} s")
    write_marker(before | {key(path): fingerprint(path) for path in needed})


def site_packages() -> list[str]:
    """Where .venv keeps packages for the Python it points to."""
    lib = VENV / "Lib" if os.name == "nt" else VENV / "lib"
    pattern = "site-packages" if os.name == "nt" else "python3.*/site-packages"
    return [str(found) for found in lib.glob(pattern)]


def drop_half_installed(sites: Sequence[str]) -> None:
    """Forget distributions of which a file is missing, so that pip installs them afresh.

    pip writes INSTALLER after all files; RECORD lists them.
    """
    import shutil

    for site in map(Path, sites):
        for info in site.glob("*.dist-info"):
            record, installer = info / "RECORD", info / "INSTALLER"
            whole = installer.exists() and record.exists()
            listed = record.read_text("utf-8").splitlines() if whole else []
            names = (line.rsplit(",", 2)[0].strip('"') for line in listed)
            if not whole or not all((site / name).exists() for name in names if name):
                shutil.rmtree(info)


def make_environment() -> None:
    """Create .venv with a pip that works, or mend it."""
    if runs("-m", "pip", "--version") or runs("-m", "ensurepip"):
        return
    say(f"creating the environment with Python {sys.version.split()[0]}")
    clear_environment()
    has_ensurepip = importlib.util.find_spec("ensurepip") is not None
    options = [] if has_ensurepip else ["--without-pip"]
    made = call([base_python(), "-m", "venv", *options, str(VENV)])
    if made == 0 and not has_ensurepip:
        fetch_pip()
    if not runs("-m", "pip", "--version"):
        major, minor = sys.version_info[:2]
        raise SetUpError(
            "this Python has no working venv module: install it with "
            f"`sudo apt install python{major}.{minor}-venv`, then run the same command again"
        )


def clear_environment() -> None:
    """Remove an environment that does not run, but for what guards this set-up."""
    import shutil

    for item in VENV.iterdir():
        if item.is_dir() and not item.is_symlink():
            shutil.rmtree(item)
        elif item not in (LOCK, MARKER):
            item.unlink()


def base_python() -> str:
    """The Python outside any environment, so that .venv does not stand on a passing one."""
    return getattr(sys, "_base_executable", "") or sys.executable


def fetch_pip() -> None:
    """Get pip from PyPI where Debian left it out of Python; silent where there is no network."""
    import urllib.parse
    import urllib.request

    say("this Python comes without pip; fetching it from pypi.org")
    wheel = VENV / "pip.whl"
    with contextlib.suppress(OSError, ValueError, LookupError):
        with urllib.request.urlopen("https://pypi.org/pypi/pip/json", timeout=30) as reply:
            files, here = json.load(reply)["urls"], reply.url
        entry = next(file for file in files if file["packagetype"] == "bdist_wheel")
        with urllib.request.urlopen(urllib.parse.urljoin(here, entry["url"]), timeout=60) as reply:
            content = reply.read()
        if hashlib.sha256(content).hexdigest() == entry["digests"]["sha256"]:
            wheel = VENV / entry["filename"]
            wheel.write_bytes(content)
            call([str(PYTHON), f"{wheel}/pip", "install", "--no-index", str(wheel)])
    wheel.unlink(missing_ok=True)


def pip_install(needed: Sequence[Path], held: int) -> None:
    """Run pip over the lists, one line for each download of size; its own words go to a log."""
    command = [str(PYTHON), "-m", "pip", "install", "--no-input", "--progress-bar=off"]
    command += ["--disable-pip-version-check", "--retries=3", *torch_source()]
    for path in needed:
        command += ["-r", str(path)]
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    streams |= {"text": True, "encoding": "utf-8", "errors": "replace"}
    if os.name != "nt":
        # pip inherits the lock: should this process be killed alone, no second pip joins it.
        streams["pass_fds"] = (held,)
    with open(LOG, "w", encoding="utf-8") as log, contextlib.ExitStack() as ending:
        with signals_held():
            pip = subprocess.Popen(command, **streams)
            ending.callback(end, pip)
        follow(pip.stdout or (), log)
        pip.wait()
    if pip.returncode != 0:
        raise SetUpError(diagnosis(LOG.read_text("utf-8")))


@contextlib.contextmanager
def signals_held() -> Iterator[None]:
    """Let a stop wait until the body is done: a process just started must not go unnoticed."""
    came: list[int] = []
    numbers = (signal.SIGINT, signal.SIGTERM)
    previous = [signal.signal(number, lambda got, _: came.append(got)) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, previous, strict=True):
            signal.signal(number, handler)
    if came:
        raise KeyboardInterrupt


def end(process: subprocess.Popen[Any]) -> None:
    """See to it that a process is over, so that it holds the lock no longer."""
    process.terminate()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def follow(output: Iterable[str], log: IO[str]) -> None:
    """Copy pip's output to the log and tell its milestones."""
    with clock() as now:
        for line in output:
            log.write(line)
            log.flush()
            fetched = re.search(r"(Downloading|Using cached|Processing) (\S+)(?: \((.*)\))?", line)
            if fetched:
                name = re.split(r"-\d", fetched[2].rsplit("/", 1)[-1])[0]
                size = fetched[3] or ""
                now(f"{fetched[1].lower()} {name} {size}".rstrip(), large=size.endswith(" MB"))
            elif line.startswith("Installing collected packages"):
                now(f"unpacking packages, {line.count(',') + 1} in all", large=True)


@contextlib.contextmanager
def clock() -> Iterator[Any]:
    """Show on a terminal what is under way and for how long; elsewhere only the large steps."""
    import threading

    live = sys.stderr.isatty()
    done = threading.Event()
    current, since = "looking up packages", time.monotonic()

    def tell(step: str, large: bool) -> None:
        nonlocal current, since
        current, since = step, time.monotonic()
        if large:
            say(step)

    def tick() -> None:
        while not done.wait(1.0):
            seconds = time.monotonic() - since
            print(f"\r\033[K  {current}, {seconds:.0f} s", end="", file=sys.stderr, flush=True)

    ticking = threading.Thread(target=tick, daemon=True)
    if live:
        ticking.start()
    try:
        yield tell
    finally:
        done.set()
        if live:
            ticking.join()
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def torch_source() -> list[str]:
    """Where a Linux PC has no NVIDIA card: PyTorch's own CPU wheels, 0.2 GB instead of 3."""
    import platform
    import urllib.request

    has_card = any(map(os.path.exists, ("/dev/nvidiactl", "/proc/driver/nvidia", "/dev/dxg")))
    pc = (platform.system(), platform.machine()) == ("Linux", "x86_64")
    if has_card or not pc or "PIP_NO_INDEX" in os.environ:
        return []
    try:
        with urllib.request.urlopen(f"{CPU_WHEELS}/torch/", timeout=5):
            say("no NVIDIA card here: taking the CPU build of torch")
            return [f"--extra-index-url={CPU_WHEELS}"]
    except (OSError, ValueError):
        return []


def diagnosis(log: str) -> str:
    """The one sentence that pip's log comes to."""
    again = "then run the same command again; it goes on where it stopped"
    if re.search(r"No space left on device|Errno 28", log):
        return f"the disk is full: make room (the packages take about 3 GB), {again}"
    if re.search(
        r"Failed to establish|name resolution|to resolve|unreachable|timed out|ProxyError", log
    ):
        return f"the package index cannot be reached: connect to the network, {again}"
    errors = [line[6:].strip() for line in log.splitlines() if line.startswith("ERROR:")]
    return f"pip says: {errors[-1] if errors else 'nothing'} (all of it in {LOG})"


def runs(*arguments: str) -> bool:
    """Whether .venv's Python runs, and these arguments with it."""
    return PYTHON.exists() and call([str(PYTHON), *arguments]) == 0


def call(command: Sequence[str]) -> int:
    """Run a command unheard; its exit code."""
    return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def say(step: str) -> None:
    """Tell one step on stderr; stdout belongs to the command."""
    start = "\r\033[K" if sys.stderr.isatty() else ""
    print(f"{start}launch.py: {step}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
