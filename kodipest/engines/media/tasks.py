"""The doorbell. It names no film: whoever hears it looks at the rows for whose turn it is."""

import threading

from django_tasks import task

heard = threading.Event()


@task
def ring() -> None:
    """Wake the worker of this process at once; without a ring it looks a moment later anyway."""
    heard.set()
