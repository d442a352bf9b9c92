"""The example of docs/adding-a-source.md, built as the package it describes, installed, tested, collected through."""

import csv
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

ROOT = Path(__file__).parents[1]
EXAMPLE = (ROOT / "docs" / "adding-a-source.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r'^```\w+ title="([^"]+)"\n(.*?)^```$', EXAMPLE, re.MULTILINE | re.DOTALL))
BUILD = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"
MONITOR = [sys.executable, "-c", "from monitor.cli import main; main()"]
COOKIE = "board_session=of-the-test"


def succeeded(*command: str | Path, **options: object) -> str:
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return str(done.stdout)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def installed(package: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a process that has the package among its installed ones."""
    built, site = tmp_path_factory.mktemp("built"), tmp_path_factory.mktemp("site")
    succeeded(sys.executable, "-c", BUILD, built, cwd=package)
    (wheel,) = built.glob("*.whl")
    python = Path(sys.base_prefix) / "bin" / "python3"  # the environment of the tests has no pip of its own
    succeeded(python, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", site, wheel)
    return {**os.environ, "PYTHONPATH": f"{site}{os.pathsep}{ROOT}", "BOARD_COOKIE": COOKIE}


@pytest.fixture
def board() -> Iterator[str]:
    """The base URL of the forum: two pages for who is logged in."""
    began = int(time.time())
    pages = {
        "1": {"ok": True, "next": 2, "posts": [post(72, began - 20), post(71, began - 40)]},
        "2": {"ok": True, "posts": [post(70, began - 50), post(69, None), post(12, began - 90_000)]},
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = parse_qs(urlsplit(self.path).query)
            known = self.headers["Cookie"] == COOKIE and self.headers["Host"] == "board.example.org"
            answer = pages[asked["page"][0]] if known else {"ok": False, "error": "login required"}
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def post(number: int, created: int | None) -> dict[str, object]:
    return {"id": number, "created": created, "text": f"奶茶 {number}", "user": {"id": 9}, "likes": 0}


@pytest.fixture
def config(board: str, tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    resolve = f'[http.resolve]\n"board.example.org" = "{board}"\n'
    path.write_text(f'[topics.tea]\nany = ["奶茶"]\n\n{FILES["config-part.toml"]}\n{resolve}', encoding="utf-8")
    return path


def test_the_example_passes_the_contract_that_every_source_must(package: Path, installed: dict[str, str]) -> None:
    told = succeeded(
        *(sys.executable, "-m", "pytest", "--import-mode=importlib", "-p", "no:cacheprovider", "test_board.py"),
        cwd=package,
        env=installed,
    )
    passed = re.search(r"(\d+) passed", told)
    assert passed
    assert int(passed[1]) >= 20


def test_posts_are_collected_through_the_installed_example(installed: dict[str, str], config: Path) -> None:
    visited = json.loads(succeeded(*MONITOR, "collect", "--json", "-c", config, env=installed))["visits"]
    assert [(v["target"], v["new_posts"], v["error"]) for v in visited] == [("board/tea/奶茶", 4, None)]
    table = config.with_name("posts.csv")
    always = ("--from", "2020-01-01", "--to", "2100-01-01")
    succeeded(*MONITOR, "export", "posts", *always, "-c", config, "-o", table, env=installed)
    with table.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [(row["post"], row["text"], row["likes"]) for row in rows] == [
        ("board:12", "奶茶 12", "0"),
        ("board:70", "奶茶 70", "0"),
        ("board:71", "奶茶 71", "0"),
        ("board:72", "奶茶 72", "0"),
    ]


def test_without_its_cookie_the_example_is_walled_and_says_what_to_do(installed: dict[str, str], config: Path) -> None:
    env = {**installed, "BOARD_COOKIE": "board_session=of-somebody-else"}
    done = subprocess.run(
        [*MONITOR, "sources", "check", "-c", str(config)], capture_output=True, text=True, env=env, check=False
    )
    assert done.returncode == 69
    assert "login required" in done.stdout
    assert "log in with a browser and set the cookie" in done.stdout
