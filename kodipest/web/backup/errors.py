"""How a copy says no, to the operator."""


class CopyError(Exception):
    """Carries the sentence for the operator; nothing was written where it matters."""
