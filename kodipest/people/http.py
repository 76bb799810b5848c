from django.http import HttpRequest

from kodipest.people.models import Person


class PersonRequest(HttpRequest):
    """A request behind `login_required`: `user` is a Person, never anonymous."""

    user: Person  # type: ignore[assignment]
