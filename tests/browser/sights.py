"""Everything the product shows in a browser, by the route that makes it; what is missing here fails a test.

Names in braces are of the :class:`tests.browser.scene.Scene` in which they are looked at.
"""

#: Whoever comes.
PUBLIC: dict[str, tuple[str, ...]] = {
    "/": ("/",),
    "/help": ("/help", "/help?q=%E4%B8%8A%E4%BC%A0%E4%B8%8D%E4%BA%86", "/help?q=zzzz"),
    "/help/{slug}": ("/help/fix-offline-not-uploaded", "/help/nothing-here"),
    "/process": ("/process",),
    "/track": ("/track",),
    "/contact": ("/contact",),
    "/t/{token}": ("/t/{token}",),
    "/mail/unsubscribe/{token}": ("/mail/unsubscribe/{unsubscribe}",),
    "/console/login": ("/console/login",),
    "/console/password/{token}": ("/console/password/{password}", "/console/password/gone"),
}

_SECTIONS = "people teams rota categories tags official_days calendars policies rules macros replies rhythm".split()

#: Whoever has signed in.
CONSOLE: dict[str, tuple[str, ...]] = {
    "/console/tickets": ("/console/tickets", "/console/tickets?scope=all&q=nothing-of-that-name"),
    "/console/tickets/{ticket_id}": ("/console/tickets/{ticket}", "/console/tickets/999999999"),
    "/console/bulk": ("/console/bulk",),
    "/console/bulk/{bulk_id}": ("/console/bulk/{bulk}",),
    "/console/views": ("/console/views",),
    "/console/notices": ("/console/notices",),
    "/console/calls/new": ("/console/calls/new", "/console/calls/new?number=13800138000"),
    "/console/entry": ("/console/entry",),
    "/console/entry/{batch_id}": ("/console/entry/{batch}",),
    "/console/figures": ("/console/figures",),
    "/console/wall": ("/console/wall",),
    "/console/outages": ("/console/outages",),
    "/console/channels": ("/console/channels",),
    "/console/channels/new": (
        "/console/channels/new",
        *(
            f"/console/channels/new?platform={name}"
            for name in ("wechat", "wecom", "weibo", "telegram", "email", "sms", "phone")
        ),
    ),
    "/console/channels/{account_id}": ("/console/channels/{account}",),
    "/console/channels/{account_id}/edit": ("/console/channels/{account}/edit",),
    "/console/channels/{account_id}/figures": ("/console/channels/{official}/figures",),
    "/console/channels/{account_id}/qr": ("/console/channels/{official}/qr",),
    "/console/channels/{account_id}/templates": ("/console/channels/{texting}/templates",),
    "/console/channels/{account_id}/menu": ("/console/channels/{official}/menu",),
    "/console/channels/undelivered": ("/console/channels/undelivered",),
    "/console/channels/unparsed": ("/console/channels/unparsed",),
    "/console/mail": ("/console/mail",),
    "/console/mail/{mail_id}": ("/console/mail/{mail}",),
    "/console/admin": ("/console/admin",),
    "/console/admin/{name}": tuple(f"/console/admin/{name}" for name in _SECTIONS if name != "rhythm"),
    "/console/admin/{name}/item": (
        "/console/admin/rhythm/item?key=desk",
        "/console/admin/official_days/item?key=china",
    ),
    "/console/admin/{name}/new": tuple(
        f"/console/admin/{name}/new" for name in _SECTIONS if name not in {"rhythm", "official_days"}
    ),
    "/console/admin/{name}/history": ("/console/admin/rhythm/history?key=desk",),
    "/console/admin/calendars/year": ("/console/admin/calendars/year?key={calendar}&year=2026",),
    "/console/admin/rules/try": ("/console/admin/rules/try?text=%E7%A8%8E%E6%8E%A7%E7%9B%98",),
    "/console/admin/file": ("/console/admin/file",),
    "/console/admin/audit": ("/console/admin/audit",),
    "/console/knowledge": ("/console/knowledge", "/console/knowledge?q=nothing-of-that-name"),
    "/console/knowledge/reviews": ("/console/knowledge/reviews",),
    "/console/knowledge/new": ("/console/knowledge/new",),
    "/console/knowledge/quality": ("/console/knowledge/quality",),
    "/console/knowledge/quality/sheet": ("/console/knowledge/quality/sheet",),
    "/console/knowledge/labels": ("/console/knowledge/labels",),
    "/console/knowledge/words": ("/console/knowledge/words",),
    "/console/knowledge/fits": ("/console/knowledge/fits",),
    "/console/knowledge/gaps": ("/console/knowledge/gaps", "/console/knowledge/gaps?show=aside"),
    "/console/knowledge/improving": ("/console/knowledge/improving", "/console/knowledge/improving?show=done"),
    "/console/knowledge/improving/{item_id}": (
        "/console/knowledge/improving/{improvement}",
        "/console/knowledge/improving/9999999",
    ),
    "/console/knowledge/import": ("/console/knowledge/import",),
    "/console/knowledge/playbooks": ("/console/knowledge/playbooks",),
    "/console/knowledge/playbooks/new": ("/console/knowledge/playbooks/new",),
    "/console/knowledge/playbooks/{playbook_id}": ("/console/knowledge/playbooks/1",),
    "/console/knowledge/playbooks/{playbook_id}/history": ("/console/knowledge/playbooks/1/history",),
    "/console/knowledge/playbooks/{playbook_id}/versions/{number}": ("/console/knowledge/playbooks/1/versions/1",),
    "/console/knowledge/articles/{article_id}": (
        "/console/knowledge/articles/1",
        "/console/knowledge/articles/9999999",
    ),
    "/console/knowledge/articles/{article_id}/history": ("/console/knowledge/articles/1/history",),
    "/console/knowledge/articles/{article_id}/versions/{number}": ("/console/knowledge/articles/1/versions/1",),
}

