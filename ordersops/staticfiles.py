"""Static files as they are served: each named by its content, and the one stylesheet in one file."""

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

STYLESHEET = "css/app.css"
IMPORT = re.compile(r'@import url\("(?P<file>[^"]+)"\) layer\((?P<layer>\w+)\);')
ADDRESS = re.compile(r'url\("(?P<file>(?!data:|/)[^"]+)"\)')
Sources = dict[str, tuple[Storage, str]]


class BundledStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Hashed and compressed by WhiteNoise, after the imports of the stylesheet have been put in their places.

    In development each component stays a file of its own; a browser on the real product asks once instead of fifty times.
    """

    def post_process(self, paths: Sources, dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if STYLESHEET in paths and not dry_run:
            whole = InMemoryStorage()
            whole.save(STYLESHEET, ContentFile(bundled(paths).encode()))
            paths = {**paths, STYLESHEET: (whole, STYLESHEET)}
        yield from super().post_process(paths, dry_run, **options)


def bundled(paths: Sources) -> str:
    """The stylesheet with each import replaced by the file, in its layer, and the addresses in it as seen from the stylesheet."""

    def in_place(found: re.Match[str]) -> str:
        name = posixpath.join(posixpath.dirname(STYLESHEET), found["file"])
        folder = posixpath.dirname(found["file"])
        text = ADDRESS.sub(lambda link: f'url("{posixpath.normpath(posixpath.join(folder, link["file"]))}")', _read(paths, name))
        return f"@layer {found['layer']} {{\n{text}\n}}"

    return IMPORT.sub(in_place, _read(paths, STYLESHEET))


def _read(paths: Sources, name: str) -> str:
    storage, path = paths[name]
    with storage.open(path) as file:
        return str(file.read().decode())
