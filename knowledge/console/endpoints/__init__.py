"""The pages of the knowledge base, one module each."""

from functools import cache

from fastapi import APIRouter

from knowledge.console.endpoints import (
    deciding,
    fits,
    gaps,
    improving,
    labels,
    lists,
    pages,
    pictures,
    playbook_drafts,
    playbook_trying,
    playbooks,
    quality,
    transfer,
    words,
    writing,
)

__all__ = ["PARTS", "build_router"]

PARTS: tuple[APIRouter, ...] = (
    lists.router,
    quality.router,
    labels.router,
    words.router,
    words.deciders,
    fits.router,
    gaps.router,
    gaps.deciders,
    improving.router,
    pictures.router,
    playbook_drafts.router,
    playbook_drafts.reviewers,
    playbook_trying.router,
    playbooks.router,
    playbooks.reviewers,
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
