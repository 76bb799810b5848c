"""Who may do what in coaching."""

import rules

from kodipest.works.rules import is_author, is_coach_of

rules.add_perm("coaching.ask_for_coaching", is_author)
# Nobody vouches for what they made themselves.
rules.add_perm("coaching.coach_work", is_coach_of & ~is_author)
