"""What is the same in every test of a process and dear to make is made once: routes, templates.

Of a test of one page both took more time than all the rest. An application of a test is new all the same, with its own
state and its own layers.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import CodeType
from typing import Any

import pytest
import structlog
from fastapi import APIRouter, FastAPI
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from starlette.routing import BaseRoute

_include = FastAPI.include_router
#: By the identity of a router, which is held so that no other gets it.
_included: dict[int, tuple[APIRouter, BaseRoute]] = {}


@contextmanager
def shared() -> Iterator[None]:
    """Share while this lasts."""
    log = structlog.get_config()
    # With all the values around it, which is the usual way, one error takes seconds to be written down.
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*log["processors"][:-1], plain])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FastAPI, "include_router", include_once)
        patch.setattr("kit.web.pages.Environment", partial(Environment, bytecode_cache=Compiled()))
        yield


def include_once(app: FastAPI, router: APIRouter, **options: Any) -> None:
    """What FastAPI makes of the routes depends on nothing of the application, as no dependency is overridden here."""
    if options:
        _include(app, router, **options)
    elif id(router) in _included:
        app.router.routes.append(_included[id(router)][1])
    else:
        _include(app, router)
        _included[id(router)] = router, app.router.routes[-1]


class Compiled(BytecodeCache):
    """Templates as compiled, in memory; one whose source has changed is compiled anew."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = self._known.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._known[bucket.key] = bucket.checksum, bucket.code
