"""Starts the built binary as its users do and speaks to its command line.

The binary comes from `ALTYN_BIN` (default `target/release/altyn`). The PostgreSQL runs need a
cluster whose maintenance database is named by `ALTYN_TEST_POSTGRES`; each server gets a database of
its own there.
"""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import requests

ROOT = Path(__file__).resolve().parents[2]
ENGINES = ["sqlite", "postgres"]
READY_SECONDS = 20.0
STOP_SECONDS = 20.0


def binary() -> Path:
    """The binary under test."""
    path = Path(os.environ.get("ALTYN_BIN", ROOT / "target/release/altyn")).resolve()
    if not path.exists():
        raise RuntimeError(f"{path} does not exist: run `cargo xtask build` or set ALTYN_BIN")
    return path


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(condition, seconds: float, what: str):
    """Looks again and again until the condition gives something true, and returns that."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:g} s in vain: {what}")
        pause.wait(0.02)


class PostgresDatabase:
    """A fresh database on the test cluster; dropped at the end."""

    def __init__(self):
        self.maintenance = os.environ.get("ALTYN_TEST_POSTGRES")
        if not self.maintenance:
            raise RuntimeError(
                "ALTYN_TEST_POSTGRES is not set: start `cargo xtask db` and pass its URL"
            )
        if shutil.which("psql") is None:
            raise RuntimeError("psql is missing: apt-get install postgresql-client")
        self.name = "altyn_outside_" + secrets.token_hex(6)
        self._psql(f'create database "{self.name}"')
        parts = urlsplit(self.maintenance)
        self.url = urlunsplit(parts._replace(path="/" + self.name))

    def _psql(self, statement: str):
        run = subprocess.run(
            ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", statement, self.maintenance],
            capture_output=True,
            text=True,
        )
        if run.returncode != 0:
            raise RuntimeError(f"psql: {run.stderr.strip()}")

    def dump(self) -> bytes:
        """Everything the database holds, as plain text."""
        return subprocess.run(["pg_dump", self.url], capture_output=True, check=True).stdout

    def drop(self):
        self._psql(f'drop database if exists "{self.name}" with (force)')


class Server:
    """One `altyn serve --demo` and its data; may be stopped, killed and started again."""

    def __init__(self, engine: str, directory: Path):
        assert engine in ENGINES
        self.engine = engine
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.data = self.directory / "data"
        self.log_path = self.directory / "server.log"
        self.database = PostgresDatabase() if engine == "postgres" else None
        self.port = free_port()
        self.metrics_port = free_port()
        self.process = None
        self.demo = None
        self.settings = {}

    # Life.

    def start(self) -> float:
        """Starts the process and waits for `/readyz`; returns the seconds that took."""
        started = time.monotonic()
        command = [str(binary()), "serve", "--demo", "--listen", f"127.0.0.1:{self.port}"]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                command + self._where(),
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=self._environment(),
            )
        until(self._ready, READY_SECONDS, f"the server is ready; its log is {self.log_path}")
        taken = time.monotonic() - started
        self.demo = json.loads((self.data / "demo.json").read_text())
        return taken

    def _ready(self) -> bool:
        if self.process.poll() is not None:
            tail = self.log_path.read_text(errors="replace")[-4000:]
            raise AssertionError(f"the server ended with {self.process.returncode}:\n{tail}")
        try:
            return requests.get(f"{self.base_url}/readyz", timeout=2).status_code == 200
        except requests.RequestException:
            return False

    def stop(self):
        """Asks the process to end, as an operator does, and requires that it ends well."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(STOP_SECONDS) == 0, f"see {self.log_path}"

    def kill(self):
        """Ends the process without any chance to tidy up."""
        self.process.kill()
        self.process.wait()

    def close(self):
        """Ends everything, whatever state it is in."""
        if self.process is not None and self.process.poll() is None:
            self.kill()
        if self.database is not None:
            self.database.drop()

    # Facts.

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def api_url(self) -> str:
        return f"{self.base_url}/v3"

    @property
    def shop_id(self) -> str:
        return self.demo["shop_id"]

    @property
    def secret_key(self) -> str:
        return self.demo["secret_key"]

    def description(self) -> dict:
        """What the server says of its own API."""
        answer = requests.get(f"{self.base_url}/openapi.json", timeout=10)
        answer.raise_for_status()
        return answer.json()

    def log(self) -> str:
        return self.log_path.read_text(errors="replace")

    def metrics(self) -> str:
        answer = requests.get(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=5)
        answer.raise_for_status()
        return answer.text

    # The command line.

    def _where(self) -> list:
        where = ["--data-dir", str(self.data)]
        if self.database is not None:
            where += ["--database", self.database.url]
        return where

    def _environment(self) -> dict:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("ALTYN_")}
        environment["ALTYN_METRICS_LISTEN"] = f"127.0.0.1:{self.metrics_port}"
        environment["ALTYN_ALLOW_LOOPBACK"] = "true"
        return environment | self.settings

    def command(self, *words: str) -> subprocess.CompletedProcess:
        """Runs `altyn WORDS…` on the same data."""
        return subprocess.run(
            [str(binary()), *words, *self._where()],
            capture_output=True,
            text=True,
            env=self._environment(),
            timeout=60,
        )

    def command_json(self, *words: str):
        """Runs `altyn WORDS… --json`, requires success and returns what it printed."""
        run = self.command(*words, "--json")
        assert run.returncode == 0, f"altyn {' '.join(words)}: {run.stdout}{run.stderr}"
        return json.loads(run.stdout)

    def audit(self):
        """Requires that the books are right."""
        run = self.command("audit", "--json")
        assert run.returncode == 0, f"altyn audit: {run.stdout}{run.stderr}"
        return json.loads(run.stdout)

    def advance(self, duration: str, shop_id: str | None = None):
        """Makes time pass for a test shop."""
        return self.command_json("clock", "advance", "--shop", shop_id or self.shop_id, duration)

    def create_shop(self, name: str = "Вторая лавка", *flags: str) -> dict:
        """A further test shop: at least `shop_id` and `secret_key`."""
        return self.command_json("shop", "create", "--name", name, *flags)

    def add_webhook(self, url: str, events=(), shop_id: str | None = None, options=()) -> dict:
        """Registers a notification address; the answer holds its signing `secret`."""
        shop = shop_id or self.shop_id
        words = ["shop", "webhook", "add", "--shop", shop, "--url", url, *options]
        for event in events:
            words += ["--event", event]
        return self.command_json(*words)
