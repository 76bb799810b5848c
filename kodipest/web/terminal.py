"""How the command line of a site speaks before any catalogue is compiled. Imports no Django."""

import sys


def both(indonesian: str, english: str) -> str:
    """Say it in Indonesian with the English beneath, dimmed where the screen can."""
    dim, plain = ("\x1b[2m", "\x1b[0m") if sys.stdout.isatty() else ("", "")
    return f"{indonesian}\n{dim}{english}{plain}"
