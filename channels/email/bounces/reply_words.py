"""The words by which servers say why they turn a mail away, in the languages that customers' servers speak.

Written for text in lower case from which addresses and links are gone; quantifiers are bounded, so that no text takes
long. The order is that of the rules: see ``verdicts``.
"""

from channels.email.bounces.report import Reason
from channels.email.bounces.wording import any_in_lower_case

RULES = (
    (
        Reason.MAILBOX_FULL,
        any_in_lower_case(
            (
                r"(mail ?box|mail ?folder|inbox|account|postfach|bo[iî]te|buz[oó]n|casella"
                r"|skrzynka)[^.;\n]{0,60}\b(full|voll|pleine?|llen[ao]|pien[ao]|satt|cheia)\b"
            ),
            r"\b(full|plein|volle[sn]?) (mail ?box|postfach|bo[iî]te)",
            (
                r"(over|exceed\w{0,4}|reached|out of|beyond|above)[^.;\n]{0,40}(quota|storage|mailbox size"
                r"|disk space|mailbox limit)"
            ),
            r"quota[^.;\n]{0,30}(exceed|full|overschr|d[eé]pass|[uü]berschr|supera|reached|exhaust)|over ?quota",
            r"quota violation",
            r"(not|in|no)[ -]?(enough|sufficient|left)? ?(disk|storage|mailbox)? ?space( left| available)?",
            r"mail ?box[^.;\n]{0,40}(exceed|limit|reached)|storage (limit|full)|mailfull|mailbox_full",
            r"(邮箱|郵箱|信箱|邮件箱|收件箱)[^。\n]{0,20}(已?满|滿|超出|超过|空间不足|容量不足|容量已|超限)",
            r"(空间|容量|空間)[^。\n]{0,8}(不足|已满|已滿|超)",
            r"(メールボックス|受信箱|容量)[^。\n]{0,20}(いっぱい|一杯|超え|超過|オーバー|満杯)|переполнен",
            r"превышена? квот|превысил квот|cuota (excedida|superada)|espacio insuficiente|speicherplatz",
        ),
    ),
    (
        Reason.LOCAL_PROGRAM,
        any_in_lower_case(
            r"procmail|mail\.local: (?!unknown)|\bmaildrop\b|\bvacation:|pipe to \|",
            r"local delivery (agent|failed)|delivery to (file|pipe)|lmtp error|child (exit )?status \d",
        ),
    ),
    (
        Reason.NETWORK,
        any_in_lower_case(
            r"not found, try again|unverified address: connect|host name lookup failure",
            r"temporary (name|dns|lookup)|name server reply|servfail|dns query failed|no route to host",
            r"network (is )?(unreachable|error|down)|connection (was )?(refused|reset|dropped|lost|closed)",
            r"lost connection|too many hops|mail loop|loops? back to|looping|hop count|routing loop",
            r"could not connect|timeout exceeded while",
        ),
    ),
    (
        Reason.BLOCKED,
        any_in_lower_case(
            r"reverse[ -]?dns|\bptr\b|\brdns\b|\bfcrdns\b|ip name lookup|unverif\w{1,6} sending ip",
            r"hostname[^.;\n]{0,40}(not|un)[^.;\n]{0,20}(resolve|verif)",
            r"cannot (find|resolve) your (host|ip|reverse|domain)|client (host|ip)( name)? (rejected|invalid)",
            r"helo[^.;\n]{0,30}(reject|invalid|fail|not)|ehlo[^.;\n]{0,30}(reject|invalid|fail)",
        ),
    ),
    (
        Reason.NOT_AUTHENTICATED,
        any_in_lower_case(
            r"\bdmarc\b|\bspf\b|\bdkim\b|unauthenticated|not authenticated",
            r"authentication (required|failed|checks?)|authrequired|sender id\b",
        ),
    ),
    (
        Reason.SENDER_REJECTED,
        any_in_lower_case(
            (
                r"sender(('s)? address|('s)? domain| verify| verification){0,2} (was |is |been |does )?(reject"
                r"|fail|denied|refus|invalid|not (exist|valid|accept|allow)|unknown|block)"
            ),
            r"(invalid|unknown|bad|illegal) sender|sender( domain)? has no",
            r"sender (address|domain) \S{1,100} (does|is|has)",
            r"(adresse|domaine)[^.;\n]{0,20}([eé]metteur|exp[eé]diteur)|domain of sender|envelope sender",
            (
                r"(absender|remitente|mittente|отправител\w{1,3})[^.;\n]{0,30}(abgelehnt|ung[uü]ltig|nicht|rechaz"
                r"|rifiut|отклон|reject|invalid)"
            ),
            r"mail from( address| domain)? (is |was |has been )?(reject|denied|refus|invalid|not )",
            r"reject(ed)? mail from|reverse[ -]path|return path|from: ?(header|domain|address)|valid from\b",
            r"sending (address|domain)[^.;\n]{0,40}(not|invalid|reject)|sending to/from|callback|call-?out verif",
            r"may not have permission to post|not allowed to (post|send)|no tiene[ns]? permiso|only members",
            r"发件人|寄件者|寄件人",
        ),
    ),
    (
        Reason.RELAYING,
        any_in_lower_case(
            r"relay(ing)? (access |is |not |operation )?(was )?(denied|permitted|allowed|rejected|prohibited)",
            r"no relaying|unable to relay|cannot relay|not permitted to relay|we do not relay|open relay",
            r"relay access|relaynotallowed",
        ),
    ),
    (
        Reason.VIRUS,
        any_in_lower_case(
            r"\bvirus\b|malware|infected|trojan|病毒",
        ),
    ),
    (
        Reason.TOO_BIG,
        any_in_lower_case(
            (
                r"(message|mail|size|data|attachment)[^.;\n]{0,30}(too (large|big|long)"
                r"|exceed\w{0,4}[^.;\n]{0,20}(size|limit|max))"
            ),
            r"size limit|(maximum|fixed)[^.;\n]{0,20}message size|too (large|big)( for|$)|sizelimit",
            r"邮件(大小)?(超过|太大|过大)|サイズ",
        ),
    ),
    (
        Reason.CONTENT,
        any_in_lower_case(
            r"header error|headers? too|8-?bit data|improper use",
            r"malformed (header|message|mime|address|recipient)|incorrectly constructed|rfc[ -]?[258]\d{3}",
            r"multiple (addresses|subject|from)|duplicate header|bare (lf|cr)",
            r"message[- ]id.{0,20}(missing|invalid)|missing[^.;\n]{0,20}header|invalid (date|header)",
        ),
    ),
    (
        Reason.SPAM,
        any_in_lower_case(
            r"\bspam\w{0,8}|\bube\b|\buce\b|unsolicited|junk mail|bulk mail|content (was )?reject",
            r"(message|mail) content|phish|垃圾邮件|垃圾郵件|スパム|迷惑メール|mail rejete|ofr_506|looks like",
        ),
    ),
    (
        Reason.BLOCKED,
        any_in_lower_case(
            r"block(ed|ing|list)|black ?-?list|deny ?list|\w{0,6}dnsbl|\brbl\b|spamhaus|spamcop|barracuda",
            r"proofpoint|sorbs|reputation|banned|(?<!not )listed (in|at|on|by)",
            (
                r"(messages? from|your (ip|mail server|server|host)|no access from|poor"
                r"|access)[^.;\n]{0,60}(weren't sent|were not sent|refused|forbidden|which is an open)"
            ),
            r"invalid ip|service refus|open proxy|dynamic ip|use the smtp server",
            r"not accepting (connections|mail from)|refused to talk|拒收|拒绝接收|ip地址",
        ),
    ),
    (
        Reason.RATE_LIMITED,
        any_in_lower_case(
            r"rate[- ]?limit|too many|connection rate|throttl|exceeded the (rate|maximum number)",
            r"unexpected volume|(daily|hourly|relay) (sending |relay )?(quota|limit)|gr[ea]ylist|try again later",
            r"(频率|次数|频繁)|user complaints",
        ),
    ),
    (
        Reason.SUSPENDED,
        any_in_lower_case(
            (
                r"(account|mailbox|user|recipient|address|e-?mail)[^.;\n]{0,60}(disabled|suspended|inactiv"
                r"|deactivat|frozen|discontinu|locked|blocked for|on hold|closed|expired|not activ|restricted"
                r"|been terminated)"
            ),
            (
                r"(disabled|suspended|inactive|frozen|locked|expired|deactivated) (account|mailbox|user"
                r"|recipient|address)"
            ),
            r"(账号|帐号|帳號|账户|邮箱|用户)[^。\n]{0,10}(冻结|停用|禁用|锁定|被封|停止使用|过期|关闭)",
            r"заблокирован|неактивен|отключен",
        ),
    ),
    (
        Reason.POLICY,
        any_in_lower_case(
            r"\bpolic(y|ies)\b|violation|not authori[sz]ed|delivery not auth|security|prohibited|potential(ly)? ",
            r"unacceptable|not accepted for|administrative(ly)? (prohibit|reject)",
        ),
    ),
    (
        Reason.NO_MAIL,
        any_in_lower_case(
            r"null ?mx|does not accept (any )?(e-?)?mail|no smtp service",
            r"(could ?n[o']t|cannot) find a mail exchanger",
            r"domain (accepts|takes) no mail|does not receive (e-?)?mail",
        ),
    ),
    (
        Reason.MOVED,
        any_in_lower_case(
            r"no longer (on( this)? server|avail|valid|accept|in (use|service))|not our (user|customer)",
            r"(has|have) (moved|left|been replaced|changed (its|their|his|her) address)|address (has )?changed",
            r"new address|user has moved|no longer (use|employ|work|with)",
            r"please (try|use|update)[^.;\n]{0,20}(new|instead)|recipient not local",
        ),
    ),
    (
        Reason.HOST_UNKNOWN,
        any_in_lower_case(
            (
                r"(host|domain|server|site)( name| address)? (is )?(unknown|not found|invalid|not reachable"
                r"|could not be found|non-?existent)"
            ),
            r"unknown (host|domain)|no such (host|domain)|nxdomain|host or domain name not found",
            (
                r"domain[^.;\n]{0,30}(does ?n[o']t exist|not (exist|reachable|found|valid|been found)|isn't"
                r"|is not (valid|found|reachable|resolv))"
            ),
            r"illegal host|unroute?able|host [^\s]{1,80} not found",
            r"no (mx|dns|a)( or a)?( record)?s?( found)? for|no (mx|dns|a) record|address lookups failed",
            r"bad destination (system|host|domain)|non-?existent (host|domain)|lookup failure: host",
            r"(mx|srv) records? point to non|domain \S{1,100} (does ?n[o']t exist|not found)",
            r"could ?n[o']t (resolve|find)[^.;\n]{0,30}(domain|host|mx)",
            r"name or service not known|no mail (server|exchanger)s? (found|could)",
            r"(域名|收件人域|主机|網域|伺服器)[^。\n]{0,12}(不存在|错误|有误|无法解析|找不到|無效|无效)",
            r"unbekannte[rn]? (domain|host)|domaine?[^.;\n]{0,20}(inconnu|n'existe)",
            r"ドメイン[^。\n]{0,12}(見つかり|存在し)|domain[^.;\n]{0,20}(existiert nicht|nicht gefunden)",
            r"домен[^.;\n]{0,20}не",
        ),
    ),
    (
        Reason.USER_UNKNOWN,
        any_in_lower_case(
            (
                r"(user|recipient|mailbox|account|address|addressee|local part|alias|e-?mail|inbox|member"
                r"|destinataire|adresse|destinatario|usuario)(name| name| id| address| account"
                r"|s)?[^.;\n]{0,60}(unknown|not found|(does|do|did) ?n[o']?t exist|n'existe|not exist"
                r"|doesn't have|not (a )?(known|valid|recogni[sz]ed|listed|exist|here|be found)|wasn.t found"
                r"|invalid|isn't valid|no existe|inconnu|unbekannt|sconosciut|non esiste|not local|is not (on|in"
                r"|at) )"
            ),
            (
                r"(unknown|no such|invalid|bad|non-?existent|illegal|unrecogni[sz]ed|not a valid|incorrect"
                r"|no matching|undeliverable|isn't a valid|not an?)( or \w{1,10})?( final)?( delivery| local"
                r"| destination| recipient| e-?mail| virtual)?[ -](user\w{0,4}|recipient|mailbox|account|address"
                r"|addressee|local[ -]part|alias|person|customer|member|id\b)"
            ),
            r"user not known|no mailbox (here|by that|found|with)|not (have|find) (an? )?\S{0,40} ?account",
            r"no (user|one|account|recipient|mailbox)( \w{1,12}){0,2} (here|by that|with that|found|such)",
            r"(cuenta|correo|buz[oó]n)[^.;\n]{0,20}no existe|recipient[^.;\n]{0,20}cannot be verified",
            r"recipnotfound|recipientnotfound|user_unknown|usernotfound",
            r"(mail ?box|account) (is )?(unavailable|not available)|recipient (name )?is not recogni",
            r"not listed in|cannot be verified as|address rejected|recipient rejected|does not like recipient",
            r"recipient address reject|unbekannte[rn]? (empf|benutz|adress)",
            r"empf[äa]nger[^.;\n]{0,30}(unbekannt|existiert nicht|nicht gefunden)",
            r"destinataire[^.;\n]{0,30}(invalide|inconnu)",
            (
                r"(收件人|收信人|用户|用戶|邮箱|信箱|郵箱|邮件地址|账号|帐号|帳號|收件者|邮箱地址|地址"
                r"|账户)[^。\n]{0,20}(不存在|无效|無效|有误|错误|找不到|未找到|未注册|已注销|拼写)"
            ),
            r"(不存在|无效|无此|沒有此|没有此|未知)[^。\n]{0,6}(用户|用戶|收件人|邮箱|账号|帐号|地址)|查无此人",
            r"查無此人|(宛先|アドレス|ユーザ|受信者)[^。\n]{0,30}(見つかり|存在し|不明|誤り|間違)",
            r"(пользовател|ящик|адрес|получател)[^.;\n]{0,40}(не (существует|найден|зарегистрирован)|неизвест)",
            r"недействительн|(사용자|수신자|주소)[^.\n]{0,20}(없|존재하지)",
        ),
    ),
    (
        Reason.EXPIRED,
        any_in_lower_case(
            r"timed? ?out|expired|(message|mail)[^.;\n]{0,40}(queue|too long)|retry time|giving up",
            r"could not deliver for the last|delivery failed \d{1,4} attempts|connection timed|socket error",
            r"not responding|failing for a long|for \d{1,4} (hours?|days?|minutes?|seconds?)|deferred",
            r"will be retried|delayed|unable to connect|did not accept our requests|could not find a gateway",
            r"aborted after|no smtp connection|超时|逾時|タイムアウト|応答",
        ),
    ),
    (
        Reason.POLICY,
        any_in_lower_case(
            r"denied|refused|reject(ed|ion)?|not accept|filter(ed)?|not permitted|forbidden|unauthori[sz]ed",
            r"disallowed",
        ),
    ),
    (
        Reason.SYSTEM,
        any_in_lower_case(
            r"system (error|config|problem|failure|full|not)|internal|config(uration)? error",
            r"(service|server) (not available|unavailable|error|busy)|transaction failed|temporar(y|ily)",
            r"insufficient system|i/o error|local error|protocol error|loop alert|系统(繁忙|错误)",
        ),
    ),
)
