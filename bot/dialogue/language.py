import re

from bot.dialogue.folding import fold
from kit.i18n import Locale

MAX_LENGTH = 4000
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_OTHER_SCRIPT = re.compile(r"[\u3040-\u30ff\uac00-\ud7af\u0400-\u04ff\u0600-\u06ff\u0e00-\u0e7f]")
_ADDRESS = re.compile(r"https?://[^\s\u4e00-\u9fff]{1,300}|[\w.+-]{1,64}@[\w.-]{1,120}", re.ASCII)
_WORD = re.compile(r"(?<![a-z0-9_])[a-z]{2,20}(?![a-z0-9_])")

# Words that say nothing of the language of the person: both kinds of users type them.
_NEUTRAL = frozenset(
    (
        "ok okay hi bye app vpn ukey usb pdf ofd xml excel word wifi dns ip pin qq wechat weixin chrome "
        "edge ie firefox safari windows win mac macos uos linux android ios iphone thx nihao xiexie sb "
        "tmd http https err yp start help"
    ).split()
)
_FUNCTION_WORDS = frozenset(
    "the a an is are was were be been am do does did don doesn didn can can't cannot could would should will won i my "
    "me we our you your it its this that these those to of in on at for from with when what why how where which who "
    "and or but not no have has had get got if then there here so still says said shows after before".split()
)
_FEW_ENGLISH_WORDS = 3


def detect(text: str, fallback: Locale) -> Locale:
    """Tell the language the person writes in; names of products, addresses and bare codes decide nothing.

    Chinese with English names in it stays Chinese. English that quotes a Chinese message is English only when
    it clearly outweighs the quotation.
    """
    folded = _ADDRESS.sub(" ", fold(text[:MAX_LENGTH]))
    han = len(_HAN.findall(folded))
    words = _WORD.findall(folded.replace("'", "").replace("’", ""))
    if han:
        english = sum(word in _FUNCTION_WORDS for word in words)
        if english >= _FEW_ENGLISH_WORDS and len(words) > han:
            return "en"
        return fallback if _OTHER_SCRIPT.search(folded) else "zh"
    if any(word not in _NEUTRAL for word in words):
        return "en"
    return fallback
