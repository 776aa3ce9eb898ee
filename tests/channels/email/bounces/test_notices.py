"""Bounces without a part for machines, one of each kind of mail system."""

import base64

import pytest

from channels.email.bounces.report import Reason, ReportKind
from tests.channels.email.bounces.mails import ORIGINAL, notice, report

LI = "li@shop.example"


def page(words: str, charset: str) -> bytes:
    """As Chinese providers write: a page, in Base64."""
    body = base64.encodebytes(f"<html><body><div>{words}</div></body></html>".encode(charset))
    head = (
        "Return-Path: <>\nFrom: PostMaster@mail.example\nTo: desk@yingpiao.example\nSubject: =?utf-8?B?6YCA5L+h?=\n"
        f"Content-Type: text/html; charset={charset}\nContent-Transfer-Encoding: base64\n\n"
    )
    return head.encode() + body


FORMS: dict[str, str | bytes] = {
    "qmail": notice(
        "Hi. This is the qmail-send program at mx.other.example.\n"
        "I'm afraid I wasn't able to deliver your message.\n\n"
        f"<{LI}>:\n10.0.0.1 does not like recipient.\nRemote host said: 550 5.1.1 no such user\nGiving up.\n\n"
        f"--- Below this line is a copy of the message.\n\n{ORIGINAL}"
    ),
    "exim": notice(
        "A message that you sent could not be delivered. The following address(es) failed:\n\n"
        f"  {LI}\n    SMTP error from remote mail server after RCPT TO:<{LI}>:\n    550 unknown user\n\n"
        f"------ This is a copy of the message, including all the headers. ------\n\n{ORIGINAL}",
        subject="Mail delivery failed: returning message to sender",
    ),
    "exim, unrouteable": notice(
        f"could not be delivered\n\n  {LI}\n    Unrouteable address\n", subject="Mail delivery failed"
    ),
    "postfix": notice(
        "I'm sorry to have to inform you that your message could not be delivered.\n\n"
        f"<{LI}>: host mx.shop.example[10.0.0.1] said: 550\n"
        f"    <{LI}>: User unknown (in reply to\n    RCPT TO command)\n"
    ),
    "an answer broken into lines": notice(
        f"Your message could not be delivered.\n\n<{LI}>: host mx.example said: 550 5.2.1\n<{LI}>... User Unknown\n"
    ),
    "headers listed first": notice(
        "This report relates to a message with these header fields:\n\n  Message-id: <t.42.abc@yingpiao.example>\n"
        f"  Date: Tue, 3 Feb 2026\n  From: desk@yingpiao.example\n  To: {LI}\n  Subject: Your order\n\n"
        f"Your message cannot be delivered to:\n\n  Recipient address: {LI}\n  Reason: 550 5.1.1 no such user\n"
    ),
    "sendmail": notice(
        "   ----- The following addresses had permanent fatal errors -----\n"
        f"<{LI}>\n    (reason: 550 5.1.1 User unknown)\n\n   ----- Transcript of session follows -----\n"
        f">>> RCPT To:<{LI}>\n<<< 550 5.1.1 User unknown\n"
    ),
    "old sendmail": notice(
        f"   ----- Transcript of session follows -----\n550 <{LI}>... User unknown\n\n"
        f"   ----- Unsent message follows -----\n{ORIGINAL}",
        subject="Returned mail: User unknown",
    ),
    "exchange 2003": notice(
        f"Your message\n\n  To:      {LI}\n  Subject: Your order\n\ndid not reach the following recipient(s):\n\n"
        f"{LI} on Tue, 3 Feb 2026 09:00:00\n    The recipient name is not recognized\n",
        sender="System Administrator <postmaster@shop.example>",
        subject="Undeliverable: Your order",
    ),
    "exchange online": notice(
        f"Delivery has failed to these recipients or groups:\n\n{LI}<mailto:{LI}>\n"
        "The email address wasn't found.\n\n"
        "Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound'\n"
        f"\nOriginal message headers:\n\n{ORIGINAL}",
        sender="<postmaster@shop.example>",
    ),
    "domino": notice(
        f"Your message\n\n  Subject: Your order\n\nwas not delivered to:\n\n  {LI}\n\nbecause:\n\n"
        f"  User li ({LI}) not listed in Domino Directory\n",
        subject="DELIVERY FAILURE: User li not listed in Domino Directory",
    ),
    "gmail": notice(
        f"Delivery to the following recipient failed permanently:\n\n     {LI}\n"
        "\nTechnical details of permanent failure:\n"
        f"The error was: 550 550 5.1.1 user unknown (state 14).\n\n----- Original message -----\n\n{ORIGINAL}",
        more=f"X-Failed-Recipients: {LI}\n",
        subject="Delivery Status Notification (Failure)",
    ),
    "yahoo": notice(
        f"Sorry, we were unable to deliver your message to the following address.\n\n<{LI}>:\n"
        f"550: 5.1.1 unknown recipient\n\n--- Below this line is a copy of the message.\n\n{ORIGINAL}"
    ),
    "gmx": notice(
        f'could not be delivered. The following address\nfailed:\n\n"{LI}":\nSMTP error after RCPT command:\n'
        f"5.1.1 <{LI}>... User Unknown\n\n--- The header of the original message is following. ---\n\n{ORIGINAL}"
    ),
    "james": notice(
        "Error message below:\n550 - Requested action not taken: no such user here\n"
        "\nMessage details:\n  Subject: Your order\n"
        f"  MAIL FROM: desk@yingpiao.example\n  RCPT TO: {LI}\n  From: desk@yingpiao.example\n",
        subject="[BOUNCE]",
    ),
    "mailmarshal": notice(
        "Your message:\n   From:    desk@yingpiao.example\n   Subject: Your order\n"
        "Could not be delivered because of\n\n"
        f"550 5.1.1 User unknown\n\nThe following recipients were affected:\n    {LI}\n"
    ),
    "a filter": notice(
        f"Sent <<< RCPT TO:<{LI}>\nReceived >>> 550 5.1.1 <{LI}>... user unknown\n"
        f"\nUnable to deliver message to <{LI}>.\n",
        sender="Gate <gate@mx.other.example>",
        subject="Mail could not be delivered",
    ),
    "imail": notice(f"Unknown user: {LI}\n\nOriginal message follows.\n\n{ORIGINAL}", subject="Undeliverable Mail"),
    "dragonfly": notice(
        f"There was an error delivering your mail to <{LI}>.\n\nDNS lookup failure: host shop.example not found\n\n"
        f"Message headers follow.\n\n{ORIGINAL}"
    ),
    "nobody named": notice(f"Your mail was rejected: 550 no such user.\n\n--- Original message follows.\n\n{ORIGINAL}"),
    "a broken sender": notice(
        f"{LI}: user unknown, not delivered\n", subject="Returned mail", sender='"Mail System" <MAILER-DAEMON>'
    ),
    "qq": page(f"很遗憾，您的邮件无法送达。<br>收件人：{LI}<br>退信原因：收件人邮箱不存在", "gb18030"),
    "netease": page(
        f"抱歉，您的邮件被退回来了……<br>原邮件信息：<br>收件人：{LI}<br>退信原因：550 User not found: {LI}", "utf-8"
    ),
    "alibaba": page(f"您发送给 {LI} 的邮件投递失败。<br>原因：对方邮箱地址不存在", "utf-8"),
    "german": notice(
        f"Ihre Nachricht konnte nicht zugestellt werden.\n\n{LI}\n    Empfänger unbekannt\n",
        subject="Unzustellbar: Bestellung",
    ),
    "french": notice(
        f"Votre message n'a pas pu être remis à\n\n{LI}\n\nAdresse inconnue\n", subject="Non remis : commande"
    ),
    "japanese": notice(
        f"次の宛先にメールを配信できませんでした。\n\n{LI}\n宛先のメールアドレスが見つかりません。\n",
        subject="配信不能",
    ),
    "russian": notice(
        f"Письмо не может быть доставлено:\n\n  {LI}\n    Пользователь не найден\n", subject="Недоставленное сообщение"
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_reads_who_was_not_reached_and_that_the_address_is_bad(form: str) -> None:
    found = report(FORMS[form])
    assert found.kind is ReportKind.BOUNCE
    assert [(one.address, one.hard) for one in found.recipients] == [(LI, True)]


@pytest.mark.parametrize("form", ["qmail", "exim", "gmail", "imail", "dragonfly", "exchange online", "old sendmail"])
def test_finds_the_original_in_the_text(form: str) -> None:
    found = report(FORMS[form])
    assert found.original_ids == ("t.42.abc@yingpiao.example",)
    assert found.original_headers["to"] == LI


def test_keeps_the_words_about_each_recipient_apart() -> None:
    found = report(
        notice(
            "I wasn't able to deliver your message to the following addresses.\n\n"
            "<a@shop.example>:\nRemote host said: 550 5.1.1 no such user\n\n"
            "<b@shop.example>:\nRemote host said: 552 5.2.2 mailbox full\n"
        )
    )
    assert [(one.address, one.status, one.hard) for one in found.recipients] == [
        ("a@shop.example", "5.1.1", True),
        ("b@shop.example", "5.2.2", False),
    ]


def test_finds_the_words_about_each_recipient_in_a_transcript_below() -> None:
    found = report(
        notice(
            "   ----- The following addresses had permanent fatal errors -----\n<a@shop.example>\n<b@shop.example>\n\n"
            "   ----- Transcript of session follows -----\n... while talking to mx.shop.example.:\n"
            "550 5.1.1 <a@shop.example>... User unknown\n552 5.2.2 <b@shop.example>... Mailbox full\n"
        )
    )
    assert [(one.address, one.hard) for one in found.recipients] == [
        ("a@shop.example", True),
        ("b@shop.example", False),
    ]


def test_of_several_addressees_none_is_blamed_where_nobody_is_named() -> None:
    original = ORIGINAL.replace("To: li@shop.example", "To: a@shop.example, b@shop.example")
    found = report(notice(f"Your mail was rejected: 550 no such user.\n\n--- Original message follows.\n\n{original}"))
    assert found.recipients == ()


def test_reads_a_transcript_backwards() -> None:
    found = report(
        notice(
            "   ----- Transcript of session follows -----\n>>> MAIL From:<desk@yingpiao.example>\n"
            "<<< 501 no access for you\n"
            "554 <a@shop.example>... Remote protocol error\n550 shop.example (smtp)... 550 Host unknown\n"
            "554 <b@shop.example>... 550 Host unknown\n"
        )
    )
    assert [(one.address, one.reason.hard) for one in found.recipients] == [
        ("a@shop.example", False),
        ("b@shop.example", True),
    ]


def test_a_warning_is_a_delay() -> None:
    found = report(
        notice(
            "A message that you sent has not yet been delivered after more than 24 hours.\n\n"
            f"  {LI}\n    Delay reason: 450 4.1.1 user unknown\n\nNo action is required on your part. "
            "Eventually the mail system will give up.\n",
            subject="Warning: message delayed 24 hours",
        )
    )
    assert found.kind is ReportKind.DELAY
    assert [(one.address, one.hard) for one in found.recipients] == [(LI, False)]


def test_our_own_address_is_not_the_one_that_failed() -> None:
    found = report(notice(f"desk@yingpiao.example\nYour message was not delivered to {LI}: 550 no such user\n"))
    assert [one.address for one in found.recipients] == [LI]


def test_a_bounce_that_names_nobody_is_still_one() -> None:
    found = report(notice("Your message could not be delivered: 550 rejected.\n"))
    assert (found.kind, found.recipients) == (ReportKind.BOUNCE, ())


def test_says_why_for_staff() -> None:
    [failed] = report(FORMS["qmail"]).recipients
    assert "Remote host said: 550 5.1.1 no such user" in failed.said
    assert failed.reason is Reason.USER_UNKNOWN
