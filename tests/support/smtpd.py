"""A mail server for tests: python3 smtpd.py PORT open|starttls|tls

Writes mail-N.json of what Python's own parser reads in each mail. `busy@` gets 451, `gone@` 550.
"""

import email
import email.policy
import json
import os
import ssl
import sys
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


class Handler:
    """Takes mails."""

    def __init__(self):
        self.count = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("busy@"):
            return "451 4.3.0 busy, s3cret-word"
        if address.startswith("gone@"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        parts = [part for part in mail.walk() if not part.is_multipart()]
        record = {
            "mail_from": envelope.mail_from,
            "rcpt_to": envelope.rcpt_tos,
            "headers": {name.lower(): str(value) for name, value in mail.items()},
            "type": mail.get_content_type(),
            "parts": {part.get_content_type(): part.get_content() for part in parts},
            "defects": [str(defect) for part in mail.walk() for defect in part.defects],
            "encrypted": server.transport.get_extra_info("ssl_object") is not None,
            "login": bool(session.authenticated),
        }
        self.count += 1
        with open("part", "w", encoding="utf-8") as file:
            json.dump(record, file)
        os.rename("part", f"mail-{self.count}.json")
        return "250 2.0.0 taken as 4711"


def authenticate(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"xiezhi", b"s3cret-word")
    return AuthResult(success=right, handled=False)


def main():
    port, how = int(sys.argv[1]), sys.argv[2]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("cert.pem", "key.pem")
    more = {}
    if how == "starttls":
        more = {
            "tls_context": context,
            "require_starttls": True,
            "auth_required": True,
            "authenticator": authenticate,
        }
    if how == "tls":
        more = {"ssl_context": context}
    Controller(Handler(), hostname="127.0.0.1", port=port, **more).start()
    while True:
        time.sleep(60)


main()
