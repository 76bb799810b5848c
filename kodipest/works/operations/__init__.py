"""Verbs about works; the only writers of this app."""

from kodipest.works.operations.files import (
    MOST_PAGES,
    attach_arrival,
    attach_file,
    refuse_wrong_kind,
    remove_file,
    require_place,
    target_of,
    try_file_again,
)
from kodipest.works.operations.versions import (
    begin_revision,
    change_text,
    credit_person,
    end_addresses_of,
    lock,
    move_work,
    newest_as_read,
    open_revision,
    remove_credit,
    seal_revision,
    slug_of,
    start_work,
)

__all__ = [
    "MOST_PAGES",
    "attach_arrival",
    "attach_file",
    "begin_revision",
    "change_text",
    "credit_person",
    "end_addresses_of",
    "lock",
    "move_work",
    "newest_as_read",
    "open_revision",
    "refuse_wrong_kind",
    "remove_credit",
    "remove_file",
    "require_place",
    "seal_revision",
    "slug_of",
    "start_work",
    "target_of",
    "try_file_again",
]
