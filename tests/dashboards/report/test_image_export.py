"""Static pictures: named figures through kaleido, and plain words where a tool is missing."""

import logging
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dashboards.report import image_export
from dashboards.report.image_export import named_figures, write_picture
from sim.errors import ParleyError, ResourceError
from tests.dashboards.factories import mixed


def test_figures_of_the_report_have_names() -> None:
    found = named_figures([mixed(80, 560, name="base"), mixed(400, 240, name="more")])
    assert {"odds", "forest", "differences", "funnel", "anatomy", "endings", "positions"} <= set(found)
    assert all(one["layout"]["width"] == image_export.WIDTH and one["layout"]["height"] > 0 for one in found.values())


def test_wrong_names_and_endings_are_said(tmp_path: Path) -> None:
    with pytest.raises(ParleyError, match=r"must end in \.png, \.svg, \.pdf"):
        write_picture([mixed(4)], "odds", tmp_path / "odds.gif")
    with pytest.raises(ParleyError, match="did you mean `odds`"):
        write_picture([mixed(4)], "ods", tmp_path / "odds.png")
    with pytest.raises(ParleyError, match="at least one run"):
        write_picture([], "odds", tmp_path / "odds.png")
    assert not list(tmp_path.iterdir())


def test_missing_tools_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "kaleido", None)
    with pytest.raises(ParleyError, match=r"pictures need kaleido, which is not installed: pip install \"kaleido>=1\""):
        write_picture([mixed(4)], "odds", tmp_path / "odds.png")
    monkeypatch.setitem(sys.modules, "kaleido", SimpleNamespace())
    monkeypatch.delenv("BROWSER_PATH", raising=False)
    monkeypatch.setattr(image_export.shutil, "which", lambda name: None)
    with pytest.raises(ParleyError, match="pictures need an installed Chromium"):
        write_picture([mixed(4)], "odds", tmp_path / "odds.png")


def test_the_installed_browser_draws_without_a_download(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def draw(figure: Any, *, opts: Any, kopts: Any) -> bytes:
        asked.update(opts=opts, kopts=kopts)
        return b"picture"

    monkeypatch.setitem(sys.modules, "kaleido", SimpleNamespace(calc_fig_sync=draw))
    monkeypatch.setenv("BROWSER_PATH", "/usr/bin/some-browser")
    write_picture([mixed(4)], "odds", tmp_path / "odds.svg")
    assert (tmp_path / "odds.svg").read_bytes() == b"picture"
    assert asked["opts"]["format"] == "svg"
    assert asked["kopts"]["path"] == "/usr/bin/some-browser" and asked["kopts"]["mathjax"] is False


def test_a_browser_that_fails_is_a_resource_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(figure: Any, **options: Any) -> bytes:
        raise RuntimeError("it fell over")

    monkeypatch.setitem(sys.modules, "kaleido", SimpleNamespace(calc_fig_sync=fail))
    monkeypatch.setenv("BROWSER_PATH", "/usr/bin/some-browser")
    with pytest.raises(ResourceError, match="it fell over"):
        write_picture([mixed(4)], "odds", tmp_path / "odds.png")
    assert not list(tmp_path.iterdir())


def test_a_message_that_the_browser_cut_off_shows_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def draw(figure: Any, **options: Any) -> bytes:
        logging.getLogger("choreographer.channels.pipe").error("JSONError decoding message. Ignoring")
        return b"picture"

    monkeypatch.setitem(sys.modules, "kaleido", SimpleNamespace(calc_fig_sync=draw))
    monkeypatch.setenv("BROWSER_PATH", "/usr/bin/some-browser")
    write_picture([mixed(4)], "odds", tmp_path / "odds.png")
    assert caplog.text == ""
