"""The ground stays small: its files are listed here, and none of them is about the business."""

import re
from pathlib import Path

from tests.architecture.tree import ROOT, files_under

FILES = frozenset(
    """
    __init__.py
    access/__init__.py
    access/deps.py
    access/endpoints.py
    access/identity.py
    access/install.py
    access/middleware.py
    access/models.py
    access/passwords.py
    access/service.py
    audit.py
    bus.py
    bus_remote.py
    clock.py
    db.py
    errors.py
    files.py
    ground.py
    i18n.py
    log.py
    masking.py
    outbox/__init__.py
    outbox/dead.py
    outbox/enqueue.py
    outbox/models.py
    outbox/runner.py
    outbox/work.py
    phones.py
    scanning.py
    secretbox.py
    settings.py
    sheets.py
    text.py
    together.py
    web/__init__.py
    web/assets.py
    web/csrf.py
    web/cursor.py
    web/deps.py
    web/errors.py
    web/install.py
    web/locale.py
    web/pages.py
    web/security.py
    web/sse.py
    web/vendor.py
    """.split()
)

BUSINESS = re.compile(
    r"tickets?|channels?|articles?|knowledge|conversations?|contacts?|incidents?|surveys?|dialogues?|invoices?"
)


def files_of(kit: Path) -> set[str]:
    return {str(path.relative_to(kit)) for path in files_under(kit.parent, (kit.name,), ".py")}


def about_the_business(names: set[str]) -> set[str]:
    return {name for name in names if BUSINESS.search(name)}


def test_a_file_comes_into_the_ground_only_by_being_listed() -> None:
    assert files_of(ROOT / "kit") == FILES


def test_no_file_of_the_ground_is_about_the_business() -> None:
    assert about_the_business(files_of(ROOT / "kit")) == set()


def test_a_new_file_is_noticed(tmp_path: Path) -> None:
    kit = tmp_path / "kit"
    (kit / "web").mkdir(parents=True)
    (kit / "web" / "helpers.py").touch()
    (kit / "ticket_numbers.py").touch()
    assert files_of(kit) - FILES == {"web/helpers.py", "ticket_numbers.py"}
    assert about_the_business(files_of(kit)) == {"ticket_numbers.py"}
