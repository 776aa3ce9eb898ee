"""The durable job table: what must happen next, written in the transaction that decided it.

Jobs of one lane run one after another, in commit order; a dead worker's jobs are taken over when its
lease runs out; a worker whose lease was lost cannot finish what another has taken.
"""

from kit.outbox.dead import NoDeadJobError, dead_jobs, revive
from kit.outbox.enqueue import NewJob, enqueue, enqueue_one
from kit.outbox.models import Job, JobState, Lane, Priority
from kit.outbox.work import ClaimedJob, LeaseLostError, claim, finish, hasten, postpone, reap, renew, retry

__all__ = [
    "ClaimedJob",
    "Job",
    "JobState",
    "Lane",
    "LeaseLostError",
    "NewJob",
    "NoDeadJobError",
    "Priority",
    "claim",
    "dead_jobs",
    "enqueue",
    "enqueue_one",
    "finish",
    "hasten",
    "postpone",
    "reap",
    "renew",
    "retry",
    "revive",
]
