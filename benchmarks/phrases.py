"""Questions as people type them: the shipped ways to ask, each in words that hardly ever come twice."""

import random
from collections.abc import Iterator

from bot.installation import CONTENT
from knowledge.loader import read_folder

_BEFORE = {
    "zh": ("", "请问", "问一下，", "月底了，", "我们公司", "客户在催，", "又来了，", "老板问，", "新来的会计问，"),
    "en": ("", "Quick question: ", "Please, ", "Month end: ", "Our office asks: ", "A customer asks: "),
}
_AFTER = {
    "zh": ("", "？", "，怎么办", "，急", "，在线等", "，上午还好好的", "，两台电脑都这样"),
    "en": ("", "?", " - urgent", " since this morning", " on two computers"),
}


def questions(seed: int) -> Iterator[str]:
    """Without end and in an order of their own for every seed; one in five is English."""
    chance = random.Random(seed)
    asked: dict[str, list[str]] = {"zh": [], "en": []}
    for article in read_folder(CONTENT):
        asked[article.lang] += article.questions
    while True:
        language = "en" if chance.random() < 0.2 else "zh"
        said = chance.choice(asked[language])
        yield f"{chance.choice(_BEFORE[language])}{said}{chance.choice(_AFTER[language])}"
