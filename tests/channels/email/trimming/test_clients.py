"""Answers as the usual mail programs write them: what was newly written is found, and nothing else."""

import pytest

from channels.email.mime.html import html_to_text
from channels.email.mime.model import Mail
from channels.email.trimming.reply import reply_of, trim_html, trim_text

ANSWER = "重启以后可以登录了，但是第三张还是传不上去。"
QUOTED = "请先重启客户端再试一次。"

TEXTS = {
    "qq": f'{ANSWER}\n\n\n------------------ 原始邮件 ------------------\n发件人: "应票客服" <help@desk.test>;\n'
    f'发送时间: 2026年11月24日(星期二) 上午9:41\n收件人: "我" <me@qq.test>;\n主题: Re: 传不上去\n\n{QUOTED}',
    "qq, spaces as entities": f'{ANSWER}\n\n------------------&nbsp;原始邮件&nbsp;------------------\n发件人:&nbsp;"客服"\n\n{QUOTED}',
    "qq, new": f"{ANSWER}\n\n      原始邮件\n      \n   \n发件人：应票客服 <help@desk.test>\n发件时间：2026年11月24日 09:41\n\n{QUOTED}",
    "qq, new, English": f"{ANSWER}\n\n   Original\n  \nFrom:Desk <help@desk.test>\nSent Time:Nov 24, 2026 09:41\n\n{QUOTED}",
    "163 on the web": f'{ANSWER}\n\n\n在 2026-11-24 09:41:07，"应票客服" <help@desk.test> 写道：\n\n{QUOTED}',
    "网易邮箱大师": f"{ANSWER}\n\n---- 回复的原邮件 ----\n发件人 应票客服<help@desk.test>\n发送日期 2026年11月24日 09:41\n\n{QUOTED}",
    "Mail Master": f"{ANSWER}\n---- Replied Message ----\n| From | Desk<help@desk.test> |\n| Subject | Re: 传不上去 |\n{QUOTED}",
    "139": f"{ANSWER}\n\n\n发件人： 应票客服\n时间： 2026/11/24（星期二）09:41\n收件人： 我；\n主题： Re: 传不上去\n\n{QUOTED}",
    "Alibaba": f"{ANSWER}\n------------------------------------------------------------------\n发件人：应票客服 <help@desk.test>\n"
    f"发送时间：2026年11月24日(星期二) 09:41\n收件人：我 <me@firm.test>\n主　题：Re: 传不上去\n\n{QUOTED}",
    "Foxmail": f"{ANSWER}\n\n\n\n小李\n \n发件人： 应票客服\n发送时间： 2026-11-24 09:41\n收件人： 我\n主题： Re: 传不上去\n{QUOTED}",
    "Outlook": f"{ANSWER}\n\n-----邮件原件-----\n发件人: help@desk.test <help@desk.test>\n发送时间: 2026年11月24日 9:41\n"
    f"收件人: 我\n主题: Re: 传不上去\n\n{QUOTED}",
    "Outlook, headers alone": f"{ANSWER}\n\n发件人: 应票客服 <help@desk.test>\n日期: 星期二, 2026年11月24日 09:41\n收件人: 我\n\n{QUOTED}",
    "Outlook, English": f"{ANSWER}\n\n________________________________\nFrom: Desk <help@desk.test>\n"
    f"Sent: Tuesday, November 24, 2026 9:41 AM\nTo: me\nSubject: Re: upload\n\n{QUOTED}",
    "Outlook, bold": f"{ANSWER}\n\n*From:* Desk\n*Sent:* 2026-11-24\n*To:* me\n*Subject:* upload\n\n{QUOTED}",
    "iPhone": f"{ANSWER}\n\n发自我的iPhone\n\n> 在 2026年11月24日，上午9:41，应票客服 <help@desk.test> 写道：\n> \n> {QUOTED}",
    "iPhone, no marks": f"{ANSWER}\n\n发自我的 iPhone\n\n在 2026年11月24日，09:41，应票客服 <help@desk.test> 写道：\n\n{QUOTED}",
    "Gmail": f"{ANSWER}\n\n应票客服 <help@desk.test> 于2026年11月24日周二 09:41写道：\n\n> {QUOTED}\n>\n",
    "Gmail, traditional": f"{ANSWER}\n\n應票客服 <help@desk.test> 於 2026年11月24日 週二 上午9:41寫道：\n\n> {QUOTED}\n",
    "Gmail, English": f"{ANSWER}\n\nOn Tue, Nov 24, 2026 at 9:41 AM Desk <\nhelp@desk.test> wrote:\n\n> {QUOTED}\n>\n",
    "Gmail, no gap": f"{ANSWER}\nOn Tue, 24 Nov 2026, 09:41 Desk, <help@desk.test> wrote:\n> {QUOTED}",
    "Google Groups": f"{ANSWER}\n\n在2026年11月24日星期二 UTC+8 09:41:07<help@desk.test> 写道：\n\n> {QUOTED}\n",
    "Thunderbird": f"{ANSWER}\n\n在 2026/11/24 9:41, 应票客服 写道:\n> {QUOTED}\n",
    "Zoho": f"{ANSWER}\n\n---- 在 星期二, 24 十一月 2026 09:41:07 +0800 help@desk.test 写道 ----\n\n{QUOTED}",
    "German": f"{ANSWER}\n\nAm 24.11.2026 um 09:41 schrieb Desk <help@desk.test>:\n> {QUOTED}",
    "German Outlook": f"{ANSWER}\n\nVon: Desk <help@desk.test>\nGesendet: Dienstag, 24. November 2026 09:41\nAn: ich\nBetreff: AW: x\n\n{QUOTED}",
    "French": f"{ANSWER}\n\nLe mar. 24 nov. 2026 à 09:41, Desk <help@desk.test> a\nécrit :\n\n> {QUOTED}",
    "Spanish": f"{ANSWER}\n\nEl mar, 24 nov 2026 a las 9:41, Desk (<help@desk.test>) escribió:\n\n> {QUOTED}",
    "Russian": f"{ANSWER}\n\nвт, 24 нояб. 2026 г. в 09:41, Desk <help@desk.test>:\n\n> {QUOTED}",
    "Japanese": f"{ANSWER}\n\n2026年11月24日(火) 9:41 Desk <help@desk.test>:\n\n> {QUOTED}",
    "Ukrainian": f"{ANSWER}\n\nвт, 24 лист. 2026 р. о 09:41 Desk <help@desk.test> пише:\n\n{QUOTED}",
    "Huawei": f"{ANSWER}\n\n发自我的华为手机\n-------- 原始邮件 --------\n发件人： 客服 <help@desk.test>\n主 题： Re\n{QUOTED}",
    "Windows Mail": f"{ANSWER}\n\n从 Windows 版邮件发送\n\n发件人: 客服\n发送时间: 2026年11月24日 9:41\n收件人: 我\n主题: x\n\n{QUOTED}",
    "our own line": f"{ANSWER}\n\n——— 请在此线上方回复 / Please reply above this line ———\n\n{QUOTED}",
    "our own line, quoted": f"{ANSWER}\n\n> ——— 请在此线上方回复 / Please reply above this line ———\n> {QUOTED}",
    "marks alone": f"{ANSWER}\n\n> {QUOTED}\n> 谢谢\n",
}  # fmt: skip

