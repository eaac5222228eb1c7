"""Files on cases for machines: attaching, listing, reading. A file travels as base64 in JSON, so that there is one form of request."""

import base64
from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from ordersops.accounts.roles import Perm
from ordersops.api.endpoint import acts, reads
from ordersops.api.files import TakesFile, decoded
from ordersops.api.rows import Input, Row, Text
from ordersops.api.scopes import Scope
from ordersops.api.view import Asked, Resource
from ordersops.cases import actions, files
from ordersops.cases.actions.talking import LONGEST, MOST_FILES
from ordersops.cases.models import Attachment
from ordersops.review.api.cases import TAG, OfCases

SEES = Perm.VIEW_CASES
LONGEST_NAME = 255


class AttachmentRow(Row):
    """A file that somebody attached. Its kind was found in its content."""

    class Meta:
        model = Attachment
        fields: ClassVar[Any] = ["id", "name", "kind", "size", "sha256", "at"]


class AttachmentDetail(AttachmentRow):
    content = serializers.SerializerMethodField(help_text="The file, in base64.")

    class Meta(AttachmentRow.Meta):
        fields: ClassVar[Any] = [*AttachmentRow.Meta.fields, "content"]

    def get_content(self, row: Attachment) -> str:
        return base64.b64encode(files.unseal(row.pk, bytes(row.body))).decode()


class AttachmentsShown(serializers.Serializer[Any]):
    """The files of a case, the oldest first."""

    attachments = AttachmentRow(many=True)


class AttachInput(Input):
    name = Text(max_length=LONGEST_NAME)
    content = Text(help_text=f"The file in base64: {files.TAKEN}.", trim_whitespace=False)
    text = Text(required=False, default="", allow_blank=True, max_length=LONGEST, help_text="What is said with it.")


class CaseFiles(TakesFile, OfCases):
    @reads(AttachmentsShown, rights=[SEES], tag=TAG)
    def files(self, request: Asked, pk: UUID) -> Response:
        """The files of a case, the oldest first."""
        found = Attachment.objects.filter(case=self.case(pk)).defer("body").order_by("at", "pk")[:MOST_FILES]
        return Response({"attachments": AttachmentRow(found, many=True).data})

    @acts(
        AttachmentRow, rights=[SEES, Perm.DISCUSS_CASES], tag=TAG, scope=Scope.DECIDE, takes=AttachInput, status=201,
        example={"name": "letter.txt", "content": "RGVhciBzaG9w", "text": "What the customer sent."},
    )  # fmt: skip
    def attach(self, request: Asked, pk: UUID) -> Response:
        """Attach a file to a case."""
        case, said = self.case(pk), self.body(AttachInput)
        made = actions.attach(case=case, name=said["name"], content=decoded(said["content"]), text=said["text"], by=request.user)
        return Response(AttachmentRow(made).data, status=201)


class Files(Resource):
    @reads(AttachmentDetail, rights=[SEES], tag=TAG)
    def retrieve(self, request: Asked, pk: UUID) -> Response:
        """One file with its content."""
        return Response(AttachmentDetail(self.load(Attachment.objects.all(), SEES, pk=pk)).data)
