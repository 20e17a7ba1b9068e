"""Replies we owe: made by the operator, signed here, sent back once."""

from __future__ import annotations

import base64
import binascii

from extern_desktop.extern_api.accounts import AccountCalls
from extern_desktop.extern_api.calls import JSON_TYPE, Effect
from extern_desktop.extern_api.errors import UnexpectedAnswerError
from extern_desktop.extern_api.wire.docflows import Docflow
from extern_desktop.extern_api.wire.replies import ReplyDocument, ReplyRequest, SendReplyRequest
from extern_desktop.jobs.work import Work


class ReplyCalls(AccountCalls):
    """Replies to documents of a docflow."""

    def generate_reply(
        self, docflow_id: str, document_id: str, document_type: str, certificate_der: bytes, *, work: Work | None = None
    ) -> ReplyDocument:
        """Have the reply made. `document_type` is the `name` of the document's `rel = reply` link, such as `fns534-report-receipt`."""
        watched = work or Work()
        path = self._path(watched, "docflows", docflow_id, "documents", document_id, "generate-reply")
        body = ReplyRequest(certificate_base64=base64.b64encode(certificate_der).decode("ascii"))
        return self._channel.act("POST", path, ReplyDocument, watched, body=body, query={"documentType": document_type})

    def reply(self, docflow_id: str, document_id: str, reply_id: str, *, work: Work | None = None) -> ReplyDocument:
        watched = work or Work()
        return self._channel.read(self._reply_path(watched, docflow_id, document_id, reply_id), ReplyDocument, watched)

    def put_reply_signature(self, docflow_id: str, document_id: str, reply_id: str, der: bytes, *, work: Work | None = None) -> None:
        """Put the signature: raw DER in the body, neither JSON nor base64."""
        watched = work or Work()
        path = self._reply_path(watched, docflow_id, document_id, reply_id, "signature")
        headers = {"Content-Type": "application/octet-stream", "Accept": JSON_TYPE}
        self._channel.ask(self._channel.call("PUT", path, Effect.ACT, headers=headers, body=der), watched)

    def send_reply(self, docflow_id: str, document_id: str, reply_id: str, *, sender_ip: str = "", work: Work | None = None) -> Docflow:
        """Send the signed reply. As with a draft: once, and `LineLostError` means ask (the docflow no longer holds the reply link), not repeat."""
        watched = work or Work()
        path = self._reply_path(watched, docflow_id, document_id, reply_id, "send")
        return self._channel.act("POST", path, Docflow, watched, body=SendReplyRequest(sender_ip=sender_ip), may_file=True)

    def bytes_to_sign(self, reply: ReplyDocument) -> bytes:
        """What is signed: `data-to-sign` where the operator gave it, else the reply itself, detached."""
        try:
            return base64.b64decode(reply.data_to_sign or reply.content, validate=True)
        except binascii.Error as error:
            raise UnexpectedAnswerError(self._channel.host, "generate-reply", 200) from error

    def _reply_path(self, work: Work, docflow_id: str, document_id: str, reply_id: str, *more: str) -> str:
        return self._path(work, "docflows", docflow_id, "documents", document_id, "replies", reply_id, *more)
