"""How the house says no."""

from django.core.exceptions import ValidationError


class Refusal(ValidationError):
    """A rule of the house said no. The message is for the person; `code` is for the program.

    Like its parent it may hold a list of refusals, each with its own code, or lists of them by the
    field of a form. `codes` gives them flat.
    """

    @property
    def codes(self) -> list[str]:
        """List the codes in the order in which the refusals were found."""
        if hasattr(self, "error_dict"):
            return [str(error.code) for errors in self.error_dict.values() for error in errors]
        return [str(error.code) for error in self.error_list]
