"""What the chat refuses; the texts stand in this package's catalogue as ``error.<code>``."""

from kit.errors import ForbiddenError, InvalidError, TooLargeError, TooManyError, UnauthenticatedError


class VisitorUnknownError(UnauthenticatedError):
    """No token, a forged or expired one, or one that its visitor has revoked."""

    code = "chat_visitor_unknown"


class OriginRefusedError(ForbiddenError):
    """The page that embeds the chat is not on the operator's list."""

    code = "chat_origin_refused"


class MessageEmptyError(InvalidError):
    """Neither text nor button nor file."""

    code = "chat_message_empty"


class MessageTooLongError(InvalidError):
    """More than ``limit`` characters."""

    code = "chat_message_too_long"


class UploadUnknownError(InvalidError):
    """A message names a file that this visitor has not uploaded."""

    code = "chat_upload_unknown"


class BodyTooLargeError(TooLargeError):
    """A request body past the cap."""

    code = "chat_body_too_large"


class TooFastError(TooManyError):
    """More messages or files than the operator's rate; ``retry_after`` is in seconds."""

    code = "chat_too_fast"
