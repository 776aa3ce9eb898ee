"""The pages of the knowledge base, one module each."""

from functools import cache

from fastapi import APIRouter

from knowledge.console.endpoints import deciding, lists, pages, pictures, transfer, writing

__all__ = ["PARTS", "build_router"]

PARTS: tuple[APIRouter, ...] = (
    lists.router,
    pictures.router,
    transfer.router,
    writing.router,
    deciding.router,
    deciding.reviewers,
    pages.router,
)


@cache
def build_router() -> APIRouter:
    """Everything under /console/knowledge."""
    router = APIRouter()
    for part in PARTS:
        router.include_router(part)
    return router
