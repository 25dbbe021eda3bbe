"""Clients, API keys and tokens in an SQLite file."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, astuple, dataclass
from hashlib import sha256
from pathlib import Path
from threading import Lock

from gatepost import Caller, Credential, Effect, EffectNone, EffectRemove, EffectReplace, EffectShare, EffectStore, Usage

SCHEMA = Path(__file__).with_name("schema.sql")


@dataclass(frozen=True)
class Registrant:
    """Who registers, as registrations are counted."""

    api_key: bytes | None
    account: str | None
    network: str
    wider: str


@dataclass(frozen=True)
class Token:
    """What an access token stands for."""

    account: str
    permissions: list[str]
    client_id: str
    scope: str


class Tables:
    """The tables, in a transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def key(self, token: str | None) -> tuple[bytes, Caller] | None:
        """The hash and the owner of an API key."""
        if token is None:
            return None
        key = digest(token)
        query = "SELECT account, permissions, terms FROM api_key WHERE hash = ?"
        if (row := self.connection.execute(query, [key]).fetchone()) is None:
            return None
        account, permissions, terms = row
        owner = Caller(credential=Credential.ACCEPTED, account=account, permissions=permissions.split(), terms=terms)
        return key, owner

    def token(self, token: str, now: int) -> Token | None:
        """An access token that is live."""
        query = "SELECT account, permissions, client_id, scope FROM access_token WHERE hash = ? AND expires_at > ?"
        if (row := self.connection.execute(query, [digest(token), now]).fetchone()) is None:
            return None
        account, permissions, client_id, scope = row
        return Token(account, permissions.split(), client_id, scope)

    def record(self, client_id: str | None) -> str | None:
        row = self.connection.execute("SELECT record FROM client WHERE client_id = ?", [client_id]).fetchone()
        record: str | None = row and row[0]
        return record

    def usage(self, who: Registrant) -> Usage:
        query = """SELECT count(record) AS total_clients,
                          count(record) FILTER (WHERE api_key IS NULL) AS anonymous_clients,
                          count(record) FILTER (WHERE account = :account) AS account_clients,
                          count(*) FILTER (WHERE api_key = :api_key) AS key_registrations,
                          count(*) FILTER (WHERE network = :network) AS address_registrations,
                          count(*) FILTER (WHERE wider = :wider AND api_key IS NULL) AS wider_registrations
                   FROM client"""
        counted = self.connection.execute(query, asdict(who))
        return Usage(**dict(zip((column[0] for column in counted.description), counted.fetchone())))

    def carry_out(self, effect: Effect, who: Registrant | None) -> None:
        """Does what was decided."""
        match effect:
            case EffectShare(record) if self.record(record.client_id) is not None:
                pass
            case EffectStore(record) | EffectShare(record):
                insert = """INSERT INTO client VALUES (?, ?, ?, ?, ?, ?)
                            ON CONFLICT DO UPDATE SET record = excluded.record WHERE record IS NULL"""
                self.change(insert, record.client_id, record.document, *(astuple(who) if who else [None] * 4))
            case EffectReplace(record):
                self.change("UPDATE client SET record = ? WHERE client_id = ?", record.document, record.client_id)
            case EffectRemove(client_id):
                self.change("UPDATE client SET record = NULL WHERE client_id = ?", client_id)
            case EffectNone():
                pass

    def change(self, statement: str, *values: object) -> None:
        if (changed := self.connection.execute(statement, values).rowcount) != 1:
            raise sqlite3.IntegrityError(f"{changed} clients were changed instead of one")


class Store:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.turn = Lock()
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        with self.transaction() as tables:
            tables.connection.executescript(SCHEMA.read_text())

    @contextmanager
    def transaction(self) -> Iterator[Tables]:
        """One after another, so that the facts stay true until the effect is carried out. When it ends, all of it is on
        the disk, or nothing of it if there was an exception."""
        # Threads wait here for each other: SQLite has no order of who is next.
        with self.turn, self.begun("BEGIN IMMEDIATE") as tables:
            yield tables

    def reading(self) -> AbstractContextManager[Tables]:
        """What was true at one time. It waits for nobody who decides."""
        return self.begun("BEGIN")

    @contextmanager
    def begun(self, statement: str) -> Iterator[Tables]:
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=10)
        try:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(statement)
            with connection:
                yield Tables(connection)
        finally:
            connection.close()


def digest(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
