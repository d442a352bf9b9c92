"""`monitor run` as a process: it collects, lets readers in and other writers not, and ends well at SIGTERM."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from monitor.demo.scenario import HOSTS
from monitor.exit_codes import Exit
from monitor.store.sqlite import open_store
from tests.monitor.command_line import monitor
from tests.monitor.live_platforms import COOKIE, Live, live_platforms

PROGRAM = [sys.executable, "-c", "from monitor.cli import main; main()"]


@pytest.fixture(scope="module")
def live() -> Iterator[Live]:
    with live_platforms() as world:
        yield world


@contextmanager
def running(config: Path, until: str, env: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """A service that has said `until` in its log."""
    env = {**os.environ, **COOKIE, **(env or {})}
    with subprocess.Popen([*PROGRAM, "run", "-c", str(config)], env=env, text=True, stderr=subprocess.PIPE) as process:
        try:
            assert process.stderr is not None
            said: list[str] = []
            for line in process.stderr:
                said.append(line)
                if until in line:
                    break
            else:
                pytest.fail(f"it never said {until!r}: {''.join(said)}")
            yield process
        finally:
            process.kill()


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    assert process.stderr is not None
    rest = process.stderr.read()
    return process.wait(timeout=60), rest


def test_while_it_runs_others_read_and_do_not_write_and_sigterm_ends_it(live: Live, tmp_path: Path) -> None:
    config = live.config(tmp_path)
    with running(config, until="watching 3 targets of 3 sources") as service:
        second = subprocess.run(
            [*PROGRAM, "run", "-c", str(config)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **COOKIE},
        )
        assert second.returncode == Exit.TEMPORARY
        assert "is being written by another monitor process" in second.stderr
        assert len(second.stderr.splitlines()) == 1

        beside = monitor("digest", "-c", config, env=COOKIE)
        assert beside.exit_code == Exit.OK
        assert "not stored" in beside.stderr
        assert monitor("status", "--json", "-c", config, env=COOKIE).exit_code == Exit.OK

        assert live.all_answered.wait(60)
        service.send_signal(signal.SIGTERM)
        code, rest = ended(service)
    assert code == Exit.OK
    assert "stopping: ending the step under way" in rest
    assert "Traceback" not in rest

    assert {host for host, _ in live.asked} == set(HOSTS)
    told = json.loads(monitor("status", "--json", "-c", config, env=COOKIE).stdout)
    assert all(source["last_success_at"] and not source["last_error"] for source in told["sources"])
    with open_store(tmp_path / "data" / "monitor.sqlite") as store:  # the lock is free again
        assert store.outbox().pending == 0


def test_after_a_kill_the_next_start_goes_on(live: Live, tmp_path: Path) -> None:
    config = live.config(tmp_path)
    with running(config, until="topic tea: recounted") as service:
        service.kill()
        assert ended(service)[0] == -signal.SIGKILL
    done = monitor("collect", "--source", "hot", "--json", "-c", config, env=COOKIE)
    assert done.exit_code == Exit.OK


def test_what_the_log_says_of_gbk_reaches_stderr(tmp_path: Path, live: Live) -> None:
    file = tmp_path / "tea.csv"
    file.write_bytes("id,微博正文,发布时间\n5000000000000001,知夏,2026-03-01 10:15\n".encode("gbk"))
    config = live.config(tmp_path)
    done = subprocess.run(
        [*PROGRAM, "import", str(file), "--json", "-c", str(config)], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout)["stored"] == 1
    assert "tea.csv: read as gb18030" in done.stderr


def test_it_takes_in_what_is_pushed_and_status_tells_where(live: Live, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        listen = f"127.0.0.1:{free.getsockname()[1]}"
    token = "a-token-that-nobody-guesses"
    pushed = f"""
[sources.bridge]
kind = "wechat-webhook"
token = {{ env = "PUSH_TOKEN" }}

[web]
listen = "{listen}"
"""
    config = live.config(tmp_path, pushed)
    env = {"PUSH_TOKEN": token}
    article = {"id": "a", "title": "知夏", "url": "https://blog.example/a", "publish_time": int(time.time()) - 60}
    with running(config, until=f"bridge: takes pushes at http://{listen}/push/bridge", env=env) as service:
        answer = httpx.post(
            f"http://{listen}/push/bridge",
            json={"feed": {"name": "晚风茶"}, "articles": [article]},
            headers={"Authorization": f"Bearer {token}"},
        )
        assert (answer.status_code, answer.json()["new"]) == (200, 1)
        service.kill()  # told that it is stored: then it is
        service.wait(timeout=60)
    with open_store(tmp_path / "data" / "monitor.sqlite", read_only=True) as store:
        assert store.post("wechat:a") is not None
    told = monitor("status", "-c", config, env={**COOKIE, **env})
    assert f"web     http://{listen} takes the pushes of bridge" in told.stdout
    with running(config, until="takes pushes", env=env) as service:
        service.send_signal(signal.SIGTERM)
        status, said = ended(service)
    assert (status, token in said) == (Exit.OK, False)
