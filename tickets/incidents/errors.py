"""What can go wrong with what the radar proposes."""

from kit.errors import ConflictError, NotFoundError


class NoSuchProposalError(NotFoundError):
    """There is none of that number."""

    code = "proposal_unknown"


class ProposalDecidedError(ConflictError):
    """Somebody was faster."""

    code = "proposal_decided"