_TICKET = "/console/tickets/{ticket}"
_ASKED = "assign stage priority promise resolve category tags snooze merge split".split()

#: What opens in the dialog of a page: the page and what is fetched into it.
DIALOGS: dict[str, tuple[tuple[str, str], ...]] = {
    "/console/tickets/{ticket_id}/address": ((_TICKET, f"{_TICKET}/address"),),
    "/console/tickets/{ticket_id}/dialogs/{name}": tuple((_TICKET, f"{_TICKET}/dialogs/{name}") for name in _ASKED),
    "/console/tickets/{ticket_id}/macros": ((_TICKET, f"{_TICKET}/macros"),),
    "/console/tickets/{ticket_id}/merge": ((_TICKET, f"{_TICKET}/merge?number={{number}}"),),
    "/console/views/new": (("/console/tickets", "/console/views/new?query=stage%3Dreceived"),),
    "/console/views/{view_id}/{dialog}": tuple(
        ("/console/views", f"/console/views/{{view}}/{name}") for name in ("edit", "delete")
    ),
    "/console/channels/{account_id}/remove": (("/console/channels/{account}", "/console/channels/{account}/remove"),),
    "/console/channels/undelivered/confirm-all": (
        ("/console/channels/undelivered", "/console/channels/undelivered/confirm-all"),
    ),
    "/console/channels/undelivered/{delivery_id}/confirm": (
        ("/console/channels/undelivered", "/console/channels/undelivered/{delivery}/confirm"),
    ),
}

#: Looked at where they are used: by name of the module that does.
ELSEWHERE: dict[str, str] = {
    "/chat/": "test_accessibility",
    "/console/calls/card": "test_calls",
    "/console/calls/ringing": "test_calls",
    "/console/notices/bell": "test_accessibility",
    "/console/notices/panel": "test_accessibility",
    "/console/palette": "test_accessibility",
    "/console/knowledge/quality/samples/{sample_id}": "test_quality",
    "/console/knowledge/quality/talks/{item_id}": "test_quality",
    "/console/palette/tickets": "test_palette",
    "/console/tickets/{ticket_id}/canned": "test_entry",
    "/console/mail/{mail_id}/body": "test_mail",
}

#: Fetched by a page that is looked at above, into itself.
WITHIN: frozenset[str] = frozenset(
    {
        "/console/channels/sms/preview",
        "/console/channels/window",
        "/console/channels/{account_id}/menu/platform",
        "/console/colleagues",
        "/console/duty",
        "/console/entry/{batch_id}/state",
        "/console/knowledge/versions/{version_id}/near",
        "/console/knowledge/words/try",
        "/console/tickets/{ticket_id}/checklist",
        "/console/tickets/{ticket_id}/checklist/open",
        "/console/tickets/{ticket_id}/lookalikes",
        "/console/tickets/{ticket_id}/parts",
        "/console/tickets/{ticket_id}/typing",
        "/console/wall/board",
        "/t/{token}/news",
    }
)

#: Data, files, streams and ways to somewhere else.
UNSEEN: frozenset[str] = frozenset(
    {
        "/chat/api/messages",
        "/chat/api/stream",
        "/chat/assets/{version}/{name}",
        "/chat/files/{address}",
        "/chat/strings",
        "/chat/widget.js",
        "/console",
        "/console/admin/file/download",
        "/console/calls/live",
        "/console/channels/live",
        "/console/channels/unparsed/{push_id}/file",
        "/console/entry/export.{kind}",
        "/console/entry/template.{kind}",
        "/console/entry/{batch_id}/broken.{kind}",
        "/console/figures/file.{kind}",
        "/console/files/{message_id}/{file_id}",
        "/console/knowledge/export",
        "/console/knowledge/improving/file.{kind}",
        "/console/knowledge/pictures/{picture_id}",
        "/console/knowledge/playbooks/{playbook_id}/export.yaml",
        "/console/knowledge/quality/samples/{sample_id}/file.{kind}",
        "/console/live/notices",
        "/console/live/queue",
        "/console/live/tickets/{ticket_id}",
        "/console/mail/{mail_id}/files/{number}",
        "/console/mail/{mail_id}/original",
        "/console/notices/news",
        "/console/notices/{notice_id}",
        "/console/threads",
        "/console/wall/live",
        "/files/wechat/{token}",
        "/help/feed/{language}.atom",
        "/help/pictures/{picture_id}",
        "/hooks/wechat/{hook}",
        "/hooks/wecom/{hook}",
        "/hooks/weibo/{hook}",
        "/sitemap.xml",
        "/static/{package}/{path:path}",
    }
)
