"""Take all articles away as they are published; bring some in as drafts, which are read over like any other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from pathlib import Path

from sqlmodel import col, select

from kit.audit import Author
from kit.db import AsyncSession
from kit.files import ACCEPTED, FileStore, kind_of
from knowledge.folder.errors import FolderInvalidError
from knowledge.folder.packing import Folder, gather, paths_of
from knowledge.loader import ArticleFile
from knowledge.models import Article
from knowledge.versions.content import PICTURE, Content, digest_of, files_of, load, of_files
from knowledge.versions.drafting import Edit, begin, reopen, save, version_of
from knowledge.versions.models import ArticlePicture, ArticleRedirect, ArticleVersion, Origin, VersionState


class Verdict(StrEnum):
    """What became of one article that was brought in."""

    CREATED = "created"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True)
class Outcome:
    """What an import did, by slug."""

    created: Sequence[str]
    changed: Sequence[str]
    same: Sequence[str]


async def published_parts(session: AsyncSession, files: FileStore) -> list[tuple[str, bytes]]:
    """Every published article and every picture one of them shows, as paths and their content."""
    live = select(ArticleVersion).where(ArticleVersion.state == VersionState.PUBLISHED).order_by(col(ArticleVersion.id))
    contents = [load(version.content) for version in (await session.exec(live)).all()]
    shown = set[str]().union(*(content.pictures for content in contents)) if contents else set()
    rows = (await session.exec(select(ArticlePicture).where(col(ArticlePicture.id).in_(shown)))).all()
    pictures = {row.id: path.read_bytes() for row in rows if (path := files.path(row.id)).is_file()}
    suffixes = {row.id: ACCEPTED[row.mime] for row in rows}
    texts = [file for content in contents for file in files_of(content)]
    return list(paths_of(Folder(texts, pictures), suffixes))


def write_folder(folder: Path, parts: Sequence[tuple[str, bytes]]) -> None:
    for name, content in parts:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def read_folder(folder: Path) -> Folder:
    found = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return gather((path.relative_to(folder).as_posix(), path.read_bytes()) for path in found)


async def bring_in(session: AsyncSession, now: datetime, by: Author, folder: Folder, *, files: FileStore) -> Outcome:
    """A draft for each article that says something new; what is published stays until somebody else approves."""
    renamed = await _store_pictures(session, now, by, folder.pictures, files)
    verdicts: dict[Verdict, list[str]] = {verdict: [] for verdict in Verdict}
    ordered = sorted((_with_pictures(file, renamed) for file in folder.files), key=lambda file: file.slug)
    for slug, translations in groupby(ordered, key=lambda file: file.slug):
        verdicts[await _bring_in(session, now, by, of_files(list(translations)))].append(slug)
    return Outcome(verdicts[Verdict.CREATED], verdicts[Verdict.CHANGED], verdicts[Verdict.SAME])


async def _bring_in(session: AsyncSession, now: datetime, by: Author, content: Content) -> Verdict:
    edit = Edit(content=content, origin=Origin.IMPORTED)
    article_id = await _known(session, content.slug)
    if article_id is None:
        await begin(session, now, by, edit)
        return Verdict.CREATED
    article = (await session.exec(select(Article).where(Article.id == article_id))).one()
    current = await version_of(session, article.current_id or 0)
    was = load(current.content)
    # A language that is not in the folder stays as it is, and a former address leads to the present one.
    edit = replace(edit, content=replace(content, slug=was.slug, words={**was.words, **content.words}))
    if digest_of(edit.content) == current.digest:
        return Verdict.SAME
    version = await reopen(session, now, by, article_id)
    await save(session, now, by, version.id, edit, seen=version.revision)
    return Verdict.CHANGED


async def _known(session: AsyncSession, slug: str) -> int | None:
    now = (await session.exec(select(Article.id).where(Article.slug == slug))).first()
    former = select(ArticleRedirect.article_id).where(ArticleRedirect.slug == slug)
    return now or (await session.exec(former)).first()


async def _store_pictures(
    session: AsyncSession, now: datetime, by: Author, pictures: Mapping[str, bytes], files: FileStore
) -> dict[str, str]:
    """The pictures that are not here yet, by what they are called in the folder and what they are called here."""
    known = set((await session.exec(select(ArticlePicture.id).where(col(ArticlePicture.id).in_(pictures)))).all())
    renamed: dict[str, str] = {}
    for name, content in pictures.items():
        if name not in known:
            mime = kind_of(content)
            if not mime.startswith("image/"):
                raise FolderInvalidError(file=name, why="not a picture")
            renamed[name] = await files.keep(content)
            session.add(ArticlePicture(id=renamed[name], name=name, mime=mime, size=len(content), by=by.name, at=now))
    return renamed


def _with_pictures(file: ArticleFile, renamed: Mapping[str, str]) -> ArticleFile:
    body = PICTURE.sub(lambda found: f"(picture:{renamed.get(found[1], found[1])})", file.body)
    return replace(file, body=body)
