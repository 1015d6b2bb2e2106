"""Every error Recenter raises on purpose, in one hierarchy.

A message says what went wrong, with which value, what was allowed and what to do. The command
line and the server translate these at the edge; nothing below them prints.
"""

from __future__ import annotations


class RecenterError(Exception):
    """Anything Recenter refuses to do, with the reason and, where there is one, the cure."""

    def __init__(self, message: str, *, cure: str | None = None) -> None:
        super().__init__(message if cure is None else f"{message} {cure}")
        self.cure = cure

    @property
    def to_keep(self) -> str:
        """The message as it may be kept beside data, where nobody's words are to be."""
        return str(self)


class ConfigError(RecenterError):
    """A setting, flag or environment variable has a value that cannot be used."""


class MissingExtraError(RecenterError):
    """A feature needs an optional package that is not installed."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(
            f"{feature} needs the `{extra}` extra, which is not installed.",
            cure=f"Run: pip install 'recenter[{extra}]'",
        )
        self.extra = extra


class InputError(RecenterError):
    """A row, file or argument from outside is not what was asked for."""

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        field: str | None = None,
        cure: str | None = None,
    ) -> None:
        place = "".join(
            part
            for part in (
                f"{file}: " if file else "",
                f"line {line}: " if line is not None else "",
                f"{field}: " if field else "",
            )
        )
        super().__init__(place + message, cure=cure)
        self.reason = message
        self.file = file
        self.line = line
        self.field = field


class UnknownFormatError(InputError):
    """The format of a file could not be told from its contents."""


class NoRowsError(UnknownFormatError):
    """There is nothing in a file by which to tell its format."""


class StoreError(RecenterError):
    """The database refused an operation or is not in the expected state."""


class MigrationError(StoreError):
    """The database schema cannot be brought to the version this code needs."""


class RefusedError(RecenterError):
    """Somebody asked for what is not theirs, or not theirs any more; nothing was changed.

    `status` is the HTTP status that says so.
    """

    def __init__(self, message: str, *, status: int, cure: str | None = None) -> None:
        super().__init__(message, cure=cure)
        self.status = status


class ChecksumError(RecenterError):
    """A weight file on disk is not the one that this version was tested with."""


class ModelError(RecenterError):
    """A model could not be loaded or did not give a usable answer."""


class ModelUnavailableError(ModelError):
    """The endpoint could not be reached, or the connection broke before the answer ended."""


class ModelTimeoutError(ModelError):
    """The endpoint did not answer in the time allowed."""


class RateLimitedError(ModelError):
    """The endpoint kept answering 429 until the retries were spent."""


class ModelHTTPError(ModelError):
    """The endpoint answered with an HTTP status that is an error."""

    def __init__(self, message: str, *, status: int, cure: str | None = None) -> None:
        super().__init__(message, cure=cure)
        self.status = status

    @property
    def to_keep(self) -> str:
        """The message without the endpoint's words, which may quote what it was sent."""
        return f"the endpoint answered {self.status}."


class UnreadableAnswerError(ModelError):
    """The model answered, but not in the form asked for. Counted, never read as a no.

    Its message is kept, so none of the model's words are in it.
    """


class BudgetExceededError(ModelError):
    """The next call could pass the cost that was allowed; nothing more was sent."""


class PlatformError(RecenterError):
    """A recruiting platform could not be reached, refused, or gave no usable answer."""

    def __init__(self, message: str, *, status: int | None = None, cure: str | None = None) -> None:
        super().__init__(message, cure=cure)
        self.status = status
        """HTTP status of the refusal, where there was an answer."""


class OutcomeUnknownError(PlatformError):
    """What was asked of the platform may or may not have been done; it is not asked again."""


class NotConfirmedError(RecenterError):
    """Something that spends money or reaches people was asked for without a yes."""


class PaidBeforeError(RecenterError):
    """Money for the same people and purpose has been asked for before, or may have been."""
