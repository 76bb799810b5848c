"""Who may do what in coaching."""

from kodipest.kernel.permissions import let_sign
from kodipest.works.rules import is_author, is_coach_of

let_sign("coaching.ask_for_coaching", is_author)
# Nobody vouches for what they made themselves.
let_sign("coaching.coach_work", is_coach_of & ~is_author)
