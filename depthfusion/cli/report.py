"""What a command made, for a person or as one JSON object."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from depthfusion.cli.terminal import print_json, print_lines, size_of, spoken


class Outcome(Protocol):
    """What the studio gives back."""

    @property
    def paths(self) -> Mapping[str, Path]:
        """What was written."""

    @property
    def seconds(self) -> Mapping[str, float]:
        """Stage → wall time."""

    def as_json(self) -> dict[str, Any]:
        """Give everything as JSON values."""


def report(outcome: Outcome, json: bool) -> None:
    """Print an outcome: the paths first, then what a person should know about them."""
    if json:
        print_json(outcome.as_json())
    else:
        print_lines(list(in_words(outcome)))


def report_each(outcomes: Sequence[Outcome], json: bool) -> None:
    """Print several outcomes, as one JSON object or one after the other."""
    if json:
        print_json({"variations": [outcome.as_json() for outcome in outcomes]})
        return
    for number, outcome in enumerate(outcomes):
        print_lines([*([""] if number else []), *in_words(outcome)])


def in_words(outcome: Outcome) -> Iterator[str]:
    """Put an outcome into lines."""
    said = outcome.as_json()
    for name, path in outcome.paths.items():
        size = f"  {size_of(path.stat().st_size)}" if path.is_file() else ""
        yield f"{name:<10} {path}{size}"
    for option, reason in said["chosen"].items():
        yield f"{option:<10} {reason}"
    for name, value in said["facts"].items():
        if name not in said["chosen"]:
            yield from fact(name, value)
    for note in said["notes"]:
        yield f"note: {note}"
    yield f"{'time':<10} {spoken(sum(outcome.seconds.values()))}"


def fact(name: str, value: Any) -> Iterator[str]:
    """Put one fact into a line; none where there is nothing to say."""
    words = written(value)
    if words:
        yield f"{name.replace('_', ' '):<10} {words}"


def written(value: Any) -> str:
    """Put a JSON value the way a person reads it."""
    if isinstance(value, Mapping):
        inner = ((name.replace("_", " "), written(content)) for name, content in value.items())
        return ", ".join(f"{name} {words}" for name, words in inner if words)
    if isinstance(value, list):
        # Whole records, like one for each frame, are for `--json`.
        return ", ".join(written(item) for item in value if not isinstance(item, Mapping))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    return "" if value is None else str(value)
