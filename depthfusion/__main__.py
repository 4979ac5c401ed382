"""`python -m depthfusion` is the same program as `depthfusion`."""

from depthfusion.cli import main

main()
