"""Bad lines: a proxy that passes bytes on until it cuts, and counts what was sent."""

import contextlib
import random
import select
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

BLOCK = 16 * 1024
IN_FLIGHT = 64 * 1024  # what a line holds, and loses with a reset: 1 Mbit/s and half a second
GO_AWAY = struct.pack("ii", 1, 0)  # close with a reset instead of an end


class CuttingLine:
    """Listens at `port` and speaks to `target`; cuts `cuts` times, each after some more bytes up.

    The first cut ends the line to the server in good order, the second resets it, and so on. What
    the sender handed over and the server never saw is lost, as on a true line.
    """

    def __init__(self, target: int, *, cuts: int, every: int, seed: int = 7) -> None:
        self.target, self.left, self.every = target, cuts, every
        self.sent_up = 0
        self.cuts = 0
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._next = self._more()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _more(self) -> int:
        return self.sent_up + self._random.randint(self.every // 2, self.every * 3 // 2)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed: the end
            while True:
                near, _address = self._listener.accept()
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        """Pass bytes on in both directions until one side ends, or the line is cut."""
        far = socket.socket()
        far.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, IN_FLIGHT)
        far.connect(("127.0.0.1", self.target))
        with near, far, contextlib.suppress(OSError):
            while True:
                ready, _out, _wrong = select.select([near, far], [], [])
                if far in ready and not self._down(far, near):
                    return
                if near in ready and not self._up(near, far):
                    return

    def _up(self, near: socket.socket, far: socket.socket) -> bool:
        if not (block := near.recv(BLOCK)):
            return False
        with self._lock:
            self.sent_up += len(block)
            is_cut = self.left > 0 and self.sent_up >= self._next
            if is_cut:
                self.left -= 1
                self.cuts += 1
                self._next = self._more()
        if is_cut:
            near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, GO_AWAY)
            if self.cuts % 2 == 0:
                far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, GO_AWAY)
            return False
        far.sendall(block)
        return True

    def _down(self, far: socket.socket, near: socket.socket) -> bool:
        if block := far.recv(BLOCK):
            near.sendall(block)
        return bool(block)

    def close(self) -> None:
        """Take no more lines."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@contextmanager
def cutting(target: int, **how: int) -> Iterator[CuttingLine]:
    """Give a line to `target` that breaks."""
    line = CuttingLine(target, **how)
    try:
        yield line
    finally:
        line.close()
