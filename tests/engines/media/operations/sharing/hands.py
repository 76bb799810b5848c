"""What several tests of these verbs use."""

from kodipest.engines.media import splicing, storage
from kodipest.engines.media.models import Section
from kodipest.engines.media.operations import claim_section_to_help, make_section
from tests.engines.media import played

State = Section.State


def help_with_section(**whose):
    """Claim and make, as a lane does."""
    row = claim_section_to_help(**whose)
    return row is not None and make_section(row)


def states(film):
    return [row.state for row in film.sections.order_by("number")]


def folders():
    return {path.name for path in storage.renditions().iterdir()}


def frames(film):
    whole = played.rendition(storage.rendition_path(film.folder), "120p").whole
    try:
        return len(played.picture(whole).times)
    finally:
        whole.unlink()


def note_run(made):
    run = splicing.Making.run

    def note(making, *words):
        made.append(making.section.number)
        return run(making, *words)

    return note


def fail(times, error, monkeypatch, number=1):
    """Let section `number` fail; return the list of all that are made."""
    made, left = [], [times]
    run = splicing.Making.run

    def clumsy(making, *words):
        made.append(making.section.number)
        if making.section.number == number and left[0]:
            left[0] -= 1
            raise error
        return run(making, *words)

    monkeypatch.setattr(splicing.Making, "run", clumsy)
    return made
