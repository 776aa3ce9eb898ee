"""The import contracts of pyproject.toml are kept, and each catches the wrong import it is there for."""

import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGES, ROOT


@dataclass(frozen=True)
class Plant:
    """A statement in a module, or a module without a place, which the contract of this id must refuse."""

    contract: str
    file: str
    statement: str


PLANTS = (
    Plant("composition", "tickets/stages.py", "import channels.port"),
    Plant("composition", "channels/port.py", "import knowledge.search"),
    Plant("composition", "knowledge/models.py", "import tickets.models"),
    Plant("composition", "kit/clock.py", "import tickets.stages"),
    Plant("composition", "channels/inbox.py", "import bot.handlers"),
    Plant("inside-kit", "kit/db.py", "import kit.outbox"),
    Plant("inside-kit", "kit/helpers.py", ""),
    Plant("inside-channels", "channels/delivery.py", "import channels.webchat.adapter"),
    Plant("inside-channels", "channels/port.py", "import channels.models"),
    Plant("inside-channels", "channels/helpers.py", ""),
    Plant("inside-tickets", "tickets/models.py", "import tickets.repository"),
    Plant("inside-tickets", "tickets/contacts/service.py", "import tickets.console"),
    Plant("inside-tickets", "tickets/helpers.py", ""),
    Plant("inside-knowledge", "knowledge/search/index.py", "import knowledge.articles"),
    Plant("inside-knowledge", "knowledge/helpers.py", ""),
    Plant("scheduler", "tickets/followups/service.py", "import apscheduler.schedulers.asyncio"),
    Plant("scheduler", "kit/outbox/runner.py", "from apscheduler.triggers.cron import CronTrigger"),
    Plant("vendors", "channels/delivery.py", "import telegram"),
    Plant("vendors", "bot/voice.py", "from wechatpy.client import WeChatClient"),
    Plant("vendors", "kit/web/pages.py", "import nh3"),
    Plant("pure", "bot/dialogue/decide.py", "import sqlmodel"),
    Plant("pure", "bot/dialogue/entities/model.py", "from fastapi import Request"),
    Plant("pure", "bot/dialogue/understand.py", "import kit.web.deps"),
    Plant("pure", "knowledge/search/index.py", "import knowledge.models"),
    Plant("pure", "tickets/stages.py", "import starlette.requests"),
    Plant("web-at-the-edge", "tickets/opening.py", "from fastapi import HTTPException"),
    Plant("web-at-the-edge", "kit/outbox/work.py", "import kit.web.deps"),
    Plant("web-at-the-edge", "bot/dialogue/turn.py", "import channels.webchat.endpoints"),
)


@dataclass(frozen=True)
class Verdict:
    """What lint-imports said about a tree."""

    kept: bool
    output: str


def contracts() -> dict[str, str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))
    return {one["id"]: one["name"] for one in settings["tool"]["importlinter"]["contracts"]}


def lint_imports(tree: Path, *options: str) -> Verdict:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"]
    done = subprocess.run(
        [*command, "--config", str(ROOT / "pyproject.toml"), "--no-cache", "--no-logo", *options],
        check=False,
        cwd=tree,
        # Before anything else on the path, an installed copy of the packages included.
        env={**os.environ, "PYTHONPATH": str(tree), "NO_COLOR": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
    )
    return Verdict(done.returncode == 0, done.stdout + done.stderr)


@pytest.fixture(scope="session")
def copied_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree = tmp_path_factory.mktemp("tree")
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__", "static", "templates", "content", "*.txt", "*.md")
        shutil.copytree(ROOT / package, tree / package, ignore=ignored)
    return tree


def test_all_contracts_are_kept() -> None:
    verdict = lint_imports(ROOT)
    assert verdict.kept, verdict.output


def test_the_copy_is_as_good_as_the_tree(copied_tree: Path) -> None:
    verdict = lint_imports(copied_tree)
    assert verdict.kept, verdict.output


def test_every_contract_has_its_wrong_import() -> None:
    assert {plant.contract for plant in PLANTS} == set(contracts())


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: f"{plant.contract}-{plant.file}-{plant.statement}")
def test_a_wrong_import_is_caught(plant: Plant, copied_tree: Path) -> None:
    file = copied_tree / plant.file
    before = file.read_text(encoding="utf8") if file.exists() else None
    file.write_text(f"{before or ''}\n{plant.statement}\n", encoding="utf8")
    try:
        verdict = lint_imports(copied_tree, "--contract", plant.contract)
    finally:
        file.unlink() if before is None else file.write_text(before, encoding="utf8")
    assert not verdict.kept
    assert f"{contracts()[plant.contract]} BROKEN" in verdict.output, verdict.output
