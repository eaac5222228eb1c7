from returns.models.kept import CheckRow, Photo, ReturnAct
from returns.models.link import Knock, ReturnLink
from returns.models.request import OPEN, TRANSITIONS, ReturnLine, ReturnRequest, ReturnState, Source

__all__ = [
    "OPEN", "TRANSITIONS", "CheckRow", "Knock", "Photo", "ReturnAct", "ReturnLine", "ReturnLink", "ReturnRequest", "ReturnState", "Source",
]  # fmt: skip
