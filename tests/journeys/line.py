"""The line between two offices: it carries bytes, and can be cut, at once or at a chosen moment."""

from __future__ import annotations

import contextlib
import socket
import threading
from dataclasses import dataclass, field
from typing import Self

CHUNK = 64 * 1024


@dataclass
class Line:
    """A forwarder from a port of its own to another one, both on loopback."""

    target: int
    is_cut: bool = False
    cut_after_sent: int | None = None  # bytes of the next requests
    loses_next_answer: bool = False
    cuts: int = 0  # how often a connection met its end here
    _door: socket.socket = field(init=False)
    _wires: list[socket.socket] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._door = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._hang_up()
        self._door.close()

    @property
    def port(self) -> int:
        return int(self._door.getsockname()[1])

    def cut(self) -> None:
        """Nothing goes through from now on."""
        self.is_cut = True
        self._hang_up()

    def mend(self) -> None:
        self.is_cut, self.cut_after_sent, self.loses_next_answer = False, None, False

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._door.accept()
                if self.is_cut:
                    self.cuts += 1
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self.target))
                self._wires += [near, far]
                for pump in (self._send, self._answer):
                    threading.Thread(target=pump, args=(near, far), daemon=True).start()

    def _send(self, near: socket.socket, far: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := near.recv(CHUNK):
                if self.cut_after_sent is not None:
                    far.sendall(chunk[: self.cut_after_sent])
                    self._break(near, far)
                    return
                far.sendall(chunk)
            far.shutdown(socket.SHUT_WR)

    def _answer(self, near: socket.socket, far: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := far.recv(CHUNK):
                if self.loses_next_answer:
                    self.loses_next_answer = False
                    self._break(near, far)
                    return
                near.sendall(chunk)
            near.shutdown(socket.SHUT_WR)

    def _break(self, *wires: socket.socket) -> None:
        self.cuts += 1
        for wire in wires:
            with contextlib.suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)
            wire.close()

    def _hang_up(self) -> None:
        wires, self._wires = self._wires, []
        for wire in wires:
            with contextlib.suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)
            wire.close()
