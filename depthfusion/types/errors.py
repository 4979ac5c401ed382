"""The two ways in which work ends early that are not the program's fault."""


class InputError(ValueError):
    """The input or the call is at fault; the message is one sentence that says what and what to do.

    The command line turns it into exit code 2, the web app into a warning. Anything else that
    escapes is a defect of the program.
    """


class Cancelled(Exception):
    """The person stopped the work; whatever was under way has left nothing half-done."""
