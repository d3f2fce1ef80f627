"""Start a throw-away PostgreSQL and Redis, run a command against them, stop them.

    python scripts/services.py [--durable] -- COMMAND [ARGUMENT ...]

The command finds them in its environment: DATABASE_URL, REDIS_URL, and the process ids
TILLHOUSE_POSTGRES_PID and TILLHOUSE_REDIS_PID. Both listen on loopback alone, on free ports,
keep their files in a temporary folder, and end with the command, whatever it answers.

PostgreSQL refuses to run as root, so root lends it the account `postgres` (or `nobody`). What is
missing is installed with apt when this runs as root on a Debian-like machine; elsewhere a message
says what to install. `--durable` keeps fsync on, as a real till would, for benchmarks; without it
the cluster is as fast and as forgetful as tests like it.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MINIMUM_POSTGRES = 15
START_SECONDS = 60
APT_PACKAGES = ("postgresql", "redis-server")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
INSTALL_ADVICE = """\
The tests need PostgreSQL {minimum} or newer and Redis 7, and {missing} was not found.

  Debian, Ubuntu:  sudo apt-get install postgresql redis-server
  macOS:           brew install postgresql@17 redis

Their servers need not be running: the tests start their own and stop them afterwards.
"""
FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--durable", action="store_true", help="keep fsync on")
    parser.add_argument("command", nargs="+")
    arguments = parser.parse_args()

    postgres_bin, redis_server = find_or_install()
    with (
        tempfile.TemporaryDirectory(prefix="tillhouse-services-") as folder,
        services(
            Path(folder), postgres_bin, redis_server, durable=arguments.durable
        ) as environment,
    ):
        return run(arguments.command, environment)


def find_or_install() -> tuple[Path, Path]:
    """The folder of PostgreSQL's programs and the Redis server, installed first where we may."""
    may_install = os.geteuid() == 0 and shutil.which("apt-get") is not None
    postgres_bin, redis_server = find_postgres(), shutil.which("redis-server")
    if (not postgres_bin or not redis_server) and may_install:
        apt_install(*APT_PACKAGES)
        postgres_bin, redis_server = find_postgres(), shutil.which("redis-server")
    if not any(shutil.which(name) for name in BROWSERS) and may_install:
        apt_install("chromium")  # without it the tests in a browser are skipped, and say so
    if not postgres_bin or not redis_server:
        missing = "Redis" if postgres_bin else "PostgreSQL"
        raise SystemExit(INSTALL_ADVICE.format(minimum=MINIMUM_POSTGRES, missing=missing))
    return postgres_bin, Path(redis_server)


