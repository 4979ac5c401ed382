"""The command line: `python launch.py CMD …` and the installed `depthfusion CMD …`."""

from depthfusion.cli.program import main

__all__ = ["main"]
