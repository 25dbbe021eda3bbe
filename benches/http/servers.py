"""The servers that are measured: each is started, says where it listens, and is stopped."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import time
import urllib.request
from base64 import urlsafe_b64encode
from pathlib import Path

from load import Process

HERE = Path(__file__).parent
ROOT = HERE.parent.parent

# Without limits on requests: this is about how fast they are answered, and all come from one address. Strangers get ids that carry
# their registration, so that nothing is stored for them; who has an API key is stored.
SETTINGS = """
[limits]
requests-per-minute = 0
[log]
level = "warn"
[oauth.client-registration]
anonymous = true
stateless = "anonymous"
client-id-keys = ["BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc"]
"""

# What a mail client registers, as small as it can be.
CLIENT = {
    "client_name": "Example Mail",
    "application_type": "native",
    "redirect_uris": ["http://127.0.0.1/callback"],
    "token_endpoint_auth_method": "none",
    "grant_types": ["authorization_code", "refresh_token"],
}
RESOURCE_SERVER = {
    "grant_types": ["client_credentials"],
    "response_types": [],
    "token_endpoint_auth_method": "client_secret_basic",
}
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

# How many tokens of a kind belong to one account: less than the grants that an account may have.
OF_ACCOUNT = 500


class Server:
    """A program that listens on a free port, and says where."""

    def __init__(self, command: list, folder: Path, wait: float = 60):
        folder.mkdir(parents=True, exist_ok=True)
        self.said = folder / "said"
        self.begun = time.monotonic()
        with self.said.open("w") as out, (folder / "errors").open("w") as errors:
            self.child = subprocess.Popen(list(map(str, command)), stdout=out, stderr=errors)
        self.process = Process(self.child.pid)
        while not (found := re.search(r"listening on (http://[0-9.:]+)", self.said.read_text())):
            if self.child.poll() is not None or time.monotonic() > self.begun + wait:
                raise RuntimeError(f"{command[0]} does not listen: {(folder / 'errors').read_text()}")
            time.sleep(0.001)
        self.url = found[1]

    def stop(self):
        self.child.terminate()
        self.child.wait()


class Gatepost(Server):
    """gatepost-server, or what it was called before."""

    def __init__(self, program: Path, folder: Path, *, data: Path | None = None, store: str = "", plugin: str | None = None,
                 settings: str = SETTINGS, under: list = ()):
        folder.mkdir(parents=True, exist_ok=True)
        config = folder / "gatepost.toml"
        config.write_text(settings + store)
        config.chmod(0o600)
        self.flags = ["--config", config, "--data", data or folder / "data"]
        kind = ["--plugin", plugin] if plugin else []
        super().__init__([*under, program, "serve", *self.flags, "--listen", "127.0.0.1:0", *kind], folder)

    def register(self, client: dict, key: str):
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
        request = urllib.request.Request(self.url + "/auth/register", json.dumps(client).encode(), headers)
        urllib.request.urlopen(request).read()

    def first_answer(self) -> float:
        """How many seconds after its start it has answered."""
        urllib.request.urlopen(self.url + "/.well-known/oauth-authorization-server").read()
        return time.monotonic() - self.begun


class Postgres:
    """A PostgreSQL server of its own, as Debian installs it, on a socket in a folder."""

    def __init__(self, folder: Path):
        versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
        self.programs = max(versions, key=lambda path: int(path.parts[-3])).parent
        self.folder = folder
        folder.mkdir(parents=True)
        # It refuses to be root.
        self.user = ["runuser", "--user", "postgres", "--"] if os.getuid() == 0 else []
        if self.user:
            shutil.chown(folder, "postgres")
        data = folder / "data"
        self.run("initdb", "--auth=trust", "--username=postgres", "--no-locale", "--encoding=UTF8", "--pgdata", data)
        command = [*self.user, self.programs / "postgres", "-D", data, "-c", f"unix_socket_directories={folder}",
                   "-c", "listen_addresses="]
        with (folder / "errors").open("w") as errors:
            self.child = subprocess.Popen(list(map(str, command)), cwd=folder, stdout=errors, stderr=errors)
        for _ in range(600):
            if (folder / ".s.PGSQL.5432").exists() and self.is_ready():
                break
            time.sleep(0.05)
        self.process = Process(int((data / "postmaster.pid").read_text().split()[0]), children=True)

    def is_ready(self) -> bool:
        return self.run("pg_isready", "--quiet", "--host", self.folder, check=False).returncode == 0

    def run(self, program: str, *flags, check: bool = True):
        command = list(map(str, [*self.user, self.programs / program, *flags]))
        return subprocess.run(command, cwd=self.folder, check=check, stdout=subprocess.DEVNULL)

    def store(self) -> str:
        return f'[store]\nurl = "postgres://postgres@/postgres?host={self.folder}"\n'

    def stop(self):
        # Fast, without waiting for those that are connected.
        os.kill(self.process.pid, 2)
        self.child.wait()


class Seed:
    """A directory with clients, keys, and as many codes and tokens as are used up, for every store."""

    def __init__(self, program: Path, folder: Path, codes: int):
        begun = Gatepost(program, folder)
        begun.stop()
        first = (folder / "data/first-start.txt").read_text()
        self.key = re.search(r"^registration key: *(\S+)", first, re.MULTILINE)[1]

        def command(*words, text: str | None = None) -> str:
            whole = [program, *words, *begun.flags]
            ended = subprocess.run(whole, input=text, check=True, capture_output=True, text=True)
            return ended.stdout

        command("client", "add", "-", "--id", "speed-mail", text=json.dumps(CLIENT))
        command("client", "add", "-", "--id", "speed-server", text=json.dumps(RESOURCE_SERVER))
        self.secret = command("client", "rotate-secret", "speed-server", "--yes").strip()
        command("export", folder / "exported")
        self.program = program
        self.file = folder / "directory.jsonl"
        lines = (folder / "exported").read_text().splitlines()[:-1]
        lines += map(json.dumps, granted(codes))
        lines.append(json.dumps({"kind": "end", "lines": len(lines)}))
        self.file.write_text("\n".join(lines) + "\n")

    def plant(self, folder: Path, store: str = "") -> Path:
        """Fills a directory that is empty, and returns its data folder."""
        folder.mkdir(parents=True)
        config = folder / "gatepost.toml"
        config.write_text(SETTINGS + store)
        config.chmod(0o600)
        data = folder / "data"
        data.mkdir(mode=0o700)
        flags = ["--config", config, "--data", data]
        subprocess.run([self.program, "import", self.file, *flags], check=True, capture_output=True)
        return data


def granted(codes: int):
    """Codes and refresh tokens that users have granted, and an access token."""
    now = int(time.time())
    scope = "offline_access"
    code = json.dumps({"challenge": CHALLENGE, "redirect_uri": CLIENT["redirect_uris"][0], "redirect_uri_asked": True})
    access = json.dumps({"scope": scope, "resources": ""})
    tokens = [("access", "speed-access", access)]
    tokens += [("code", f"speed-code-{number:08}", code) for number in range(1, codes + 1)]
    tokens += [("refresh", f"speed-refresh-{number:08}", "") for number in range(1, codes + 1)]
    for number, (kind, token, data) in enumerate(tokens):
        account = f"user-{number // OF_ACCOUNT}@example.org"
        if number % OF_ACCOUNT == 0:
            yield {"kind": "account", "name": account, "password_hash": None, "permissions": "authenticate",
                   "created_at": now}
        yield {"kind": "grant", "number": number + 1, "client_id": "speed-mail", "account": account, "scope": scope,
               "resources": "", "created_at": now, "last_used_at": now}
        digest = hashlib.sha256(token.encode()).digest()
        yield {"kind": "token", "hash": urlsafe_b64encode(digest).decode().rstrip("="), "token": kind,
               "grant": number + 1, "data": data, "issued_at": now, "expires_at": now + 86_400, "spent_at": None}
