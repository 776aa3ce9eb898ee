"""Voices: AMR, which no browser plays, as MP3; and how long a recording is.

Files of strangers go through a decoder here: both functions take bounded input, stop at a bounded length, and run in
a thread of their own.
"""

import asyncio
import io
from collections.abc import Callable, Iterator
from typing import TypeVar

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.error import FFmpegError

from kit.log import log

#: The platform's own limit is 60 s; what is longer is cut.
LONGEST_S = 120
#: The platform's limit is 2 MB.
MOST_BYTES = 4 * 1024 * 1024
#: A decoder that takes longer is not waited for.
PATIENCE_S = 20
_RATE = 16_000
_BIT_RATE = 32_000
#: How the formats begin that are read at all.
_MARKS = {
    b"#!AMR": "amr",
    b"ID3": "mp3",
    b"\xff\xfb": "mp3",
    b"\xff\xf3": "mp3",
    b"\xff\xf2": "mp3",
    b"RIFF": "wav",
    b"OggS": "ogg",
}

Result = TypeVar("Result")


class NotAVoiceError(Exception):
    """Nothing that can be played."""


async def playable(content: bytes) -> tuple[str, bytes]:
    """Suffix and bytes of the recording as MP3, cut at :data:`LONGEST_S`; raises NotAVoiceError."""
    return ".mp3", await _apart(_converted, content)


async def seconds_of(content: bytes) -> float:
    """How long a recording plays, at most :data:`LONGEST_S`; raises NotAVoiceError."""
    return await _apart(_measured, content)


async def _apart(work: Callable[[bytes], Result], content: bytes) -> Result:
    if len(content) > MOST_BYTES:
        raise NotAVoiceError(f"{len(content)} bytes")
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await asyncio.to_thread(work, content)
    except (FFmpegError, ValueError, EOFError, TimeoutError) as error:
        raise NotAVoiceError(str(error) or type(error).__name__) from error


def _converted(content: bytes) -> bytes:
    made = io.BytesIO()
    with av.open(made, "w", format="mp3") as target:
        stream = target.add_stream("mp3", rate=_RATE, bit_rate=_BIT_RATE, layout="mono")
        for frame in _frames(content):
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return made.getvalue()


def _measured(content: bytes) -> float:
    return sum(frame.samples for frame in _frames(content)) / _RATE


def _frames(content: bytes) -> Iterator[AudioFrame]:
    """The sound in one layout, whatever it came in. What follows damage is lost; nothing but damage is no voice."""
    resampler = AudioResampler(format="s16p", layout="mono", rate=_RATE)
    samples = 0
    for decoded in _decoded(content):
        for frame in resampler.resample(decoded):
            yield frame
            samples += frame.samples
        if samples >= LONGEST_S * _RATE:
            return
    if not samples:
        raise NotAVoiceError("no sound")
    yield from resampler.resample(None)


def _decoded(content: bytes) -> Iterator[AudioFrame]:
    with av.open(io.BytesIO(content), "r", format=_format_of(content)) as source:
        try:
            yield from source.decode(audio=0)
        except FFmpegError as error:
            log.warning("voice damaged", error=str(error))


def _format_of(content: bytes) -> str:
    """Named, never guessed: among what would be guessed are lists of other files and addresses to open."""
    for mark, name in _MARKS.items():
        if content.startswith(mark):
            return name
    raise NotAVoiceError("unknown format")