def find_postgres() -> Path | None:
    """The newest fitting PostgreSQL: from the PATH or where Debian keeps them."""
    candidates = list(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if on_path := shutil.which("postgres"):
        candidates.append(Path(on_path).resolve())
    fitting = {
        version: candidate.parent
        for candidate in candidates
        if (candidate.parent / "initdb").exists()
        and (version := postgres_version(candidate)) >= MINIMUM_POSTGRES
    }
    return fitting[max(fitting)] if fitting else None


def postgres_version(program: Path) -> int:
    text = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return int(text.split()[2].split(".")[0])


def apt_install(*packages: str) -> None:
    """Install packages without letting PostgreSQL's start a cluster of its own."""
    print(f"Installing {' '.join(packages)} with apt ...", file=sys.stderr)
    no_cluster = Path("/etc/postgresql-common/createcluster.d/tillhouse.conf")
    no_cluster.parent.mkdir(parents=True, exist_ok=True)
    no_cluster.write_text("create_main_cluster = false\n")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-qq", "-y", *packages]):
        subprocess.run(["apt-get", *command], env=environment, check=False, stdout=sys.stderr)


@contextlib.contextmanager
def services(
    folder: Path, postgres_bin: Path, redis_server: Path, *, durable: bool
) -> Iterator[dict[str, str]]:
    """Run both servers below `folder`; yield the environment that points at them."""
    account = server_account()
    folder.chmod(0o755)
    with (
        postgres(folder / "postgres", postgres_bin, account, durable=durable) as (pg_port, pg_pid),
        redis(folder / "redis", redis_server, account) as (redis_port, redis_pid),
    ):
        yield {
            "DATABASE_URL": f"postgres://tillhouse@127.0.0.1:{pg_port}/postgres",
            "REDIS_URL": f"redis://127.0.0.1:{redis_port}/0",
            "TILLHOUSE_POSTGRES_PID": str(pg_pid),
            "TILLHOUSE_REDIS_PID": str(redis_pid),
        }


def server_account() -> str | None:
    """Whom the servers run as: ourselves, unless we are root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def make_folder(folder: Path, account: str | None) -> None:
    folder.mkdir(mode=0o700)
    if account:
        shutil.chown(folder, account)


@contextlib.contextmanager
def postgres(
    folder: Path, programs: Path, account: str | None, *, durable: bool
) -> Iterator[tuple[int, int]]:
    """A fresh cluster; yields its port and process id."""
    make_folder(folder, account)
    cluster = folder / "cluster"
    initdb: list[Path | str] = [
        programs / "initdb",
        "-D",
        cluster,
        "-U",
        "tillhouse",
        "-A",
        "trust",
        "-E",
        "UTF8",
    ]
    initdb += ["--no-locale", "--no-sync", "--data-checksums"]
    subprocess.run(initdb, user=account, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    port = free_port()
    options = ["listen_addresses=127.0.0.1", f"port={port}", f"unix_socket_directories={folder}"]
    options += ["max_connections=200", "shared_buffers=256MB", "timezone=UTC"]
    options += ["shared_preload_libraries=pg_stat_statements"]
    options += [] if durable else FORGETFUL
    command: list[Path | str] = [programs / "postgres", "-D", cluster]
    command += [word for option in options for word in ("-c", option)]
    # SIGINT is PostgreSQL's fast shutdown: open sessions are ended, nothing is waited for.
    with server(command, folder, account, stop_signal=signal.SIGINT) as process:
        ready: list[Path | str] = [
            programs / "pg_isready",
            "-q",
            "-h",
            "127.0.0.1",
            "-p",
            str(port),
        ]
        wait_until(lambda: subprocess.run(ready, check=False).returncode == 0, process, folder)
        yield port, process.pid


@contextlib.contextmanager
def redis(folder: Path, program: Path, account: str | None) -> Iterator[tuple[int, int]]:
    """A Redis without persistence; yields its port and process id."""
    make_folder(folder, account)
    port = free_port()
    command: list[Path | str] = [program, "--port", str(port), "--bind", "127.0.0.1"]
    command += ["--save", "", "--appendonly", "no", "--dir", str(folder)]
    with server(command, folder, account, stop_signal=signal.SIGTERM) as process:
        wait_until(lambda: answers(port), process, folder)
        yield port, process.pid


@contextlib.contextmanager
def server(
    command: list[Path | str], folder: Path, account: str | None, *, stop_signal: signal.Signals
) -> Iterator[subprocess.Popen[bytes]]:
    """Run one server; stop it when the block ends."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, user=account, cwd=folder, stdout=log, stderr=log, start_new_session=True
        )
        try:
            yield process
        finally:
            process.send_signal(stop_signal)
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], folder: Path) -> None:
    """Poll until the server answers; a server that ends instead shows its log."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if ready():
            return
        time.sleep(0.05)
    raise SystemExit(f"A server did not start:\n{(folder / 'log').read_text(errors='replace')}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def run(command: list[str], environment: dict[str, str]) -> int:
    """Run the command in the foreground; a Ctrl-C reaches it as well as us."""
    with subprocess.Popen(command, env={**os.environ, **environment}) as process:
        try:
            while True:
                try:
                    return process.wait()
                except KeyboardInterrupt:
                    continue
        finally:
            if process.poll() is None:
                process.terminate()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main())
