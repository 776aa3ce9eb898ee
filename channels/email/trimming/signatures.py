"""What programs and telephones put below a text."""

import re

#: A line of these alone divides, and says nothing.
_DIVIDER = re.compile(r"[\s\-_=*~+#.·•—–ᐧ]{1,400}")
#: Above a signature: two or three dashes of any kind, alone on a line.
DELIMITER = re.compile(r"\s{0,3}(?:--|—|__|– –|-- -?)\s{0,3}")
_DEVICE = re.compile(
    r"[\s<(\[*]{0,6}(?:"
    r"(?:sent|composed|written) (?:from|with|via|by|using)\b|sent by\b|someone from mobile"
    r"|from my (?:iphone|ipad|phone|mobile|android|samsung|huawei)|(?:get|download) (?:the )?\[?outlook\b"
    r"|envoyé (?:depuis|de|à partir)\b|obten(?:ir|ez) outlook|enviado (?:desde|do|de|a partir)\b|obtener outlook"
    r"|von meinem\b|gesendet (?:von|mit)\b|diese nachricht wurde (?:von|mit)\b|holen sie sich outlook|outlook für"
    r"|inviato (?:da|dal)\b|(?:ottieni|scarica) outlook|verzonden (?:vanaf|met|van|via)\b|verstuurd vanaf\b"
    r"|wysłan[oe] z|отправлено (?:с|из)\b|skickat från|sendt fra|lähetetty \w{1,20}st[aä]\b"
    r"|iphoneから送信|iphone에서 보냄|나의 \w{1,20}에서 보냄|\w{1,20}'d[ae]n gönderildi"
    r"|发自|發自|寄自我的|[来來]自我的|[从從由]我的.{1,30}(?:发送|傳送)|发送自|傳送自"
    r"|[从從] ?windows ?版.{1,12}(?:发送|傳送)|通过.{1,20}(?:手机|邮箱|邮件)发送"
    r"|(?:获取|下载|取得) ?outlook"
    r").{0,200}",
    re.IGNORECASE,
)
_LONGEST = 240


def is_divider(line: str) -> bool:
    return len(line) <= 2 * _LONGEST and bool(_DIVIDER.fullmatch(line)) and bool(line.strip())


def is_device(line: str) -> bool:
    """Whether it reads as "Sent from my iPhone" does, in the languages and words of the usual programs."""
    return len(line) <= _LONGEST and bool(_DEVICE.fullmatch(line))
