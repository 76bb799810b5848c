"""The door of a node for granian: `config.wsgi` with all that its first page would have to bring in."""

import gc

from django.urls import get_resolver

from config.lines import watched
from config.wsgi import application as site
from kodipest.people import journal

__all__ = ["application"]
application = watched(site)
journal.reconcile()  # a database put back by hand shows nothing that was withdrawn since
get_resolver().check()  # brings every view in, which the first page would have to
gc.collect()
gc.freeze()  # code lives as long as the process: not to be looked through again for each page
