"""Walk what was typed so far, in the page: nothing is sent and nothing kept; the walk stands in the form."""

from typing import Annotated

from fastapi import Form
from pydantic import ValidationError
from starlette.responses import Response

from kit.text import clean_text
from kit.web.deps import ReadSession
from knowledge.console.counter import CounterDep, knowledge_router
from knowledge.console.playbooks import Source, faults_in, typed
from knowledge.playbooks.plans import Done, Escalate, Input, Plan, waits
from knowledge.playbooks.reading import read_plan
from knowledge.playbooks.walking import Answered, Step, Walk, answer, back, begin, here, missed, told, with_digest

_WALK_MAX = 200_000

router = knowledge_router()
Short = Annotated[str, Form(max_length=2000)]


@router.post("/playbooks/try")
async def try_out(
    desk: CounterDep,
    session: ReadSession,
    *,
    source: Source = "",
    walk: Annotated[str, Form(max_length=_WALK_MAX)] = "",
    step: Short = "",
    value: Short = "",
    text: Short = "",
) -> Response:
    """On by one answer; ``step`` is "back" or "again" where the person wants that instead."""
    text = clean_text(text)
    plan, _ = read_plan(typed(source))
    if plan is None or await faults_in(desk.request, session, "", typed(source)):
        return desk.page("playbook_tried.html", plan=None)
    before = None if step == "again" else _under_way(plan, walk)
    if before is None:
        now = begin(plan, {})
    elif step == "back":
        now = back(plan, before)
    else:
        now = _answered(plan, before, value, text)
    return desk.page(
        "playbook_tried.html", plan=plan, step=now, told=told(plan, now.walk), kind=type(now.node).__name__.lower()
    )


def _under_way(plan: Plan, kept: str) -> Walk | None:
    """The walk of the form, on the text as it is now; none where that cannot go on."""
    try:
        walk = with_digest(Walk.model_validate_json(kept), plan)
    except ValidationError:
        return None
    stands = plan.nodes[walk.node]
    return walk if waits(stands) or isinstance(stands, Done | Escalate) else None


def _answered(plan: Plan, walk: Walk, value: str, text: str) -> Step:
    node = plan.nodes[walk.node]
    if not waits(node):
        return Step(walk, node, node if isinstance(node, Done | Escalate) else None)
    # Numbers and dates are taken as they are: what is tried is the way.
    given = {node.check: text} if isinstance(node, Input) and text else None
    return answer(plan, walk, Answered(text=text, value=value, typed=given)) or here(plan, missed(walk))
