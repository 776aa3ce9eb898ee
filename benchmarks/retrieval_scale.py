"""A large knowledge base made of the shipped one: how fast it is searched, edited and built.

The questions are the shipped ways to ask with words around them that differ from entry to entry.
"""

import resource
import threading
import time
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.phrases import questions
from knowledge.search.collection import Collection
from knowledge.search.encoder import Encoder
from knowledge.search.index import Index
from knowledge.search.phrasing import Phrasing, background
from knowledge.search.preparation import Reader, with_vectors

ASKED, UPDATES = 500, 20
_PLACES = "北京上海广州深圳成都杭州武汉西安南京天津重庆苏州长沙郑州青岛沈阳宁波昆明大连厦门合肥佛山福州哈尔滨济南温州"
_THINGS = ("增值税专票", "普票", "电子专票", "机动车票", "差额票", "农产品票", "运输票", "劳务票", "租赁票", "餐饮票")
_WHO = ("分公司", "门店", "财务部", "代账", "仓库", "总部", "个体户", "项目部", "学校", "医院", "工厂", "物流")


def entries(size: int) -> list[Phrasing]:
    """``size`` different entries of one phrasing each."""
    texts = dict.fromkeys(islice(_texts(), 2 * size))
    return [Phrasing(f"entry-{number}", "zh", text, "question") for number, text in enumerate(islice(texts, size))]


def _texts() -> Iterator[str]:
    for number, question in zip(count(), questions(7), strict=False):
        place = _PLACES[number * 7 % (len(_PLACES) - 1) :][:2]
        who, thing = _WHO[number // 3 % len(_WHO)], _THINGS[number // 11 % len(_THINGS)]
        yield f"{place}{who}{thing}{question}" if number % 3 else f"{question}{place}{thing}"


def measure(size: int, encoder: Encoder) -> dict[str, Any]:
    started = time.process_time()
    phrasings = with_vectors(entries(size), encoder)
    lines = with_vectors(background(), encoder)
    encode_s = time.process_time() - started
    before_mb = _resident_mb()
    started = time.process_time()
    index = Index(Collection.of([*phrasings, *lines], Reader()), encoder)
    build_s = time.process_time() - started
    del phrasings
    times = [_asked(index, text) for text in islice(questions(99), ASKED)]
    return {
        "entries": size,
        "p50_ms": round(float(np.percentile(times, 50)), 2),
        "p99_ms": round(float(np.percentile(times, 99)), 2),
        "encode_once_s": round(encode_s, 1),
        "build_s": round(build_s, 1),
        **_edited(index),
        "ram_mb": _resident_mb(),
        "ram_of_index_mb": _resident_mb() - before_mb,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _asked(index: Index, text: str) -> float:
    started = time.thread_time()
    index.search(text)
    return 1000 * (time.thread_time() - started)


def _edited(index: Index) -> dict[str, Any]:
    """Publish and merge while another thread asks without pause; a question missed is one without its answer."""
    shelf, stop, missed, waits = [index], threading.Event(), [0], []
    known = index.collection.base.phrasings[17]

    def ask() -> None:
        while not stop.is_set():
            started = time.perf_counter()
            found = shelf[0].search(known.text)
            waits.append(1000 * (time.perf_counter() - started))
            missed[0] += found.hits[0].article != known.article

    asking = threading.Thread(target=ask)
    asking.start()
    spent = []
    for number in range(UPDATES):
        started = time.perf_counter()
        text = f"第{number}号新问题怎么处理"
        shelf[0] = shelf[0].updated({f"new-{number}": [Phrasing(f"new-{number}", "zh", text, "question")]})
        spent.append(1000 * (time.perf_counter() - started))
    started = time.perf_counter()
    shelf[0] = shelf[0].merged()
    merge_s = time.perf_counter() - started
    stop.set()
    asking.join()
    return {
        "publish_ms": round(float(np.median(spent))),
        "merge_s": round(merge_s, 2),
        "asked_meanwhile": len(waits),
        "missed": missed[0],
        "p99_meanwhile_ms": round(float(np.percentile(waits, 99)), 1),
    }


def _resident_mb() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() // (1024 * 1024)