PAGES = {
    "qq": f'<div>{ANSWER}</div><div><br></div><div style="font:12px">------------------&nbsp;原始邮件&nbsp;------------------</div>'
    f'<div style="background:#efefef"><div><b>发件人:</b>&nbsp;"应票客服" &lt;help@desk.test&gt;;</div></div><div>{QUOTED}</div>',
    "qq, new": f'<p>{ANSWER}</p><article><div contenteditable="false"><div>原始邮件</div><hr></div><table data-uneditable="true">'
    f"<tr><td>发件人：应票客服 &lt;help@desk.test&gt;</td></tr><tr><td>发件时间：2026年11月24日</td></tr></table><div>{QUOTED}</div></article>",
    "163 on the web": f'<div>{ANSWER}</div><div id="divNeteaseMailCard"></div><p>在 2026-11-24 09:41:07，"客服" &lt;help@desk.test&gt; 写道：</p>'
    f'<blockquote id="isReplyContent"><div>{QUOTED}</div></blockquote>',
    "网易邮箱大师": f'<div>{ANSWER}</div><div class="J-reply ntes-mailmaster-quote"><div>---- 回复的原邮件 ----</div><div>{QUOTED}</div></div>',
    "139": f'<div>{ANSWER}</div><hr id="replySplit"><div><b>发件人：</b>应票客服</div><div>{QUOTED}</div>',
    "Outlook": f'<div class="WordSection1"><p>{ANSWER}</p><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3pt 0 0 0">'
    f"<p><b>发件人:</b> 应票客服</p></div><p>{QUOTED}</p></div>",
    "Outlook on the web": f'<div>{ANSWER}</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>发件人:</b> 客服</div><div>{QUOTED}</div>',
    "Gmail": f'<div dir="ltr">{ANSWER}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">应票客服 &lt;help@desk.test&gt; '
    f'于2026年11月24日周二 09:41写道：<br></div><blockquote class="gmail_quote"><div>{QUOTED}</div></blockquote></div>',
    "Apple": f'<div>{ANSWER}</div><div><br><blockquote type="cite"><div>在 2026年11月24日，09:41，客服 写道：</div><div>{QUOTED}</div></blockquote></div>',
    "Thunderbird": f'<p>{ANSWER}</p><div class="moz-cite-prefix">在 2026/11/24 9:41, 客服 写道:<br></div><blockquote type="cite"><p>{QUOTED}</p></blockquote>',
    "Yahoo": f'<div>{ANSWER}</div><div id="yahoo_quoted_1" class="yahoo_quoted"><div>On Tuesday, 24 November 2026, Desk wrote:</div>{QUOTED}</div>',
    "our own mark": f'<div>{ANSWER}</div><blockquote><div id="yp-reply-m-abc">请在此线上方回复</div><p>{QUOTED}</p></blockquote>',
    "nested boxes": f'<div>{ANSWER}</div><div class="gmail_quote"><div>{QUOTED}<div class="gmail_quote"><div>更早的</div></div></div></div>',
}  # fmt: skip


