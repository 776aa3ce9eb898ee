"""What the pages of playbooks have in common: what is typed, what is wrong with it, and how it looks."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, cast

from fastapi import Form, Request
from sqlmodel import col, select

from kit.db import AsyncSession
from kit.text import clean_text
from knowledge.console import HOME
from knowledge.playbooks.checking import Surroundings, check_source
from knowledge.playbooks.errors import PlaybookNotFoundError
from knowledge.playbooks.layout import HEIGHT, WIDTH, lay_out
from knowledge.playbooks.models import Playbook, PlaybookVersion
from knowledge.playbooks.reading import Fault
from knowledge.playbooks.releasing import CountFaults
from knowledge.playbooks.sketching import sketch
from knowledge.playbooks.writing import SOURCE_MAX, Edit
from knowledge.versions.content import TITLE_MAX
from knowledge.versions.models import Origin

PLAYBOOKS = f"{HOME}/playbooks"
Source = Annotated[str, Form(max_length=SOURCE_MAX * 4)]
#: Of the playbook that is being changed; empty for one that is begun.
Key = Annotated[str, Form(max_length=TITLE_MAX)]


def typed(source: str) -> str:
    """As it is kept; what stands before the first word stays, so that the lines are those the person sees."""
    return clean_text(f".{source}")[1:].rstrip() + "\n"


def edit_of(source: str, origin: Origin = Origin.WRITTEN) -> Edit:
    text = typed(source)
    return Edit(source=text, titles=sketch(text).titles, origin=origin)


async def faults_in(request: Request, session: AsyncSession, key: str, source: str) -> list[Fault]:
    """All that keeps it from being handed in, by line."""
    around = cast("Callable[[AsyncSession], Awaitable[Surroundings]]", request.app.state.playbook_surroundings)
    faults = check_source(source, await around(session))
    said = sketch(source).key
    if key and said and said != key:
        line = next((at for at, text in enumerate(source.splitlines(), 1) if text.startswith("key:")), 1)
        faults.insert(0, Fault(line, "", "other_key", {"name": key}))
    return faults


def count_faults(request: Request) -> CountFaults:
    async def count(session: AsyncSession, key: str, source: str) -> int:
        return len(await faults_in(request, session, key, source))

    return count


async def one_playbook(session: AsyncSession, playbook_id: int) -> Playbook:
    playbook = (await session.exec(select(Playbook).where(Playbook.id == playbook_id))).first()
    if playbook is None:
        raise PlaybookNotFoundError
    return playbook


async def playbook_versions(session: AsyncSession, playbook_id: int) -> Sequence[PlaybookVersion]:
    """Newest first."""
    mine = select(PlaybookVersion).where(PlaybookVersion.playbook_id == playbook_id)
    return (await session.exec(mine.order_by(col(PlaybookVersion.number).desc()))).all()


def drawn(source: str) -> dict[str, object]:
    seen = sketch(source)
    drawing = lay_out(seen.start, {key: [way.target for way in place.ways] for key, place in seen.places.items()})
    return {"sketch": seen, "drawing": drawing, "box_width": WIDTH, "box_height": HEIGHT}
