"""The few ways in which a verb refuses. `middleware.Refusals` turns them into pages, fragments and API bodies."""


class Refusal(Exception):
    """A verb did not act. The message says what, to which thing, and what to do next."""

    status = 400
    title = "This could not be done"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Forbidden(Refusal):
    """The person lacks the right in this store."""

    status = 403
    title = "You may not do this"


class Conflict(Refusal):
    """The thing changed meanwhile, or is in a state in which the verb has no meaning."""

    status = 409
    title = "Somebody was faster"


class Invalid(Refusal):
    """The input is not acceptable; nothing was changed."""

    status = 422
    title = "Something is missing"


class Upstream(Refusal):
    """A store, partner or model did not do what was asked. `permanent` says whether trying again can help.

    `retry_after` is the pause in seconds that it asked for.
    """

    status = 502
    title = "The other side did not answer as it should"

    def __init__(self, message: str, *, permanent: bool, retry_after: float | None = None) -> None:
        """`retry_after`: the seconds for which the other side asked us to wait."""
        super().__init__(message)
        self.permanent, self.retry_after = permanent, retry_after
