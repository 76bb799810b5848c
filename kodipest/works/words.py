"""What works say to people when a rule says no: what happened, what was kept, what to do."""

from django.utils.translation import gettext_lazy as _

NEEDS_TITLE = _("Give the work a title first.")
NEEDS_TEXT = _("Write the text first; what you have written so far is kept.")
NEEDS_FILE = _("Upload the file first.")
FILE_FAILED = _("One file could not be prepared. Remove it and upload it again.")
FILE_CALLED_OFF = _(
    "The preparation of one file was called off. Press “Try again” beside it, or remove it."
)
FILE_NOT_READY = _("The file is still being prepared. Wait until it can be played, then try again.")
WRONG_STEP = _("A work in %(here)s cannot move to %(there)s.")
NEWER_VERSION = _(
    "Another version has come in since you opened this page. Look at it first; nothing was done."
)
MOVED_MEANWHILE = _("Someone has just moved this work. Look at it again; nothing was lost.")
SEALED = _("This version was handed on and no longer changes. Start a new version first.")
NO_FAST_MOTION = _("This file has no fast motion to keep. Nothing was changed.")
OPEN_ALREADY = _("A new version is open already; go on with it.")
LAST_AUTHOR = _("A work has at least one author. Name somebody else first; nothing was changed.")
NOT_AT_DESK = _("The work is with others now. Wait until it comes back, then start a new version.")
WRONG_KIND = _("This work needs %(wanted)s; the file is %(found)s. Nothing was changed.")
NO_FILES = _("An article has a cover at most; write its text instead.")
TOO_MANY = _("Not more than %(limit)s pages fit into one comic.")
NO_CAPTIONS = _("Only films and sounds have subtitles. Nothing was changed.")
LANGUAGE_UNKNOWN = _("Choose a language from the list. Nothing was changed.")
TOO_MANY_CUES = _("Not more than %(limit)s subtitles fit into one film. Nothing was changed.")
SAVED_MEANWHILE = _(
    "Somebody else saved these subtitles while you wrote. Yours are still below: copy them, open the page anew, and put in what is missing."
)
