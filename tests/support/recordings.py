"""Pictures and recordings as phones make them."""

import io
import struct
import zlib
from functools import cache
from typing import cast

import av
import numpy as np


@cache
def picture() -> bytes:
    """A PNG of four pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    head = struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" + b"\x20\x60\xd0" * 2 + b"\0" + b"\xd0\x60\x20" * 2)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@cache
def recording(channel: str) -> bytes:
    """Half a second of a voice, as the clients of the platform record it: Opus on Telegram, AMR in WeChat."""
    codec, container, rate = (
        ("libopus", "ogg", 48_000) if channel == "telegram" else ("libopencore_amrnb", "amr", 8_000)
    )
    written = io.BytesIO()
    with av.open(written, "w", format=container) as output:
        stream = cast("av.AudioStream", output.add_stream(codec, rate=rate, layout="mono"))
        resampler = av.AudioResampler(format=stream.format, layout="mono", rate=rate, frame_size=stream.frame_size)
        for frame in [*resampler.resample(_tone(rate)), None]:
            output.mux(stream.encode(frame))
    return written.getvalue()


def _tone(rate: int) -> av.AudioFrame:
    wave = (np.sin(np.arange(rate // 2) * (2 * np.pi * 440 / rate)) * 8000).astype(np.int16)
    frame = av.AudioFrame.from_ndarray(wave.reshape(1, -1), format="s16", layout="mono")
    frame.rate = rate
    return frame
