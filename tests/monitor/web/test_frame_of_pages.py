"""What every answer has in common, over real HTTP: headers, errors, a visitor's choices."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from collectors.clock import EventClock
from monitor.config import Config, StorageConfig
from monitor.web.app import make_app
from monitor.web.server import served
from monitor.web.site import Site
from tests.monitor.scripted import NOON


@pytest.fixture
def visited(tmp_path: Path) -> Iterator[httpx.Client]:
    """A browser on a site that has stored nothing yet."""
    config = Config(path=tmp_path / "config.toml", storage=StorageConfig(folder=tmp_path))
    site = Site(config=config, clock=EventClock(NOON))
    with served(make_app([], site), "127.0.0.1:0") as address, httpx.Client(base_url=address) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/nowhere", "/static/site.css", "/healthz", "/api/v1/nowhere"])
def test_no_answer_may_load_or_run_anything_from_elsewhere(visited: httpx.Client, path: str) -> None:
    headers = visited.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert {policy["script-src"], policy["style-src"], policy["connect-src"]} == {"'self'"}
    assert policy["frame-ancestors"] == "'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_what_is_not_there_is_a_page_for_people_and_a_problem_for_programs(visited: httpx.Client) -> None:
    page, problem = visited.get("/nowhere"), visited.get("/api/v1/nowhere")
    assert (page.status_code, page.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert '<a href="/">' in page.text
    assert (problem.status_code, problem.headers["Content-Type"]) == (404, "application/problem+json")
    assert problem.json()["status"] == 404


def test_a_visitor_s_choice_is_kept_and_leads_back(visited: httpx.Client) -> None:
    answer = visited.get("/preferences", params={"language": "zh", "theme": "dark", "back": "/posts?q=a"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/posts?q=a")
    assert (visited.cookies["language"], visited.cookies["theme"]) == ("zh", "dark")
    assert '<html lang="zh-CN" data-theme="dark">' in visited.get("/").text


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_a_choice_leads_nowhere_else(visited: httpx.Client, back: str) -> None:
    assert visited.get("/preferences", params={"language": "en", "back": back}).headers["Location"] == "/"


def test_what_cannot_be_chosen_is_not_kept(visited: httpx.Client) -> None:
    visited.get("/preferences", params={"language": "xx", "zone": "Mars/Base", "theme": "<script>"})
    assert not visited.cookies


def test_a_static_file_is_kept_for_ever_under_its_own_address_only(visited: httpx.Client) -> None:
    assert "immutable" in visited.get("/static/site.css?v=1").headers["Cache-Control"]
    assert visited.get("/static/site.css").headers["Cache-Control"] == "no-store"
    assert visited.get("/").headers["Cache-Control"] == "no-store"
