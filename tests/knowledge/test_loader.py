from dataclasses import replace
from pathlib import Path

import pytest

from knowledge.loader import DRAFT, ArticleFileError, phrasings_of, read_file, read_folder, read_text, write_text
from tests.support.public import make_article

CONTENT = Path(__file__).parents[2] / "knowledge" / "content"
GOOD = """---
title: 打印偏了怎么办
kind: fix
audience: user
level: basic
component: print
tags: [打印]
summary: 先选实际大小。
steps: [选实际大小, 选对纸张, 试打一张]
questions: [一, 二, 三, 四, 五, 六, 七, 八]
---
## 怎么做
照着步骤来。
"""


def write(folder: Path, text: str, *, lang: str = "zh", slug: str = "fix-print") -> Path:
    path = folder / lang / f"{slug}.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


class TestReadFile:
    def test_every_field_arrives(self, tmp_path: Path) -> None:
        article = read_file(write(tmp_path, GOOD))
        assert (article.slug, article.lang, article.kind, article.component) == ("fix-print", "zh", "fix", "print")
        assert article.steps == ("选实际大小", "选对纸张", "试打一张")
        assert len(article.questions) == 8
        assert article.body == "## 怎么做\n照着步骤来。"

    @pytest.mark.parametrize(
        ("line", "instead", "field"),
        [
            ("title: 打印偏了怎么办", "title: ''", "title"),
            ("title: 打印偏了怎么办", "title: 12", "title"),
            ("kind: fix\n", "", "kind"),
            ("kind: fix", "kind: repair", "kind"),
            ("audience: user", "audience: nobody", "audience"),
            ("level: basic", "level: 1", "level"),
            ("component: print", "component: paper", "component"),
            ("tags: [打印]", "tags: 打印", "tags"),
            ("tags: [打印]", "tags: []", "tags"),
            ("steps: [选实际大小, 选对纸张, 试打一张]", "steps: [选实际大小]", "steps"),
            ("steps: [选实际大小, 选对纸张, 试打一张]", "steps: [一, {二: 三}, 四]", r"steps\[1\]"),
            ("questions: [一, 二, 三, 四, 五, 六, 七, 八]", "questions: [一]", "questions"),
            ("level: basic", "level: basic\nauthor: me", "author"),
            ("summary: 先选实际大小。", "summary: [", "front matter"),
            ("## 怎么做\n照着步骤来。\n", "", "body"),
        ],
    )
    def test_what_is_wrong_is_named_with_file_and_field(
        self, tmp_path: Path, line: str, instead: str, field: str
    ) -> None:
        assert line in GOOD
        path = write(tmp_path, GOOD.replace(line, instead))
        with pytest.raises(ArticleFileError, match=field) as error:
            read_file(path)
        assert str(path) in str(error.value)

    def test_a_file_in_an_unknown_language_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ArticleFileError, match="language"):
            read_file(write(tmp_path, GOOD, lang="fr"))


class TestReadFolder:
    def test_a_missing_translation_is_named(self, tmp_path: Path) -> None:
        write(tmp_path, GOOD)
        with pytest.raises(ArticleFileError, match=r"en.fix-print\.md: file: is missing"):
            read_folder(tmp_path)

    def test_one_question_may_not_ask_for_two_articles(self, tmp_path: Path) -> None:
        for lang in ("zh", "en"):
            write(tmp_path, GOOD, lang=lang)
            write(tmp_path, GOOD, lang=lang, slug="fix-other")
        with pytest.raises(ArticleFileError, match="questions: '一' is asked in fix-other too"):
            read_folder(tmp_path)

    def test_a_folder_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(ArticleFileError, match="does not exist"):
            read_folder(tmp_path / "nowhere")

    def test_the_shipped_articles_follow_the_format(self) -> None:
        articles = read_folder(CONTENT)
        assert {article.lang for article in articles} == {"zh", "en"}
        for article in articles:
            assert {phrasing.article for phrasing in phrasings_of(article)} == {article.slug}


class TestWriting:
    def test_what_is_written_is_read_again_word_for_word(self) -> None:
        odd = make_article(title="标题: 有冒号", summary="- 像列表", steps=("# 一", "二"), questions=(), tags=())
        again = read_text(Path("zh/fix-login.md"), write_text(odd), DRAFT)
        assert again == replace(odd, body=odd.body.strip())
