"""Reading small text files: the configuration itself, and those it refers to."""

from pathlib import Path

from gateway.documents.problems import Position

_MAX_BYTES = 1024 * 1024


class UnreadableFileError(Exception):
    """A file cannot be read as text; ``position`` is where, if part of it can."""

    def __init__(self, message: str, position: Position | None = None) -> None:
        super().__init__(message)
        self.position = position


def read_text(file: Path) -> str:
    """Read a file in UTF-8, with or without a byte order mark."""
    content = _read(file)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode()
        raise UnreadableFileError("cannot be read: not UTF-8", Position.after(before)) from error


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            content = stream.read(_MAX_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise UnreadableFileError(f"cannot be read: {reason}") from error
    except ValueError as error:  # a name with NUL in it
        raise UnreadableFileError("cannot be read: no such name") from error
    if len(content) > _MAX_BYTES:
        raise UnreadableFileError("cannot be read: larger than 1 MiB")
    return content
