"""An Official Account for measurements, and the pushes WeChat's servers would send to it."""

import itertools
import time
from collections.abc import Iterator

from benchmarks.phrases import questions
from channels.accounts.book import AccountBook
from channels.accounts.service import add_account
from channels.simulator.crypto import MessageCipher, signature
from channels.simulator.xml import write_xml
from kit.ground import Ground
from kit.secretbox import SecretBox

TOKEN = "benchmarkToken"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
APP_ID = "wx0123456789abcdef"
APP_SECRET = "benchmark"
API_URL = "https://api.weixin.qq.com"
NAMES = {False: "gh_plain", True: "gh_safe"}
#: People who write; each again and again.
PEOPLE = 2000


async def add_accounts(ground: Ground, *, api_url: str, wait_s: float) -> dict[bool, str]:
    """Enter an account in plain and one in safe mode; the paths of their addresses."""
    box = SecretBox.of(ground.settings)
    for safe, name in NAMES.items():
        settings = {
            "app_id": APP_ID,
            "mode": "safe" if safe else "plain",
            "verified": True,
            "passive_wait_s": wait_s,
            "api_url": api_url,
        }
        secrets = {"app_secret": APP_SECRET, "token": TOKEN, "aes_key": AES_KEY, "old_aes_key": ""}
        async with ground.db.transaction() as session:
            await add_account(
                session,
                ground.clock.now(),
                box,
                channel="wechat",
                name=name,
                label=name,
                settings=settings,
                secrets=secrets,
            )
    known = await AccountBook(ground.db, box).all()
    return {safe: f"/hooks/wechat/{one.hook}" for safe, name in NAMES.items() for one in known if one.name == name}


def push_of(path: str, *, safe: bool, person: str, message_id: int, text: str) -> tuple[str, bytes]:
    """Path with its signed query, and body."""
    now, nonce = str(int(time.time())), str(message_id)
    document = write_xml(
        {
            "ToUserName": NAMES[safe],
            "FromUserName": person,
            "CreateTime": int(now),
            "MsgType": "text",
            "Content": text,
            "MsgId": message_id,
        }
    )
    query = f"{path}?signature={signature(TOKEN, now, nonce)}&timestamp={now}&nonce={nonce}&openid={person}"
    if not safe:
        return query, document.encode()
    encrypted = MessageCipher(AES_KEY, APP_ID).encrypt(document)
    signed = signature(TOKEN, now, nonce, encrypted)
    sealed = write_xml({"ToUserName": NAMES[safe], "Encrypt": encrypted})
    return f"{query}&encrypt_type=aes&msg_signature={signed}", sealed.encode()


def official_pushes(path: str, *, safe: bool, seed: int) -> Iterator[tuple[str, bytes]]:
    """Pushes without end, each with a message id of its own."""
    texts = questions(seed)
    # Two runs on one database must not repeat each other's ids.
    first = time.time_ns() // 1000
    for number in itertools.count():
        person = f"o{seed}-{number % PEOPLE}"
        yield push_of(path, safe=safe, person=person, message_id=first + number, text=next(texts))
