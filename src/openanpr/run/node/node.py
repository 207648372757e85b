"""A node at work: what it starts, in which order, and how it ends so that nothing is left half done."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from openanpr.alert.desk import AlertDesk
from openanpr.run.node.consumer import Consumer
from openanpr.run.node.threads import Rounds
from openanpr.web.delivery import DeliveryApp
from openanpr.web.serve import Served

_LOG = logging.getLogger("openanpr.node")
_STOP_S = 10.0


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the node is asked: by devices, this machine's owner, what reads metrics, people, the public."""

    delivery: Served
    local: Served
    metrics: Served | None
    people: Served | None
    public: Served | None

    def every(self) -> tuple[Served, ...]:
        """Return them all."""
        own = (self.delivery, self.local, self.metrics, self.people, self.public)
        return tuple(one for one in own if one is not None)


@dataclass(frozen=True, slots=True)
class Node:
    """The running parts of a node; its stores are closed by whoever opened them.

    `bell` is what the listeners to the live stream wait for.
    """

    app: DeliveryApp
    servers: Servers
    consumers: Sequence[Consumer]
    rounds: Sequence[Rounds]
    desk: AlertDesk

    def start(self) -> None:
        """Start everything; raises ServeError where an address cannot be listened on."""
        for part in (*self.consumers, *self.rounds):
            part.start()
        try:
            for server in self.servers.every():
                server.start()
        except Exception:  # whatever keeps a server from starting, what has begun is ended again
            self.stop()
            raise

    def stop(self) -> None:
        """Take nothing more in, end what is under way, and return when every thread has ended."""
        self.desk.close()
        for server in self.servers.every():
            server.stop(_STOP_S)
        self.app.close()
        for part in (*self.consumers, *self.rounds):
            part.stop()
        late = [part.name for part in (*self.consumers, *self.rounds) if not part.join(_STOP_S)]
        if late:
            _LOG.warning("these did not end in time and are cut off: %s", ", ".join(late))

    @property
    def broken(self) -> bool:
        """Whether a server has ended by itself: the node is then of no use and should be started again."""
        return not all(server.running for server in self.servers.every())
