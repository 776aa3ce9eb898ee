"""Names of files that came with a mail: what the mail says, made safe, or something by their type."""

import mimetypes
import re

from channels.email.mime.charsets import storable

_LONGEST = 180
#: Marks that change the direction of writing make ``exe.fdp`` look like ``pdf``.
_DECEIVING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\u200b\ufeff]")
_SPACES = re.compile(r"[ \t\n\xa0]+")
_EXTENSIONS = {
    "image/jpeg": ".jpg",
    "image/jpg": ".jpg",
    "image/pjpeg": ".jpg",
    "text/plain": ".txt",
    "text/html": ".html",
    "text/calendar": ".ics",
    "text/x-vcard": ".vcf",
    "text/rfc822-headers": ".txt",
    "message/rfc822": ".eml",
    "message/global": ".eml",
    "message/delivery-status": ".txt",
    "message/disposition-notification": ".txt",
    "message/feedback-report": ".txt",
    "application/pgp-signature": ".asc",
    "application/pgp-encrypted": ".asc",
    "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-signature": ".p7s",
    "application/pkcs7-mime": ".p7m",
    "application/x-pkcs7-mime": ".p7m",
    "application/ms-tnef": ".dat",
    "audio/amr": ".amr",
    "application/octet-stream": "",
}
_STEMS = {
    "text/calendar": "invite",
    "message/delivery-status": "delivery-status",
    "message/rfc822": "message",
    "text/plain": "document",
    "text/html": "document",
    "text/rfc822-headers": "headers",
    "application/ms-tnef": "winmail",
    "application/pgp-signature": "signature",
    "application/pkcs7-signature": "smime",
    "application/x-pkcs7-signature": "smime",
    "application/pkcs7-mime": "smime",
    "application/x-pkcs7-mime": "smime",
}
_FAMILIES = frozenset({"image", "audio", "video", "message"})


def safe_name(said: str) -> str:
    """The last part of a path, without what deceives or breaks; empty where nothing is left."""
    visible = _SPACES.sub(" ", _DECEIVING.sub("", storable(said)))
    last = re.split(r"[/\\]", visible.rstrip("/\\ "))[-1].strip()
    return _short(last) if last.strip(". ") else ""


def name_by_type(mime: str) -> str:
    family = mime.split("/", 1)[0]
    stem = _STEMS.get(mime) or (family if family in _FAMILIES else "file")
    return stem + extension_of(mime)


def message_name(subject: str) -> str:
    """A mail inside a mail is called as its subject."""
    plain = _SPACES.sub(" ", _DECEIVING.sub("", re.sub(r"[/\\]", "_", subject))).strip()
    return _short(f"{plain[: _LONGEST - 4]}.eml") if plain.strip(". ") else "message.eml"


def numbered(name: str, number: int) -> str:
    stem, dot, ending = name.rpartition(".")
    return f"{stem}{number}{dot}{ending}" if stem else f"{name}{number}"


def extension_of(mime: str) -> str:
    known = _EXTENSIONS.get(mime)
    return known if known is not None else mimetypes.guess_extension(mime, strict=False) or ""


def _short(name: str) -> str:
    """Short enough for any file system; the ending stays."""
    if len(name.encode()) <= _LONGEST:
        return name
    stem, dot, ending = name.rpartition(".")
    kept = (dot + ending)[-20:] if stem else ""
    room = _LONGEST - len(kept.encode())
    return (stem or name).encode()[:room].decode("utf-8", "ignore") + kept
