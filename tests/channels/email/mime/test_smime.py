import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder

from channels.email.mime.parsing import parse
from channels.email.mime.smime import signed_content
from tests.channels.email.mime.raw import file, message, multipart, text

#: Signed data of no length, its text in two pieces, as it is written while it is made.
STREAMED = (
    b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80\x30\x80\x02\x01\x01\x31\x00\x30\x80"
    b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x80\x24\x80\x04\x04\r\n\r\n\x04\x05hello\x00\x00\x00\x00"
)


def signed(content: bytes) -> bytes:
    """By a key and certificate of a minute."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "li")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + timedelta(days=1)).sign(
        key, SHA256()
    )
    builder = PKCS7SignatureBuilder().set_data(content).add_signer(certificate, key, SHA256())
    return builder.sign(Encoding.DER, [PKCS7Options.Binary])


def wrapped(data: bytes) -> bytes:
    return message(
        "Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m",
        "Content-Transfer-Encoding: base64",
        body=base64.encodebytes(data),
    )


def test_the_text_inside_a_signature_is_the_text_of_the_mail() -> None:
    mail = parse(wrapped(signed(multipart("mixed", text("hello"), file("a.pdf")))))
    assert mail.text == "hello"
    assert [part.name for part in mail.parts] == ["a.pdf"]


def test_text_in_pieces_is_put_together() -> None:
    assert signed_content(STREAMED) == b"\r\n\r\nhello"


@pytest.mark.parametrize(
    "data", [b"", b"nonsense", STREAMED[:40], STREAMED[:30] + b"\xff" * 40, STREAMED.replace(b"\x24\x80", b"\x30\x80")]
)
def test_what_holds_no_text_stays_a_file(data: bytes) -> None:
    assert [(part.name, part.content) for part in parse(wrapped(data)).parts] == [("smime.p7m", data)]
