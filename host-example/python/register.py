"""A registration endpoint for a mail server that is written in Python (RFC 7591, RFC 7592).

usage: python3 register.py [FOLDER [PORT]]      settings.toml and mail.db are in the folder
"""

import json
import logging
import re
import sys
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from urllib.parse import unquote

from gatepost import Caller, Context, Decision, Due, Registrar, bearer
from store import Registrant, Store, Tables

BODY_LIMIT = 64 << 10
# A client that is still sending when its connection is closed often does not see the answer.
READ_LIMIT = 256 << 10

ENDPOINT = {"POST": "register"}
CLIENT = {"GET": "read", "PUT": "update", "DELETE": "remove"}

log = logging.getLogger("register")


class Handler(BaseHTTPRequestHandler):
    """Answers requests, each on a connection of its own."""

    timeout = 10
    registrar: Registrar
    store: Store

    def answer(self) -> None:
        """Answers `POST /auth/register`, and `GET`, `PUT` and `DELETE /auth/register/{client_id}`."""
        if (found := re.fullmatch(r"/auth/register(?:/((?:[\w.~-]|%[2-7][0-9A-Fa-f])+))?", self.path)) is None:
            return self.refuse(404, "invalid_request", "There is nothing here.")
        allowed = CLIENT if found[1] else ENDPOINT
        if (operation := allowed.get(self.command)) is None:
            return self.refuse(405, "invalid_request", "This takes another method.", {"Allow": ", ".join(allowed)})
        body = b""
        if operation in ("register", "update"):
            length = self.headers.get("Content-Length", "")
            if self.headers.get_content_type() != "application/json":
                return self.refuse(415, "invalid_client_metadata", "The body must be application/json.")
            if not re.fullmatch("[0-9]{1,9}", length):
                return self.refuse(411, "invalid_request", "The request must say how long its body is.")
            expected = min(int(length), READ_LIMIT)
            body = self.rfile.read(expected)
            if len(body) < expected:
                return self.refuse(400, "invalid_request", "The body ends too early.")
            if int(length) > BODY_LIMIT:
                return self.refuse(413, "invalid_client_metadata", f"The body may have {BODY_LIMIT} bytes.")
        try:
            with self.store.transaction() as tables:
                decision = self.decide(tables, operation, unquote(found[1] or ""), body)
        except Exception:
            log.exception("%s failed", operation)
            return self.refuse(500, "server_error", "The server failed. Nothing was changed.")
        headers = [(header.name, header.value) for header in decision.response.headers]
        self.send(decision.response.status, headers, decision.response.body)

    do_DELETE = do_GET = do_POST = do_PUT = answer

    def decide(self, tables: Tables, operation: str, client_id: str, body: bytes) -> Decision:
        """Facts, decision, effect."""
        caller, api_key = self.caller(tables)
        context = Context(caller=caller, record=tables.record(client_id))
        registrant = None
        match operation:
            case "register":
                registrant = self.registrant(caller, api_key, context.now)
                context = replace(context, usage=tables.usage(registrant))
                decision = self.registrar.register(context, body)
                if stored := tables.record(decision.client_id):
                    # The client is there already: it is decided again, with its record.
                    decision = self.registrar.register(replace(context, record=stored), body)
            case "read":
                decision = self.registrar.read(context, client_id)
            case "update":
                decision = self.registrar.update(context, client_id, body)
            case _:
                decision = self.registrar.remove(context, client_id)
        log.info("%s %s %s", operation, decision.response.status, [found.code for found in decision.diagnostics])
        if any(fetch.due == Due.BEFORE_EFFECT for fetch in decision.fetches):
            raise NotImplementedError("this program fetches no documents, so that what depends on one is not done")
        tables.carry_out(decision.effect, registrant)
        return decision

    def caller(self, tables: Tables) -> tuple[Caller, bytes | None]:
        """Who asks, and the API key that was presented."""
        fields = self.headers.get_all("Authorization")
        presented = bearer(", ".join(fields) if fields else None)
        address = ip_address(self.client_address[0])
        if isinstance(address, IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        api_key, owner = tables.key(presented.token) or (None, Caller(presented.credential))
        # A token that is no key may be a registration access token, which only the plugin knows.
        return replace(owner, token=presented.token, address=str(address)), api_key

    def registrant(self, caller: Caller, api_key: bytes | None, now: int) -> Registrant:
        registrar, address = self.registrar, caller.address or ""

        def counted(network: str | None, window: int) -> str:
            return f"{network or 'unknown'} in window {now // window}"

        network = counted(registrar.network(address), registrar.window())
        wider = counted(registrar.wider_network(address), registrar.wider_window())
        return Registrant(api_key, caller.account, network, wider)

    def refuse(self, status: int, error: str, description: str, headers: dict[str, str] = {}) -> None:
        """Answers without a decision (RFC 7591 §3.2.2)."""
        all = {"Content-Type": "application/json", "Cache-Control": "no-store"} | headers
        self.send(status, list(all.items()), json.dumps({"error": error, "error_description": description}))

    def send(self, status: int, headers: list[tuple[str, str]], body: str) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """What was decided is in the log, and no more."""


def main(folder: str = ".", port: str = "8080") -> None:
    logging.basicConfig(level=logging.INFO)
    Handler.registrar = Registrar.compile((Path(folder) / "settings.toml").read_text())
    for found in Handler.registrar.warnings():
        log.warning("%s: %s", found.path, found.message)
    Handler.store = Store(Path(folder) / "mail.db")
    server = ThreadingHTTPServer(("127.0.0.1", int(port)), Handler)
    print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
