"""The XML of WeChat and WeCom: flat elements, texts in CDATA; written and read here for the platform's side."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

#: What XML 1.0 cannot carry at all; the platforms leave it out.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


class NotXMLError(ValueError):
    """The product's answer is no XML document."""


def write_xml(fields: Mapping[str, Any]) -> str:
    """A document of the fields: numbers as they are, texts in CDATA, lists as repeated elements."""
    return f"<xml>{_elements(fields)}</xml>"


def _elements(fields: Mapping[str, Any]) -> str:
    return "".join(_element(name, value) for name, value in fields.items())


def _element(name: str, value: Any) -> str:
    match value:
        case Mapping():
            return f"<{name}>{_elements(value)}</{name}>"
        case str():
            return f"<{name}><![CDATA[{_cdata(value)}]]></{name}>"
        case Sequence():
            return "".join(_element(name, each) for each in value)
        case _:
            return f"<{name}>{value}</{name}>"


def _cdata(text: str) -> str:
    return _FORBIDDEN.sub("", text).replace("]]>", "]]]]><![CDATA[>")


def read_xml(document: str) -> dict[str, Any]:
    """The fields of a document, nested ones as dicts; raises NotXMLError."""
    try:
        # The author is the product under test, never a stranger.
        root = ET.fromstring(document)  # noqa: S314 - see above.
    except ET.ParseError as error:
        raise NotXMLError(str(error)) from error
    if root.tag != "xml":
        raise NotXMLError(f"the root is {root.tag}")
    return _fields(root)


def _fields(element: ET.Element) -> dict[str, Any]:
    return {child.tag: _fields(child) if len(child) else child.text or "" for child in element}
