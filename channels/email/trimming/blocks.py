"""Blocks of headers that mail programs put above what they quote, in any language and order: From, Sent, Subject."""

import re
from collections.abc import Sequence


def _either(names: str) -> str:
    return "|".join(name.strip() for name in names.split(","))


_FROM = _either("""
    from, 发件人, 寄件者, 寄件人, 發件人, von, de, da, van, od, от, från, fra, lähettäjä, 差出人, 보낸 사람,
    보낸사람, kimden,
    gönderen, expéditeur, mittente, remetente, remitente, afzender, отправитель, nadawca, feladó, odesílatel
""")
_SENT = _either("""
    sent, sent time, date, 发送时间, 发送日期, 发件日期, 日期, 时间, 寄件日期, 傳送時間, 寄送日期, 發送時間, gesendet,
    gesendet am, datum, envoyé, envoyé le, enviado, enviado el, enviada, enviada em, enviado em, fecha, data, inviato,
    verzonden, wysłano, отправлено, дата, skickat, sendt, dato, lähetetty, päiväys, 送信日時, 日時, 보낸 날짜, 날짜,
    gönderildi, tarih, gönderme tarihi, odesláno, dátum
""")
_TO = _either("""
    to, 收件人, 收信人, an, à, a, para, per, aan, do, кому, till, til, vastaanottaja, 宛先, 받는 사람, 받는사람, kime,
    destinataire, destinatario, destinatário, komu, címzett
""")
_OTHER = _either("""
    cc, bcc, 抄送, 副本, 密送, 密件抄送, reply-to, reply to, 回复, 回覆, subject, 主题, 主題, 主旨, 标题, betreff,
    objet,
    asunto, assunto, oggetto, onderwerp, temat, тема, ämne, emne, aihe, 件名, 제목, konu, kopie, copie, kopia,
    копия, kopi,
    kopio, ccn, risposta, importance, 重要性, priority, 附件, attachments, předmět, tárgy
""")
_LINE = re.compile(
    rf"[\s>|*•\-]{{0,20}}(?P<label>(?P<from>{_FROM})|(?P<sent>{_SENT})|(?P<to>{_TO})|{_OTHER})"
    r"\s{0,3}\*{0,3}\s{0,3}[:：|]",
    re.IGNORECASE,
)
#: Spaces within a label: 主　题, 收 件 人.
_SPACED = re.compile(r"(?<=[\u4e00-\u9fff])[\u3000 ](?=[\u4e00-\u9fff]{1,2}\s?[:：])")
_LOOKED_AT = 340
#: Lines of a block, its wrapped lines and gaps included.
_REACH = 24
_GAP = 2
_ENOUGH = 2


def header_at(line: str) -> str:
    """What kind of header the line is: "from", "sent", "to", "other", or nothing."""
    found = _LINE.match(_SPACED.sub("", line[:_LOOKED_AT].replace("\u3000", " ").replace("\u00a0", " ")))
    if found is None:
        return ""
    return next((kind for kind in ("from", "sent", "to") if found[kind]), "other")


def begins_block(kinds: Sequence[str], lines: Sequence[str], at: int) -> bool:
    """Whether a block of headers begins at this line; ``kinds`` are those of all lines."""
    if not kinds[at]:
        return False
    seen: set[str] = set()
    gap = count = 0
    for place in range(at, min(len(lines), at + _REACH)):
        if kinds[place]:
            seen.add(kinds[place])
            count, gap = count + 1, 0
        else:
            # A wrapped line or an empty one between two headers.
            gap += 1
            if gap > _GAP or (not lines[place].strip() and gap > 1):
                break
    strong = "from" in seen and len(seen) >= _ENOUGH
    return strong or (count > _ENOUGH and len(seen) > _ENOUGH)
