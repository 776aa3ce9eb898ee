"""Sounds as phones record them."""

import io
import math
import struct

import av


def amr(seconds: float) -> bytes:
    """A tone of so many seconds, as WeChat sends voices: AMR, 8,000 samples a second."""
    return _recorded("amr", "libopencore_amrnb", 8000, seconds)


def mp3(seconds: float) -> bytes:
    """The same as MP3."""
    return _recorded("mp3", "mp3", 16_000, seconds)


def _recorded(form: str, codec: str, rate: int, seconds: float) -> bytes:
    made = io.BytesIO()
    with av.open(made, "w", format=form) as target:
        stream = target.add_stream(codec, rate=rate)
        assert isinstance(stream, av.AudioStream)
        stream.layout = av.AudioLayout("mono")
        resampler = av.AudioResampler(format=stream.format, layout="mono", rate=rate)
        for number in range(int(seconds * 50)):
            for frame in resampler.resample(_tone(number, rate)):
                target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return made.getvalue()


def _tone(number: int, rate: int) -> av.AudioFrame:
    """A fiftieth of a second of the A above middle C."""
    count = rate // 50
    samples = [int(8000 * math.sin(2 * math.pi * 440 * (number * count + step) / rate)) for step in range(count)]
    frame = av.AudioFrame(format="s16", layout="mono", samples=count)
    frame.planes[0].update(struct.pack(f"<{count}h", *samples))
    frame.sample_rate, frame.pts = rate, number * count
    return frame
