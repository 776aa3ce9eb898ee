"""People, and the machines that answer for them: they write mails as their programs make them, and answer ours."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from itertools import count

from kit.clock import Clock

#: What a program puts between the answer and the mail that is answered.
Quoting = Callable[[EmailMessage, str], str]


def _indented(quoted: str) -> str:
    return "\n".join(f"> {line}" for line in quoted.splitlines())


def _qq(mail: EmailMessage, quoted: str) -> str:
    head = f"发件人: {mail['From']}\n发送时间: {mail['Date']}\n收件人: {mail['To']}\n主题: {mail['Subject']}"
    return f"\n\n------------------ 原始邮件 ------------------\n{head}\n\n{quoted}"


def _netease(mail: EmailMessage, quoted: str) -> str:
    return f"\n\n\n在 2026-11-24 10:00:00，{mail['From']} 写道：\n{_indented(quoted)}"


def _outlook(mail: EmailMessage, quoted: str) -> str:
    head = f"发件人: {mail['From']}\n发送时间: 2026年11月24日 10:00\n收件人: {mail['To']}\n主题: {mail['Subject']}"
    return f"\n\n-----邮件原件-----\n{head}\n\n{quoted}"


def _phone(mail: EmailMessage, quoted: str) -> str:
    return f"\n\n发自我的iPhone\n\n> 在 2026年11月24日，10:00，{mail['From']} 写道：\n> \n{_indented(quoted)}"


def _nothing(_mail: EmailMessage, _quoted: str) -> str:
    return ""


PROGRAMS: Mapping[str, tuple[str, Quoting]] = {
    "qq": ("回复：", _qq),
    "netease": ("Re:", _netease),
    "outlook": ("答复: ", _outlook),
    "phone": ("回复：", _phone),
    "plain": ("Re: ", _nothing),
}


@dataclass
class Correspondent:
    """Somebody with a mail program. ``proven_by`` is our mail server, which verifies the sender on the way in."""

    address: str
    name: str
    clock: Clock
    program: str = "qq"
    proven_by: str = ""
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def writes(self, to: str, subject: str, text: str, **headers: str) -> bytes:
        """A new mail; further headers are named with underscores."""
        mail = EmailMessage(policy=policy.SMTP)
        local, _, domain = self.address.rpartition("@")
        if self.proven_by:
            mail["Authentication-Results"] = f"{self.proven_by}; dmarc=pass header.from={domain}"
        mail["From"], mail["To"], mail["Subject"] = f"{self.name} <{self.address}>", to, subject
        mail["Date"] = format_datetime(self.clock.now())
        mail["Message-ID"] = f"<{local}.{next(self._numbers)}@{domain}>"
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        return mail.as_bytes()

    def answers(self, raw: bytes, text: str, **headers: str) -> bytes:
        """An answer to a mail of ours, with the mail quoted as the program does it."""
        mail = message_from_bytes(raw, policy=policy.default)
        prefix, quoting = PROGRAMS[self.program]
        body = mail.get_body(("plain",))
        quoted = str(body.get_content()) if body is not None else ""
        subject = str(mail["Subject"] or "")
        return self.writes(
            str(mail["Reply-To"] or mail["From"]),
            subject if subject.startswith(prefix) else f"{prefix}{subject}",
            text + quoting(mail, quoted),
            In_Reply_To=str(mail["Message-ID"]),
            References=" ".join(str(mail[name]) for name in ("References", "Message-ID") if mail[name]),
            **headers,
        )


@dataclass
class AnsweringMachine(Correspondent):
    """Answers every mail with the same words; whether it says in its head that it is none of a person is up to it."""

    words: str = "您好，我正在外地出差，回来以后再处理您的来信。"
    honest: bool = False

    def reacts(self, raw: bytes) -> bytes:
        """What comes back for a mail."""
        return self.answers(raw, self.words, **({"Auto_Submitted": "auto-replied"} if self.honest else {}))
