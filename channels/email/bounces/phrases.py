"""The words by which mail systems say, in many languages, that a mail did not arrive, or not yet."""

from channels.email.bounces.wording import any_of

#: Nobody has written a notice longer than this before the original begins.
MOST_CHARACTERS = 64 * 1024

_FAILED_SUBJECT = any_of(
    r"undeliver|delivery[^\n]{0,20}(fail|problem|error|status|notif|delay|report)",
    r"fail\w{0,4} (notice|delivery)|failed mail|mail (deliver\w{0,3} )?(fail|system error|error)",
    r"returned? (mail|to sender|message)|returning (message )?to sender|non[- ]?delivery|not delivered",
    r"delivery has failed|warning: (message|could not|e?mail)|could not (be )?(send|sent|deliver)|bounce",
    r"error sending|message delayed|delayed (mail|message)|(mail|message) status|rejected:|退信|退回",
    r"投递失败|投遞失敗|未送达|未送達|无法送达|無法送達|无法投递|無法投遞|发送失败|傳送失敗|寄送失敗",
    r"送达失败|配信(不能|できません|エラー|失敗)|送信(不能|できません|エラー|失敗)|不達|メールエラー",
    r"未配信|unzustellbar|nicht (zugestellt|zustellbar)|zustell\w{0,10}fehl|fehlgeschlagen|non remis",
    r"non distribu|[eé]chec|no se (ha )?(pud|podid|entreg)|no entregado|devuelto|no entregable",
    r"n[aã]o (entregue|foi entregue)|falha|mancat\w recapito|non recapitabil|impossibile|недостав",
    r"не ?доставлен|не может быть доставлен|nie dostarczono|niedostarczon|niet (bezorg|afgelever)",
    r"onbestelbaar|nedoru[cč]|반송|전송 ?실패|배달 ?실패",
)
_FAILED_BODY = any_of(
    r"undeliver(ed|able)",
    (
        r"(could|can|was|is|has|have|had|did)( ?n[o'’]t|not)( yet)?( able)?( to)?( be)?( been)? (deliver"
        r"|sent|send|reach|accept|saved|store)"
    ),
    r"unable to (deliver|send|reach|relay|complete)|fail(ed|ure) to (deliver|send)",
    r"(deliver|send)\w{0,3}[^\n]{0,60} (failed|failure|failing|aborted|delayed|problem|errors?\b)",
    r"(fail|error|trouble|problem)\w{0,3}[^\n]{0,40}deliver|did not (reach|receive)",
    r"permanent(ly)? (fatal )?(error|fail)|fatal errors?|deliver\w{0,3} (error|status)",
    r"returned (mail|to (the )?sender|message)|failed addresses|failed recipient|transcript of session",
    r"(was|were|been|is) (rejected|bounced|returned|refused|delayed)|did not like our|rejected recipient",
    r"unknown user|invalid (final delivery )?(user|recipient|address)|user unknown|mailbox is full",
    r"delivery failed|failure reasons|malformed (recipient )?address|incorrectly constructed",
    r"has been delayed|not yet been delivered|may not exist|error:? invalid|giv(ing|en) up|退信|退回",
    r"投递失败|投遞失敗",
    r"(未|无法|無法|不能|没有|沒有)(能)?(成功)?(投递|投遞|送达|送達|送到|发送|傳送|递送|遞送|寄送)",
    r"(发送|傳送|寄送|送达|送達)失[败敗]|被拒|(送信|配信|配送|配達|お届け)(でき|不能|エラー|に失敗)",
    r"届け(られ|でき)|エラーのため|宛先不明|返送|nicht[^\n.]{0,60}(zugestellt|ausgeliefert|zustell)",
    r"unzustellbar|zustellung[^\n.]{0,40}(fehl|gescheit)|fehlgeschlagen",
    r"(pas pu|impossible|n'a pas)[^\n.]{0,60}([eê]tre )?(remis|livr|distribu|d[eé]livr|achemin|envoy)",
    r"non remis|[eé]chec (de|lors)",
    r"no (se )?(ha )?(sido )?(pud|podid|puede|fue)[^\n.]{0,30}(entreg|enviad)|no se (ha )?entreg",
    r"n[aã]o (p[oô]de|foi poss|foi|pode)[^\n.]{0,30}(entreg|envia)|falha (na|ao|de) (entreg|envi)",
    r"(non|impossibile)[^\n.]{0,60}(consegn|recapit)|не (может быть|был[оа]?|удалось)[^\n.]{0,40}достав",
    r"не ?доставлен|недостав|niet[^\n.]{0,40}(bezorgd|afgeleverd|verzonden)|onbestelbaar",
    r"nie [^\n.]{0,40}(dostarcz|dor[eę]cz)|nedoru[cč]|nepoda[rř]ilo|반송|전송[^\n]{0,6}실패",
    r"배달[^\n]{0,6}(실패|되지)",
)
_DELAYED = any_of(
    r"(has|have|been|is|was|message) (been )?delayed|delayed? (for|more|to)",
    r"not yet (been )?(delivered|sent)|will (be retried|continue|keep|try again)|still (trying|being)",
    r"warning (message )?only|only a (warning|temporary)|temporar(y|ily) (failure report|undeliver)",
    r"no action is (required|needed)|(delivery )?attempts will (continue|be made)",
    r"do not need to re-?send|delivery status notification \(delay\)|warning: (message|could not)",
    r"(继续|繼續|再次|稍后|稍後)[^\n。]{0,6}(尝试|嘗試|重试|重試|投递|投遞|发送)|延迟|延遲|再送(を|し)(試|続|ます)|再試行|遅延",
    r"verz[oö]gert|retard[eé]|wird weiter(hin)? versucht|отложен|задерж",
)
_GIVEN_UP = any_of(
    r"permanent|giv(ing|en) up|failed permanently|will not be (retried|attempted)|not going to try",
    r"message will be deleted|(could not|cannot) be delivered for \d|已放弃|不再(尝试|重试)",
)
_SUCCEEDED = any_of(
    r"(?<!un)(?<!not )success|(was|were|been) (delivered|relayed)|erfolgreich|成功(投递|投遞|送达|送達)|已送达|已送達"
)
#: These are nobody's own words; the others may begin a question, and need more than words.
_AUTO_REPLY_SUBJECT = any_of(
    r"^\W{0,3}(auto(matic|mated)?[- ]{0,2}(reply|response|answer)|automatische (antwort|abwesenheits\w{0,10})"
    r"|abwesenheits(notiz|meldung|assistent)|r[eé]ponse automatique"
    r"|respuesta autom[aá]tica|resposta autom[aá]tica"
    r"|risposta automatica|автоответ|自动回复|自動回覆|自動回復|自动答复|自動応答|自動返信|자동 ?회신)"
    r"\s{0,3}([:：\])】-]|$)"
)
_AWAY_SUBJECT = any_of(
    r"^\W{0,3}(auto(matic|mated)?[- ]{0,2}(reply|response|answer)|auto: |out of (the )?office|ooo\b|away from|vacation"
    r"|on (leave|vacation|holiday)|abwesen|absence|absent|fuera de la oficina"
    r"|自动回复|自動回覆|自動回復|不在|休假|出差|부재)"
)


def subject_of_failure(subject: str) -> bool:
    return _FAILED_SUBJECT.search(subject[:500]) is not None


def tells_of_failure(text: str) -> bool:
    return _FAILED_BODY.search(text[:MOST_CHARACTERS]) is not None


def tells_of_success(subject: str, text: str) -> bool:
    return _SUCCEEDED.search(f"{subject[:500]}\n{text[:MOST_CHARACTERS]}") is not None


def tells_of_delay(subject: str, text: str) -> bool:
    """Tried again, as far as the notice says."""
    told = f"{subject[:500]}\n{text[:MOST_CHARACTERS]}"
    return _DELAYED.search(told) is not None and _GIVEN_UP.search(told) is None


def subject_of_auto_reply(subject: str) -> bool:
    return _AUTO_REPLY_SUBJECT.search(subject[:500]) is not None


def subject_of_absence(subject: str) -> bool:
    return _AWAY_SUBJECT.search(subject[:500]) is not None
