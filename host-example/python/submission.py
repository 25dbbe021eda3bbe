"""A submission server on aiosmtpd that lets mail programs in by OAUTHBEARER (RFC 7628), if their client may be used.

usage: python3 submission.py [FOLDER [PORT]]      settings.toml, mail.db, cert.pem and key.pem are in the folder
"""

import asyncio
import base64
import json
import logging
import re
import ssl
import sys
from pathlib import Path

from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP, AuthResult

from gatepost import Caller, Context, Credential, Outcome, Registrar, bearer
from store import Store

SCOPE = "urn:ietf:params:oauth:scope:mail"

# How long a line with a response may be (RFC 4954 §4).
RESPONSE_LIMIT = 12288

# How many connections there may be. Those that come then are closed at once.
CONNECTIONS = 500

log = logging.getLogger("submission")


class Submission(SMTP):
    """One connection. Mail is taken after the sign-in, and put into the folder `sent`."""

    line_length_limit = RESPONSE_LIMIT
    registrar: Registrar
    store: Store
    connected: set[SMTP] = set()

    def __init__(self, folder: Path, tls: ssl.SSLContext) -> None:
        mechanisms = ["LOGIN", "PLAIN"]
        super().__init__(
            Mailbox(folder / "sent"), tls_context=tls, auth_required=True, auth_exclude_mechanism=mechanisms, timeout=60
        )
        self.command_size_limits["AUTH"] = RESPONSE_LIMIT

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # It comes once more when TLS has begun.
        if self not in self.connected and len(self.connected) >= CONNECTIONS:
            assert isinstance(transport, asyncio.Transport)
            return transport.abort()
        self.connected.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self in self.connected:
            self.connected.remove(self)
            super().connection_lost(error)

    async def auth_OAUTHBEARER(self, _: SMTP, arguments: list[str]) -> AuthResult:
        try:
            response = base64.b64decode(arguments[1]) if arguments[1:] else await self.challenge_auth("")
            if not isinstance(response, bytes):
                # It was answered, and the client gave up.
                return AuthResult(success=False)
            head, *pairs = response.decode().split("\1")
            fields = dict(pair.split("=", 1) for pair in pairs if pair)
        except ValueError:
            return AuthResult(success=False, handled=False, message="501 5.5.2 The response cannot be read")
        try:
            account = await asyncio.to_thread(self.sign_in, head, fields.get("auth"))
        except Exception:
            # Nobody gets in without an answer, and the mail program tries again later.
            log.exception("no answer")
            return AuthResult(success=False, handled=False, message="454 4.7.0 Temporary authentication failure")
        if account is None:
            # The client answers the reason, and is then refused (RFC 7628 §3.2.3).
            refused = await self.challenge_auth(json.dumps({"status": "invalid_token", "scope": SCOPE}))
            return AuthResult(success=False, handled=not isinstance(refused, bytes))
        return AuthResult(success=True, auth_data=account)

    def sign_in(self, head: str, authorization: str | None) -> str | None:
        """The account that the token stands for, if its client may be used for that."""
        authority = re.fullmatch(r"n,(?:a=([^,]+))?,", head)
        presented = bearer(authorization)
        if authority is None or presented.token is None:
            return None
        wanted = authority[1] and authority[1].replace("=2C", ",").replace("=3D", "=")
        context = Context()
        with self.store.reading() as tables:
            token = tables.token(presented.token, context.now)
            if token is None or wanted not in (None, token.account) or SCOPE not in token.scope.split():
                return None
            owner = Caller(credential=Credential.ACCEPTED, account=token.account, permissions=token.permissions)
            context = Context(caller=owner, record=tables.record(token.client_id))
        decision = self.registrar.usable(context, token.client_id, SCOPE)
        log.info("%s %s %s", token.client_id, decision.outcome, [found.code for found in decision.diagnostics])
        return token.account if decision.outcome == Outcome.ACCEPT else None


async def main(folder: str = ".", port: str = "8587") -> None:
    logging.basicConfig(level=logging.INFO)
    place = Path(folder)
    Submission.registrar = Registrar.compile((place / "settings.toml").read_text())
    Submission.store = Store(place / "mail.db")
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(place / "cert.pem", place / "key.pem")
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Submission(place, tls), "127.0.0.1", int(port))
    print(f"listening on port {server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
