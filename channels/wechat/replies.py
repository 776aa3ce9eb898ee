"""The answer to a push, as the platform wants it: in the push's own format, sealed where the push was. Pure."""

import json
import re
from dataclasses import dataclass
from typing import TypeAlias

from channels.tencent.cipher import MessageCipher
from channels.tencent.signatures import signature

_Fields: TypeAlias = dict[str, str | int]

#: Says that there is no passive reply. Anything else the platform cannot read is shown to the person as a fault.
SUCCESS = "success"
#: What XML 1.0 has no way to write.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Answer:
    """The body of the response."""

    body: str
    media_type: str = "text/plain"


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """How the push came, and so how its answer goes; ``cipher`` None: in the clear."""

    as_json: bool
    nonce: str
    token: str
    cipher: MessageCipher | None

    def text(self, content: str, *, sender: str, receiver: str, seconds: int) -> Answer:
        """A text for the person; ``seconds`` since 1970."""
        message: _Fields = {
            "ToUserName": receiver,
            "FromUserName": sender,
            "CreateTime": seconds,
            "MsgType": "text",
            "Content": content,
        }
        document = self._document(message if self.cipher is None else self._sealed(self.cipher, message, seconds))
        return Answer(document, "application/json" if self.as_json else "application/xml")

    def _sealed(self, cipher: MessageCipher, message: _Fields, seconds: int) -> _Fields:
        sealed = cipher.encrypt(self._document(message))
        return {
            "Encrypt": sealed,
            "MsgSignature": signature(self.token, str(seconds), self.nonce, sealed),
            "TimeStamp": seconds,
            "Nonce": self.nonce,
        }

    def _document(self, fields: _Fields) -> str:
        if self.as_json:
            return json.dumps(fields, ensure_ascii=False)
        return f"<xml>{''.join(_element(name, value) for name, value in fields.items())}</xml>"


def _element(name: str, value: str | int) -> str:
    if isinstance(value, int):
        return f"<{name}>{value}</{name}>"
    # The end of a CDATA section cannot be escaped inside it: the section ends between its brackets and begins anew.
    text = _NOT_XML.sub("", value).replace("]]>", "]]]]><![CDATA[>")
    return f"<{name}><![CDATA[{text}]]></{name}>"
