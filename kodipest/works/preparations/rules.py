"""Who looks after the preparation of files: the operator of a house after its own, the programme after all."""

import rules

from kodipest.engines.media.models import Transcode
from kodipest.people.models import Person, Role
from kodipest.people.queries import organisations_of
from kodipest.people.rules import has_role, is_programme_manager
from kodipest.works.models import Asset


@rules.predicate
def runs_a_house(person: Person) -> bool:
    """Hold for an operator of any pesantren."""
    return has_role(person, Role.OPERATOR)


@rules.predicate
def runs_house_of_file(person: Person, transcode: Transcode | None) -> bool:
    """Hold for an operator of a pesantren that has a work with this very file."""
    if transcode is None:
        return False
    houses = organisations_of(person, Role.OPERATOR)
    theirs = Asset.objects.filter(revision__work__organisation__in=houses)
    keys = [transcode.pk, transcode.base_id, transcode.replaces_id]
    return theirs.filter(transcode__in=[key for key in keys if key]).exists()


rules.add_perm("works.see_preparations", is_programme_manager | runs_a_house)
rules.add_perm("works.run_preparation", is_programme_manager | runs_house_of_file)
