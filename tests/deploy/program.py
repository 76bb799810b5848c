"""Django on loopback, for a server in front of it."""

import contextlib
import threading
from collections.abc import Iterator

from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.db import connections


class Quiet(WSGIRequestHandler):
    def log_message(self, _format: str, *_arguments: object) -> None:
        """Say nothing: a test asks hundreds of times."""


class Handler(WSGIHandler):
    """Answers with the connection of the test where the database lives in its memory."""

    shared = {}

    def __call__(self, environ, start_response):
        for alias, connection in self.shared.items():
            connections[alias] = connection
        return super().__call__(environ, start_response)


class Server(ThreadedWSGIServer):
    daemon_threads = False  # closing waits for whoever still answers


@contextlib.contextmanager
def serving() -> Iterator[str]:
    """Serve the site as it is, its own media views included; yield its `host:port`.

    The `live_server` of pytest-django puts a view of its own before everything below MEDIA_URL.
    """
    handler = Handler()
    in_memory = [
        one for one in connections.all() if one.vendor == "sqlite" and one.is_in_memory_db()
    ]
    handler.shared = {one.alias: one for one in in_memory}
    for one in in_memory:
        one.inc_thread_sharing()
    server = Server(("127.0.0.1", 0), Quiet)
    server.set_app(handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        for one in in_memory:
            one.dec_thread_sharing()