def folded(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("client", TEXTS)
def test_an_answer_in_plain_text(client: str) -> None:
    reply = trim_text(TEXTS[client])
    signed = f"{ANSWER} 小李" if client == "Foxmail" else ANSWER
    assert (folded(reply.text), reply.quoted) == (signed, True)


@pytest.mark.parametrize("client", PAGES)
def test_an_answer_with_markup(client: str) -> None:
    reply = trim_html(PAGES[client])
    assert (folded(reply.text), reply.quoted) == (ANSWER, True)


class TestAnswersBetweenQuotes:
    def test_they_are_kept_with_what_they_answer(self) -> None:
        text = "在 2026/11/24 9:41, 客服 写道:\n> 用的什么浏览器？\n\nChrome 120\n\n> 报什么错？\n\n连接超时\n"
        assert folded(trim_text(text).text) == "> 用的什么浏览器？ Chrome 120 > 报什么错？ 连接超时"

    def test_also_below_a_word_of_thanks(self) -> None:
        text = "谢谢，回答写在下面。\n\n在 2026/11/24 9:41, 客服 写道:\n> 浏览器？\nChrome\n> 报错？\n超时\n"
        assert folded(trim_text(text).text) == "谢谢，回答写在下面。 > 浏览器？ Chrome > 报错？ 超时"

    def test_an_answer_below_all_that_is_quoted_stands_alone(self) -> None:
        assert (
            trim_text(f"On Tue, 24 Nov 2026 Desk <help@desk.test> wrote:\n> {QUOTED}\n>\n\n{ANSWER}\n").text == ANSWER
        )

    def test_a_quote_without_a_head_stays_with_its_answer(self) -> None:
        assert trim_text(f"> {QUOTED}\n\n{ANSWER}\n").text == f"> {QUOTED}\n\n{ANSWER}"

    def test_a_footer_of_a_list_is_no_answer(self) -> None:
        text = f"{ANSWER}\n\nOn Tue, 24 Nov 2026 Desk <help@desk.test> wrote:\n> {QUOTED}\n\n____\n财务邮件组\nlist@firm.test\n"
        assert trim_text(text).text == ANSWER

    def test_a_quoted_line_broken_on_the_way_is_no_answer(self) -> None:
        long = "a" * 70
        assert (
            trim_text(f"{ANSWER}\n\nDesk <help@desk.test> wrote at 9:41:\n> {long}\nrest of it\n> end\n").text == ANSWER
        )


class TestNothingIsLost:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "好了",
            f"---------- Forwarded message ---------\nFrom: Boss <b@firm.test>\nDate: 2026-11-24\nTo: me\n\n{QUOTED}",
            f"发件人: 老板\n发送时间: 2026-11-24\n收件人: 我\n主题: 看一下\n\n{QUOTED}",
            f"> {QUOTED}",
            "-- \n小李\n财务部",
            "今天老板写道：\n大家辛苦了",
            "On this day\n\nI wrote something\n\nwhich was interesting",
            "From: 北京\n麻烦寄到新地址",
            "第一步：\n打开\n第二步：\n点击上传\n报错：500",
        ],
    )
    def test_what_is_no_answer_is_kept(self, text: str) -> None:
        kept = trim_text(text).text
        assert folded(text).replace("> ", "").endswith(folded(kept).replace("> ", ""))
        assert bool(kept) is bool(text)
        assert QUOTED not in text or QUOTED in kept

    def test_a_book_is_kept_whole(self) -> None:
        book = "这是日志的一行\n" * 20_000
        assert trim_text(book).text == book.strip("\n")

    def test_an_answer_below_a_very_long_quote_is_found(self) -> None:
        text = "On Tue, 24 Nov 2026 Desk <help@desk.test> wrote:\n" + f"> {QUOTED}\n" * 6_000 + f"\n{ANSWER}"
        assert trim_text(text).text == ANSWER

    @pytest.mark.parametrize("unit", ["行\n", "> 问\n答\n", "行\n----\n", "行\n\n-- \n"])
    def test_an_answer_below_very_much_is_kept(self, unit: str) -> None:
        assert trim_text(unit * 30_000 + ANSWER).text.endswith(ANSWER)

    @pytest.mark.parametrize(
        "above",
        [
            "<p>行</p>" * 30_000,
            f'<img src="data:image/png;base64,{"A" * 300_000}">',
            f'<div class="gmail_quote">{QUOTED * 20_000}</div>',
        ],
        ids=["lines", "picture", "quote"],
    )
    def test_an_answer_at_the_end_of_a_long_page_is_kept(self, above: str) -> None:
        page = f"{above}<p>{ANSWER}</p>"
        assert trim_html(page).text.endswith(ANSWER)
        assert reply_of(Mail(html=page, text=html_to_text(page))).text.endswith(ANSWER)

    def test_a_long_history_is_cut_off_a_page(self) -> None:
        history = f'<div class="gmail_quote">{"<p>更早</p>" * 40_000}</div>'
        assert trim_html(f"<p>{ANSWER}</p>{history}").text == ANSWER

    def test_a_long_forwarded_text_is_kept_whole(self) -> None:
        assert trim_text(f"> {QUOTED}\n" * 6_000).text.count(QUOTED) == 6_000

    def test_code_is_no_signature(self) -> None:
        text = "脚本如下：\n```\n# 注释\n####\n-----\nrun\n```\n帮忙看下"
        assert trim_text(text).text == text


class TestSignatures:
    @pytest.mark.parametrize(
        "line",
        [
            "发自我的iPhone",
            "发自我的 iPhone",
            "發自我的 iPhone",
            "寄自我的 iPhone",
            "Sent from my iPhone",
            "发自 QQ邮箱",
            "從我的 iPad 傳送",
            "获取 Outlook for iOS",
        ],
    )
    def test_what_a_telephone_says_of_itself_goes(self, line: str) -> None:
        assert trim_text(f"{ANSWER}\n\n{line}").text == ANSWER

    def test_what_stands_below_two_dashes_goes(self) -> None:
        assert trim_text(f"{ANSWER}\n\n-- \n小李\n财务部 010-1234\n").text == ANSWER

    def test_a_name_stays(self) -> None:
        assert trim_text(f"{ANSWER}\n\n此致\n小李").text.endswith("小李")
