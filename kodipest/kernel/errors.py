"""How the house says no."""

from django.core.exceptions import ValidationError


class Refusal(ValidationError):
    """A rule of the house said no. The message is for the person; `code` is for the program.

    Like its parent it may hold a list of refusals, each with its own code. `codes` gives them flat.
    """

    @property
    def codes(self) -> list[str]:
        """List the codes in the order in which the refusals were found."""
        return [str(error.code) for error in self.error_list]
