"""Lines that say that an earlier mail follows: "-----Original Message-----", "原始邮件"."""

import re

_NAMES = "|".join(
    name.strip()
    for name in """
    original message, original mail, original email, original, replied message, forwarded message,
    forwarded by .{1,60},
    原始邮件, 原始郵件, 邮件原件, 郵件原件, 原邮件, 原文, 回复的原邮件, 回复的邮件, 回复的原件, 转发的邮件,
    转发的原邮件,
    转发邮件, 轉寄郵件, 原始信件, 原始訊息,
    ursprüngliche nachricht, ursprüngliche e-mail, originalnachricht, weitergeleitete nachricht,
    message d'origine, message d’origine, message original, message transféré, mensaje original, mensaje reenviado,
    mensagem original, mensagem encaminhada, messaggio originale, messaggio inoltrato, oorspronkelijk bericht,
    doorgestuurd bericht, wiadomość oryginalna, oryginalna wiadomość, исходное сообщение, оригинальное сообщение,
    пересылаемое сообщение, пересланное сообщение, ursprungligt meddelande, opprinnelig melding,
    oprindelig meddelelse,
    alkuperäinen viesti, 元のメッセージ, 転送されたメッセージ, 원본 메시지, 원본메시지, 전달된 메시지, özgün ileti,
    özgün mesaj, orijinal mesaj, původní zpráva, eredeti üzenet
    """.split(",")
)
_BEGINNINGS = "|".join(
    name.strip()
    for name in """
    begin forwarded message, début du message réexpédié, début du message transféré,
    anfang der weitergeleiteten nachricht, anfang der weitergeleiteten e-mail, inicio del mensaje reenviado,
    inizio messaggio inoltrato, 下面是被转发的邮件, 开始转发的邮件
    """.split(",")
)
_FRAMES = frozenset("-- __ == ** —— ––".split())
_FRAMED = re.compile(rf"[-_=*—–\s]{{2,120}}(?:{_NAMES})\s{{0,20}}[-_=*—–:：\s]{{0,120}}", re.IGNORECASE)
_HALF_FRAMED = re.compile(rf"(?:{_NAMES})\s{{0,20}}[-_=*—–]{{2,120}}", re.IGNORECASE)
_BARE = re.compile(r"(?:original|original message|original mail|原始邮件|原始郵件|原邮件)\s{0,9}[:：]?", re.IGNORECASE)
_BEGINS = re.compile(rf"(?:{_BEGINNINGS})\s{{0,9}}[:：]", re.IGNORECASE)
_LONGEST = 200


def announces_original(line: str) -> bool:
    """Whether the line can only stand above an earlier mail."""
    if len(line) > _LONGEST:
        return False
    text = line.strip()
    framed = text[:2] in _FRAMES and _FRAMED.fullmatch(text)
    return bool(framed or _HALF_FRAMED.fullmatch(text) or _BEGINS.fullmatch(text))


def may_announce_original(line: str) -> bool:
    """Whether it does if a block of headers follows."""
    return len(line) <= _LONGEST and bool(_BARE.fullmatch(line.strip()))
