"""A door in front of a database's server that can be shut."""

import contextlib
import socket
import threading


class Proxy:
    """Passes connections on, until it is shut: then all break, and new ones are refused."""

    def __init__(self, host: str, port: int):
        self.target = (host, port)
        self.door = None
        self.open_pairs: set[socket.socket] = set()
        self.lock = threading.Lock()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.open()

    def open(self):
        """Lets connections in."""
        door = socket.create_server(("127.0.0.1", self.port), backlog=64)
        self.door = door
        threading.Thread(target=self._accept, args=(door,), daemon=True).start()

    def shut(self):
        """Breaks all connections and lets nobody in."""
        door, self.door = self.door, None
        with contextlib.suppress(OSError):
            door.shutdown(socket.SHUT_RDWR)
        door.close()
        with self.lock:
            broken, self.open_pairs = self.open_pairs, set()
        for end in broken:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _accept(self, door: socket.socket):
        while True:
            try:
                client, _ = door.accept()
                server = socket.create_connection(self.target, timeout=5)
            except OSError:
                return
            server.settimeout(None)
            for end in (client, server):
                # Small messages in both directions would wait for each other.
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                if self.door is not door:
                    client.close()
                    server.close()
                    return
                self.open_pairs |= {client, server}
            for ends in ((client, server), (server, client)):
                threading.Thread(target=self._pass_on, args=ends, daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket):
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
