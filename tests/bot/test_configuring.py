"""The configuration and its audit on the command line."""

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from bot.cli import app

PEOPLE = "people: {zhao: {name: 赵敏, role: admin}}\n"

#: The commands read their settings from the environment, and there stands a file.
pytestmark = pytest.mark.sqlite


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The product's command in an empty folder of its own."""
    for name, value in {
        "YINGPIAO_DATA_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path / 'cli.db'}",
        "YINGPIAO_LOG_LEVEL": "ERROR",
    }.items():
        monkeypatch.setenv(name, value)
    # It is meant for a process of its own: in this one it would outlive the test and silence others' lines.
    monkeypatch.setattr("bot.cli.configure_logging", lambda **_settings: None)
    return CliRunner()


def test_a_file_is_shown_asked_about_and_carried_out(run: CliRunner, tmp_path: Path) -> None:
    file = tmp_path / "desk.yaml"
    file.write_text(f"version: 1\n{PEOPLE}teams: {{beijing: {{name_zh: 北京组, name_en: Beijing}}}}\n", encoding="utf8")
    dry = run.invoke(app, ["config", "apply", str(file), "--dry-run"])
    assert dry.exit_code == 0, dry.output
    assert "+ 团队  北京组  (beijing)" in dry.output
    refused = run.invoke(app, ["config", "apply", str(file)], input="n\n")
    assert "就这样改吗" in refused.output
    assert "beijing" not in run.invoke(app, ["config", "export"]).output
    done = run.invoke(app, ["config", "apply", str(file), "--yes"])
    assert "改好了 2 项" in done.output
    exported = run.invoke(app, ["config", "export"]).stdout
    assert yaml.safe_load(exported)["teams"]["beijing"]["name_zh"] == "北京组"
    file.write_text(exported, encoding="utf8")
    assert "没有要改的" in run.invoke(app, ["config", "apply", str(file), "--prune"]).output
    assert "2 条改动记录都完整" in run.invoke(app, ["audit", "verify"]).output


def test_what_is_wrong_is_told_with_its_line(run: CliRunner, tmp_path: Path) -> None:
    file = tmp_path / "desk.yaml"
    file.write_text("version: 1\nteams:\n  beijing: {name_zh: 北京组, nmae_en: Beijing}\n", encoding="utf8")
    answer = run.invoke(app, ["config", "apply", str(file), "--yes"])
    assert answer.exit_code == 1
    assert "第 3 行 teams.beijing.nmae_en" in answer.output
    assert "是不是想写“name_en”" in answer.output
