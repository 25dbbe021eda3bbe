"""What a user of Thunderbird does: installs the add-on, has a mailbox with OAuth2, and looks into it, today and tomorrow.

usage: thunderbird.py KNOWLEDGE    JSON: issuer, account, mail, addon (the manifest), mail_server (client id and secret)

The browser that Thunderbird opens is `bin/xdg-open` in the working folder. The mailbox is a small IMAP server, which asks the
issuer about each token.
"""

import base64
import contextlib
import json
import pathlib
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import zipfile

import requests

FOLDER = pathlib.Path.cwd()
PROFILE = FOLDER / "profile"
MARIONETTE = ("127.0.0.1", 2828)
IMAP = 143


class Mailbox(threading.Thread):
    """An IMAP server with an empty inbox."""

    def __init__(self, issuer, client):
        super().__init__(daemon=True)
        self.introspection = issuer + "/auth/introspect"
        self.client = tuple(client)
        self.socket = socket.create_server(("127.0.0.1", IMAP))
        # What the issuer said of each token, and whether the inbox was opened with it.
        self.tokens = {}
        self.opened = set()

    def run(self):
        while True:
            connection, _ = self.socket.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        token = None
        lines = connection.makefile("rb")

        def say(*answers):
            connection.sendall("".join(answer + "\r\n" for answer in answers).encode())

        say("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2] ready")
        for line in lines:
            tag, command, *rest = line.decode().split()
            match command.upper():
                case "AUTHENTICATE":
                    presented = base64.b64decode(rest[1]).decode()
                    token = presented.split("auth=Bearer ")[1].split("\x01")[0]
                    asked = requests.post(self.introspection, data={"token": token}, auth=self.client)
                    self.tokens[token] = asked.json()
                    is_good = self.tokens[token]["active"]
                    say(f"{tag} OK [CAPABILITY IMAP4rev1] hello" if is_good else f"{tag} NO refused")
                case "CAPABILITY":
                    say("* CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2", f"{tag} OK")
                case "LIST" | "LSUB":
                    say(f'* {command} (\\HasNoChildren) "/" INBOX', f"{tag} OK")
                case "SELECT":
                    self.opened.add(token)
                    say("* 0 EXISTS", "* 0 RECENT", "* FLAGS (\\Seen)", "* OK [UIDVALIDITY 1]", f"{tag} OK")
                case "LOGOUT":
                    say("* BYE", f"{tag} OK")
                    return
                case _:
                    say(f"{tag} OK")


class Marionette:
    """Does in Thunderbird what its user would click."""

    def __init__(self):
        self.socket = wait_for("Thunderbird", connect)
        self.stream = self.socket.makefile("rb")
        self.number = 0
        self.read()
        self.ask("WebDriver:NewSession", {})
        self.ask("Marionette:SetContext", {"value": "chrome"})

    def read(self):
        length = b""
        while not length.endswith(b":"):
            length += self.stream.read(1)
        return json.loads(self.stream.read(int(length[:-1])))

    def ask(self, command, parameters):
        self.number += 1
        message = json.dumps([0, self.number, command, parameters]).encode()
        self.socket.sendall(b"%d:%b" % (len(message), message))
        _, _, error, answer = self.read()
        assert error is None, error
        return answer

    def script(self, script, *arguments):
        return self.ask("WebDriver:ExecuteScript", {"script": script, "args": arguments})["value"]


def connect():
    with contextlib.suppress(OSError):
        return socket.create_connection(MARIONETTE)
    return None


def wait_for(what, found):
    deadline = time.monotonic() + 50
    while time.monotonic() < deadline:
        if answer := found():
            return answer
        time.sleep(0.2)
    raise AssertionError(f"no sign of {what}")


KNOWS_THE_PROVIDER = """
const { OAuth2Providers } = ChromeUtils.importESModule("resource:///modules/OAuth2Providers.sys.mjs");
return Boolean(OAuth2Providers.getHostnameDetails(arguments[0], "imap"));
"""

OPENS_THE_INBOX = """
const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const server = MailServices.accounts.getAccount("account1").incomingServer;
const window = Services.wm.getMostRecentWindow("mail:3pane");
server.rootFolder.QueryInterface(Ci.nsIMsgImapMailFolder);
server.getNewMessages(server.rootFolder, window.msgWindow, null);
"""

