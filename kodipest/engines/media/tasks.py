"""The doorbell. It names no film: whoever hears it looks at the rows for whose turn it is."""

from django_tasks import task


@task
def ring() -> None:
    """Wake a worker: it takes the transcode whose turn it is, if there still is one."""
    from kodipest.engines.media.operations import transcode_next

    transcode_next()
