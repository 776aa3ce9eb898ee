"""``yingpiao llm status``: what an operator reads of the model."""

from pathlib import Path

import bot.schema  # noqa: F401 - the tables.
from bot.wording_status import status_lines
from kit.clock import FrozenClock
from kit.ground import Ground
from knowledge.llm.counting import count, reserve
from tests.support.ground import open_ground


async def test_switched_off_it_says_so(ground: Ground) -> None:
    assert await status_lines(ground) == ["语言模型：没有启用。所有回答都用文章原文。"]


async def test_each_day_has_its_figures_and_reasons_and_the_key_is_never_shown(
    tmp_path: Path, clock: FrozenClock, database_url: str
) -> None:
    chosen = {"llm_url": "https://llm.test/v1", "llm_model": "m", "llm_key": "sk-secret", "llm_uses": ["answer"]}
    async with open_ground(tmp_path, clock=clock, url=database_url, **chosen) as ground:
        async with ground.db.transaction() as session:
            today = clock.now().date()
            await count(session, today, "answer", {"asked": 2, "worded": 1, "late": 1})
            await count(session, today, "answer", {"asked": 1, "late": 1})
            await count(session, today, "draft", {"asked": 1, "worded": 1})
            assert await reserve(session, today, 70, limit=100)
            assert not await reserve(session, today, 31, limit=100)
        lines = await status_lines(ground)
    assert lines == [
        "语言模型：已启用，m，https://llm.test/v1",
        "2026-11-24：请求 4 次，采用 2 次，删去没有依据的句子 0 句；用量 70 / 200000 token",
        "  其中起草回复：请求 1 次，采用 1 次",
        "  没有采用 2 次：超时",
    ]
    assert "sk-secret" not in repr(ground.settings)
