"""What several tests of these pages use."""

from kodipest.stages.publication.models import Edition
from kodipest.works.models import Work
from kodipest.works.operations import change_text, start_work
from tests.factories.stages import published
from tests.factories.works import asset


def brought_out(people, kind: str, file: str, *, files: int = 1, **texts: str) -> Edition:
    """Bring a work of `kind` out whose main files are of the kind `file`."""
    work = start_work(
        kind=Work.Kind(kind), title=f"My {kind}", organisation=people.house, by=people.aisyah
    )
    change_text(work=work, by=people.aisyah, title=f"My {kind}", **texts)
    for position in range(files):
        asset(work.newest_revision, file, position=position)
    return published(people, work)


def path_of(edition: Edition) -> str:
    return f"/karya/{edition.work.slug}/"
