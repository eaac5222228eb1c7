"""`manage.py up` from outside: it starts, refuses with a sentence, and leaves nothing behind."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.product import PATIENCE_SECONDS, ROOT, Product, environment, free_ports, living, wait_for

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def own() -> Iterator[Product]:
    """An `up` that a test may end."""
    one = Product()
    try:
        yield one.wait_until_ready()
    finally:
        one.stop()
        shutil.rmtree(one.data, ignore_errors=True)


@pytest.mark.xdist_group("up")
def test_killing_the_supervisor_ends_all_its_processes_and_it_starts_again_on_the_same_data(own: Product) -> None:
    wait_for(lambda: len(own.processes()) > 12)
    processes = own.processes()
    os.kill(own.pid, signal.SIGKILL)
    own.process.wait()
    wait_for(lambda: not living(processes), explain=lambda: str(living(processes)))

    again = Product(own.data).wait_until_ready()
    processes = again.processes()
    assert again.stop() == 0
    wait_for(lambda: not living(processes), explain=lambda: str(living(processes)))
    assert again.said().rstrip().endswith("stopped")


def up(data: Path, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "up", *options]
    return subprocess.run(
        command, cwd=ROOT, env={**environment(data), **variables}, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )


def one_sentence(done: subprocess.CompletedProcess[str]) -> str:
    """What it said on stderr: one line that ends like a sentence, and no traceback."""
    assert "Traceback" not in done.stderr
    said = done.stderr.strip()
    assert len(said.splitlines()) == 1, said
    assert re.search(r"[.)]$", said), said
    return said


def test_a_second_up_on_the_same_data_is_refused(product: Product) -> None:
    done = up(product.data, "--port", str(free_ports(1)[0]))
    assert done.returncode == 6
    assert "already running" in one_sentence(done)
    assert str(product.pid) in done.stderr


def test_a_taken_port_is_refused(data_directory: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = up(data_directory, "--port", str(port))
    assert done.returncode == 5
    assert f"Port {port} on 127.0.0.1 is taken" in one_sentence(done)


def test_a_database_that_does_not_answer_is_refused(data_directory: Path) -> None:
    closed = free_ports(1)[0]
    done = up(data_directory, "--port", str(free_ports(1)[0]), DATABASE_URL=f"postgresql://nobody@127.0.0.1:{closed}/none")
    assert done.returncode == 3
    assert "does not answer" in one_sentence(done)


def test_a_migration_that_fails_is_one_sentence(product: Product, data_directory: Path) -> None:
    folder = product.database_folder
    with psycopg.connect(host=folder, user="postgres", dbname="postgres", autocommit=True) as server:
        server.execute("CREATE DATABASE half_there")
    with psycopg.connect(host=folder, user="postgres", dbname="half_there") as connection:
        connection.execute("CREATE TABLE ordersops_wakeup (not_ours int)")
    done = up(data_directory, "--port", str(free_ports(1)[0]), DATABASE_URL=f"postgresql://postgres@/half_there?host={folder}")
    assert done.returncode == 4
    assert "ordersops_wakeup" in one_sentence(done)


def test_another_database_than_postgresql_is_refused(data_directory: Path) -> None:
    done = up(data_directory, DATABASE_URL="mysql://root@127.0.0.1/shop")
    assert done.returncode == 1
    assert "only PostgreSQL is supported" in one_sentence(done)


def test_a_data_directory_that_cannot_be_written_is_refused(data_directory: Path) -> None:
    (data_directory / "file").write_text("not a folder")
    done = up(data_directory / "file")
    assert done.returncode == 1
    assert str(data_directory / "file") in one_sentence(done)


def test_status_without_a_database_is_one_sentence(data_directory: Path) -> None:
    command = [sys.executable, "manage.py", "status"]
    variables = {**environment(data_directory), "DATABASE_URL": f"postgresql://nobody@127.0.0.1:{free_ports(1)[0]}/none"}
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    assert done.returncode == 1
    assert "does not answer" in one_sentence(done)
