from returns.models.kept import CheckRow, Photo, ReturnAct
from returns.models.request import OPEN, TRANSITIONS, ReturnLine, ReturnRequest, ReturnState, Source

__all__ = ["OPEN", "TRANSITIONS", "CheckRow", "Photo", "ReturnAct", "ReturnLine", "ReturnRequest", "ReturnState", "Source"]
