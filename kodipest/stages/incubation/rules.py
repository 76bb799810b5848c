"""Who may do what in incubation."""

import rules

from kodipest.people.rules import is_programme_manager
from kodipest.works.rules import is_author

rules.add_perm("incubation.enter_incubation", is_author)
rules.add_perm("incubation.send_back", is_programme_manager)
