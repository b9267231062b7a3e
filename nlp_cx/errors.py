"""Every error that a caller of nlp_cx can cause.

NlpCxError                  base; carries `code` and a message that says what to do next
├── InputError              the file or the comment that was handed in
│   ├── FileError           cannot be opened, decoded or recognised
│   │   └── LabelError      labels in it cannot be used
│   ├── ColumnError         a column or scale that was named does not fit the file
│   └── CommentError        one comment's field is not valid
├── ScoreError              a score, a scale or a count does not make sense
├── ModelError              the model folder
│   ├── ModelNotFoundError  no such folder
│   ├── ModelMismatchError  its parts disagree with each other or with this version
│   ├── RegistryError       which model is live cannot be read or changed
│   └── PromotionRefusedError  it may not take the live model's place; carries the verdict
├── OutputError             a result cannot be written where it was asked for
├── ServiceError            the service does not do what a request asks for
│   ├── UnauthorizedError   no key, or one that is unknown or revoked
│   ├── ForbiddenError      the key may not do this
│   ├── NotFoundError       nothing of that name in the caller's workspace
│   ├── ConflictError       it does not fit the state that the thing is in
│   ├── TooLargeError       the request is larger than the service takes
│   ├── MediaTypeError      a kind of content that the service does not take
│   ├── RequestError        a parameter or field is not valid; names it
│   ├── BusyError           too much is asked at once; says when to come back
│   └── UnavailableError    a part of the service is not ready
├── StorageError            the database cannot be opened or used
└── MissingExtraError       an optional dependency is not installed
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class NlpCxError(Exception):
    """Base of all errors a caller can cause."""

    code = "error"


class InputError(NlpCxError):
    """What was handed in cannot be used."""

    code = "input"


class FileError(InputError):
    """A file cannot be opened, decoded or recognised."""

    code = "file"


class LabelError(FileError):
    """Labels in a file cannot be used; says which, in both languages."""

    code = "labels"

    def __init__(self, message: str, vietnamese: str) -> None:
        """Keep the message in both languages, for it quotes rows.

        Args:
            message: What is wrong, row by row, and what to do.
            vietnamese: The same.
        """
        super().__init__(message)
        self.vietnamese = vietnamese


class ColumnError(InputError):
    """A column or a scale does not fit the file."""

    code = "column"

    def __init__(self, message: str, *, columns: Sequence[str] = ()) -> None:
        """Keep the columns that one may choose from beside the message.

        Args:
            message: What does not fit and what to do.
            columns: Of the file, where none of them is known to hold the comments.
        """
        super().__init__(message)
        self.columns = tuple(columns)


class CommentError(InputError):
    """One field of one comment is not valid."""

    code = "comment"

    def __init__(self, field: str, message: str) -> None:
        """Keep the field's name beside the message.

        Args:
            field: Name of the field, as in the JSON record.
            message: What is wrong with it and what to do.
        """
        super().__init__(f"{field}: {message}")
        self.field = field


class ScoreError(NlpCxError):
    """A score, a scale or a count does not make sense."""

    code = "score"


class ModelError(NlpCxError):
    """The model folder cannot be used."""

    code = "model"


class ModelNotFoundError(ModelError):
    """There is no model folder of that name."""

    code = "model_not_found"


class ModelMismatchError(ModelError):
    """Parts of a model folder disagree with each other or with this version of nlp_cx."""

    code = "model_mismatch"


class RegistryError(ModelError):
    """Which model is live cannot be read or changed."""

    code = "registry"


class PromotionRefusedError(ModelError):
    """A model may not take the live one's place."""

    code = "promotion_refused"

    def __init__(self, message: str, verdict: Any) -> None:
        """Keep what the gates found beside the message.

        Args:
            message: Which gate refused it and why.
            verdict: A `nlp_cx.promotion.Verdict`.
        """
        super().__init__(message)
        self.verdict = verdict


class OutputError(NlpCxError):
    """A result cannot be written where it was asked for."""

    code = "output"


class StorageError(NlpCxError):
    """The database cannot be opened or used."""

    code = "storage"


class MissingExtraError(NlpCxError):
    """An optional dependency is not installed."""

    code = "missing_extra"

    def __init__(self, package: str, extra: str) -> None:
        """Name the extra that brings the package.

        Args:
            package: Module that failed to import.
            extra: Extra of nlp_cx that installs it.
        """
        super().__init__(f"{package} is not installed: run  pip install 'nlp-cx[{extra}]'")
        self.package = package
        self.extra = extra


class ServiceError(NlpCxError):
    """The service does not do what a request asks for."""

    code = "service"


class UnauthorizedError(ServiceError):
    """There is no key, or it is unknown or revoked."""

    code = "unauthorized"


class ForbiddenError(ServiceError):
    """The key may not do this."""

    code = "forbidden"


class NotFoundError(ServiceError):
    """The caller's workspace has nothing of that name."""

    code = "not_found"


class ConflictError(ServiceError):
    """The request does not fit the state that the thing is in."""

    code = "conflict"


class TooLargeError(ServiceError):
    """The request is larger than the service takes."""

    code = "too_large"


class MediaTypeError(ServiceError):
    """The content is of a kind that the service does not take."""

    code = "media_type"


class RequestError(ServiceError):
    """A parameter or a field of a request is not valid."""

    code = "invalid_request"

    def __init__(self, name: str, message: str) -> None:
        """Keep the parameter's name beside the message.

        Args:
            name: Name of the parameter, or path of the field such as `comments/3/text`.
            message: What is wrong with it and what to do.
        """
        super().__init__(f"{name}: {message}")
        self.name = name
        self.reason = message


class BusyError(ServiceError):
    """Too much is asked at once."""

    code = "busy"

    def __init__(self, message: str, *, retry_after: float) -> None:
        """Say when to come back.

        Args:
            message: What there is too much of.
            retry_after: Seconds after which another try makes sense.
        """
        super().__init__(message)
        self.retry_after = retry_after


class UnavailableError(ServiceError):
    """A part of the service is not ready."""

    code = "unavailable"
