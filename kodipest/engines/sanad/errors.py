"""How the engine says no to its caller; what is wrong with a chain is a finding, not an error."""


class SanadError(Exception):
    """The engine refuses. `code` is stable and for programs; the text is for the operator."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
