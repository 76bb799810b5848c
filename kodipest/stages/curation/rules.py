"""Who may do what in curation."""

import rules

from kodipest.kernel.permissions import let_sign
from kodipest.people.rules import is_curator, is_programme_manager
from kodipest.works.rules import is_author, is_outsider

rules.add_perm("curation.submit_work", is_author)
# A curator of the same house, or one who made it, never judges.
let_sign("curation.decide", is_curator & is_outsider & ~is_author)
rules.add_perm("curation.send_back", is_programme_manager)
