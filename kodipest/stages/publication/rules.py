"""Who may do what in publication."""

import rules

from kodipest.kernel.permissions import let_sign
from kodipest.people.rules import is_programme_manager
from kodipest.works.rules import leads_the_house

rules.add_perm("publication.open_channel", is_programme_manager)
let_sign("publication.publish_work", is_programme_manager)
# The pesantren may always take its own work back.
rules.add_perm("publication.withdraw_work", is_programme_manager | leads_the_house)
rules.add_perm("publication.ask_for_pack", is_programme_manager | leads_the_house)