IS_SHOWN = 'return Boolean(Services.wm.getMostRecentWindow("mail:3pane")?.msgWindow);'


@contextlib.contextmanager
def thunderbird():
    """A Thunderbird that runs, and ends as when its user closes it."""
    flags = ["--headless", "--marionette", "--remote-allow-system-access", "--profile", str(PROFILE)]
    with open(FOLDER / "thunderbird.log", "ab") as log:
        program = subprocess.Popen(["thunderbird", *flags], stdout=log, stderr=log)
    try:
        marionette = Marionette()
        yield marionette
        marionette.ask("Marionette:Quit", {"flags": ["eForceQuit"]})
        program.wait(30)
    finally:
        program.kill()
        program.wait()


def furnish(knowledge, host):
    """A profile with the add-on and an account, and a browser that the desktop knows."""
    settings = {
        "extensions.autoDisableScopes": 0,
        "extensions.startupScanScopes": 15,
        "mail.shell.checkDefaultClient": False,
        "mail.accountmanager.accounts": "account1",
        "mail.accountmanager.defaultaccount": "account1",
        "mail.account.account1.identities": "id1",
        "mail.account.account1.server": "server1",
        "mail.identity.id1.useremail": knowledge["account"],
        "mail.server.server1.type": "imap",
        "mail.server.server1.hostname": host,
        "mail.server.server1.port": IMAP,
        "mail.server.server1.userName": knowledge["account"],
        # OAuth2, on a connection that nobody else can read
        "mail.server.server1.authMethod": 10,
        "mail.server.server1.socketType": 0,
        "mail.server.server1.login_at_startup": False,
        "mail.server.server1.check_new_mail": False,
    }
    lines = [f"user_pref({json.dumps(key)}, {json.dumps(value)});" for key, value in settings.items()]
    (PROFILE / "user.js").write_text("\n".join(lines))
    (PROFILE / "extensions").mkdir()
    name = json.loads(knowledge["addon"])["browser_specific_settings"]["gecko"]["id"]
    with zipfile.ZipFile(PROFILE / "extensions" / f"{name}.xpi", "w") as addon:
        addon.writestr("manifest.json", knowledge["addon"])

    applications = FOLDER / ".local/share/applications"
    applications.mkdir(parents=True)
    (applications / "browser.desktop").write_text(
        "[Desktop Entry]\nType=Application\nName=Browser\nMimeType=x-scheme-handler/https;\n"
        f"Exec={FOLDER}/bin/xdg-open %u\n"
    )
    (applications / "mimeapps.list").write_text("[Default Applications]\nx-scheme-handler/https=browser.desktop\n")


def look_in(mailbox, host):
    """Opens the inbox, and gives back the token that it was opened with."""
    before = set(mailbox.opened)
    with thunderbird() as program:
        wait_for("the window", lambda: program.script(IS_SHOWN))
        wait_for("the add-on", lambda: program.script(KNOWS_THE_PROVIDER, host))
        program.script(OPENS_THE_INBOX)
        wait_for(f"an open inbox, but of {mailbox.tokens}", lambda: mailbox.opened - before)
    (token,) = mailbox.opened - before
    return token


def main():
    knowledge = json.loads(sys.argv[1])
    host = urllib.parse.urlsplit(knowledge["issuer"]).hostname
    furnish(knowledge, host)
    mailbox = Mailbox(knowledge["issuer"], knowledge["mail_server"])
    mailbox.start()

    first = look_in(mailbox, host)
    said = mailbox.tokens[first]
    assert said["username"] == knowledge["account"], said
    assert said["client_id"] == "thunderbird", said
    assert set(said["scope"].split()) == {knowledge["mail"], "offline_access"}, said

    # Tomorrow nobody is asked again: the refresh token is among its passwords.
    browser = FOLDER / "browser.log"
    browser.unlink()
    second = look_in(mailbox, host)
    assert second != first
    assert mailbox.tokens[second]["username"] == knowledge["account"]
    assert not browser.exists(), browser.read_text()
    print("all went well")


main()
