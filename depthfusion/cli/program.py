"""The one program behind every command: finds it, runs it, turns how it ends into an exit code."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup
from typer.main import get_command

from depthfusion.cli.failures import DONE, INTERRUPTED, explained
from depthfusion.cli.interrupts import Interrupts
from depthfusion.cli.terminal import complain, note, reader_left
from depthfusion.cli.web import start_web_app

# Modules are imported one at a time, when called for: `--help` reads this table and nothing else.
COMMANDS = {
    "create": ("create", "Make a scene from words."),
    "import": ("import_photo", "Make a scene from a photo, with a depth file or without."),
    "recognise": ("recognise", "Say what a photo is and what import would assume about it."),
    "reshape": ("reshape", "Give a scene other distances: near and far, or the camera's height."),
    "paint": ("paint", "Set the depth of a region by hand, or undo that."),
    "render": ("render", "Draw every frame of a camera file."),
    "stereo": ("stereo", "Draw a picture for two eyes."),
    "video": ("video", "Film a move through a scene."),
    "export": ("export", "Write a scene for other programs; the extension says how."),
    "list": ("list_scenes", "List the scenes of a folder."),
    "show": ("show", "Say what a scene holds and how it was made."),
    "models": ("models", "List models, fetch one, or say where one lies."),
    "eval": ("evaluate", "Score depth against truth, or how a panorama closes."),
    "doctor": ("doctor", "Say what this machine has, and how to get what it lacks."),
    "test": ("run_tests", "Run the tests; what follows goes to pytest."),
    "bench": ("bench", "List the benchmarks, or run one."),
}


class Commands(TyperGroup):
    """The table above, as a group that imports a command's module when it is called."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Give the names in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import the module of `cmd_name` and give its command; `None` where there is none."""
        if cmd_name not in COMMANDS:
            return None
        module, summary = COMMANDS[cmd_name]
        found = import_module(f"depthfusion.cli.{module}")
        alone = typer.Typer(rich_markup_mode=None, add_completion=False)
        settings = getattr(found, "SETTINGS", None)
        alone.command(cmd_name, help=summary, context_settings=settings)(found.command)
        return get_command(alone)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the table into `--help`."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


def program() -> Any:
    """Build the root command, which without a sub-command starts the web app."""
    root = typer.Typer(
        cls=Commands,
        invoke_without_command=True,
        rich_markup_mode=None,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    root.callback(
        help="From a prompt or a 360° photo to a place you can stand in. "
        "Without a command: the web app."
    )(start_web_app)
    return get_command(root)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and end the process with the exit code of DESIGN.md, section 5."""
    Interrupts().install()
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """Run one command: 0 done, 2 the call's or input's fault, 1 the program's, 130 interrupted."""
    name = "launch.py" if Path(sys.argv[0]).name == "launch.py" else "depthfusion"
    try:
        command = program()
        with command.make_context(name, list(arguments)) as context:
            command.invoke(context)
    except typer.Exit as leaving:
        return leaving.exit_code
    except KeyboardInterrupt:
        note("interrupted; nothing was left half-done")
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last that can tell the person
        if os.environ.get("DEPTHFUSION_DEBUG"):
            import traceback

            traceback.print_exception(error)
        if isinstance(error, BrokenPipeError) and reader_left():
            return DONE
        sentence, code = explained(error)
        complain(sentence)
        return code
    return DONE
