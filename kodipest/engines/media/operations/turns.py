"""Whose turn it is: each row is given one moment when it is asked for, and the earliest goes first.

So the order is one column and one index, on any database, and nothing starves: a row that is asked
for after that moment never overtakes, whatever it is.
"""

from datetime import datetime, timedelta

from kodipest.engines.media.models import Transcode
from kodipest.engines.media.recipes import PACKS

DAY = timedelta(days=1)
# How long a part lets everything that is asked for later go first. A base waits for its own
# length: short films go before long ones. Additions wait for every base of the next day or two.
PATIENCE = {
    Transcode.Part.BASE: timedelta(0),
    Transcode.Part.HIGH: DAY,
    Transcode.Part.THRIFT: 2 * DAY,
    **dict.fromkeys(PACKS, timedelta(0)),  # small, and somebody waits for them
}
PATIENCE_TO_REMAKE = 3 * DAY
# No row may wait longer than this for its turn: what lies beyond comes of a clock that was wrong.
LONGEST = PATIENCE_TO_REMAKE + max(PATIENCE.values()) + DAY


def turn_of(
    part: str, *, since: datetime, seconds: float, is_hurried: bool = False, is_remake: bool = False
) -> datetime:
    """Return the turn of a part of a film of `seconds`, asked for at `since`.

    `is_hurried`: somebody waits for it, so it is as urgent as a base.
    """
    patience = timedelta(0) if is_hurried else PATIENCE[Transcode.Part(part)]
    if is_remake:
        patience += PATIENCE_TO_REMAKE
    return since + timedelta(seconds=seconds) + patience
