"""Why a folder cannot be brought in."""

from kit.errors import InvalidError


class FolderInvalidError(InvalidError):
    """Not a zip of ours: ``file`` is the one that is wrong, ``why`` what about it."""

    code = "articles_folder"
