"""Photos in a form: together they may weigh more than a request usually does, and no more than this. Nothing lies in a temporary file."""

from collections.abc import Callable
from functools import wraps
from io import BytesIO
from typing import Any, cast

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from ordersops.errors import Invalid
from returns.photos import MOST

MOST_PHOTOS = 12  # in one request
MOST_BYTES = 5 * settings.ATTACHMENT_BYTES
TOO_MUCH = (
    f"These photos are too large together: {MOST_BYTES // 1_048_576} MB is the most. Send fewer, or smaller ones. Nothing was taken in."
)


class InMemory(FileUploadHandler):
    """Keeps photos in memory; refuses what is too much before it is read to its end."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.read, self.held = 0, BytesIO()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.held = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.read += len(raw_data)
        if self.read > MOST_BYTES:
            raise StopUpload(connection_reset=True)
        self.held.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self.held.seek(0)
        return InMemoryUploadedFile(
            self.held, self.field_name, cast("str", self.file_name), self.content_type, file_size, self.charset, self.content_type_extra
        )


def with_photos(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view reads a form with photos. What is announced as too much is not read at all (Invalid)."""
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def outer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if request.method == "POST" and (not length.isdigit() or int(length) > MOST_BYTES + 1_048_576):
            raise Invalid(TOO_MUCH)
        request.upload_handlers = [InMemory(request)]
        return protected(request, *args, **kwargs)

    return outer


def photos_in(request: HttpRequest, field: str) -> list[tuple[str, bytes]]:
    """The photos of one field, as (name, content)."""
    if any(isinstance(one, InMemory) and one.read > MOST_BYTES for one in request.upload_handlers):
        raise Invalid(TOO_MUCH)
    if sum(len(files) for _, files in request.FILES.lists()) > MOST_PHOTOS:
        raise Invalid(f"{MOST_PHOTOS} photos at once are enough. Nothing was taken in.")
    found: list[UploadedFile] = [one for one in request.FILES.getlist(field) if isinstance(one, UploadedFile) and one.size]
    if len(found) > MOST:
        raise Invalid(f"{MOST} photos of one line are enough. Nothing was taken in.")
    return [(one.name or "", one.read()) for one in found]
