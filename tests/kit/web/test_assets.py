from pathlib import Path

import pytest

from kit.errors import NotFoundError
from kit.ground import Ground
from kit.web.assets import Assets
from kit.web.vendor import ICON_FOLDER, VENDOR_FILES
from tests.support.web import make_app, open_client


@pytest.fixture
def node_modules(tmp_path: Path) -> Path:
    """What npm would install, as far as the list names it."""
    folder = tmp_path / "node_modules"
    for file in VENDOR_FILES.values():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(f"/* {file} */")
    (folder / "secret.txt").write_text("secret")
    (folder / ICON_FOLDER).mkdir(parents=True)
    (folder / ICON_FOLDER / "inbox.svg").write_text("<!-- tags -->\n<svg class='icon'></svg>")
    return folder


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    (folder / "js").mkdir(parents=True)
    (folder / "js/a.js").write_text("1")
    (tmp_path / "outside.txt").write_text("secret")
    return folder


class TestServing:
    async def test_an_address_with_the_right_hash_is_cached_for_ever(
        self, ground: Ground, own: Path, node_modules: Path
    ) -> None:
        app = make_app(ground, statics={"own": own}, node_modules=node_modules)
        assets: Assets = app.state.assets
        async with open_client(app) as client:
            for name in ("own/js/a.js", "vendor/htmx.js"):
                got = await client.get(assets.url(name))
                assert got.status_code == 200
                assert "immutable" in got.headers["cache-control"]
                assert got.headers["content-type"].startswith("text/javascript")

    async def test_without_the_hash_the_browser_asks_again_and_is_told_when_nothing_changed(
        self, ground: Ground, own: Path
    ) -> None:
        async with open_client(make_app(ground, statics={"own": own})) as client:
            first = await client.get("/static/own/js/a.js?v=old")
            assert first.headers["cache-control"] == "no-cache"
            same = {"if-none-match": first.headers["etag"]}
            assert (await client.get("/static/own/js/a.js", headers=same)).status_code == 304

    @pytest.mark.parametrize(
        "path",
        [
            "own/%2e%2e/outside.txt",
            "own//etc/passwd",
            "own/js",
            "own/a%00b",
            "vendor/secret.txt",
            "vendor/htmx.org/dist/htmx.min.js",
            "nobody/a.js",
        ],
    )
    async def test_nothing_else_is_reachable(self, ground: Ground, own: Path, node_modules: Path, path: str) -> None:
        app = make_app(ground, statics={"own": own}, node_modules=node_modules)
        async with open_client(app) as client:
            got = await client.get(f"/static/{path}", headers={"accept": "application/json"})
        assert got.status_code == 404
        assert "secret" not in got.text

    async def test_says_what_to_do_before_the_browser_packages_are_installed(
        self, ground: Ground, tmp_path: Path
    ) -> None:
        app = make_app(ground, node_modules=tmp_path / "missing")
        async with open_client(app) as client:
            got = await client.get(app.state.assets.url("vendor/htmx.js"))
        assert got.status_code == 503
        assert "make setup" in got.text


class TestAssets:
    def test_the_address_changes_with_the_content(self, own: Path) -> None:
        assets = Assets({"own": own})
        before = assets.url("own/js/a.js")
        (own / "js/a.js").write_text("22")
        assert assets.url("own/js/a.js") != before

    def test_a_misspelt_name_is_noticed_when_the_page_is_made(self, own: Path) -> None:
        with pytest.raises(NotFoundError):
            Assets({"own": own}).url("own/js/b.js")

    def test_an_icon_is_hidden_from_screen_readers(self, node_modules: Path) -> None:
        assert Assets({}, node_modules=node_modules).icon("inbox") == ("<svg aria-hidden=\"true\" class='icon'></svg>")

    def test_an_icon_name_cannot_leave_its_folder(self, node_modules: Path) -> None:
        with pytest.raises(NotFoundError):
            Assets({}, node_modules=node_modules).icon("../inbox")
