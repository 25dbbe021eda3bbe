"""What a user of ortie types, from its wizard to a refreshed token.

usage: ortie.py KNOWLEDGE    JSON: issuer, account, mail, ortie (the program), grant (code or device)

The browser that ortie opens is `xdg-open` on the search path.
"""

import json
import pathlib
import subprocess
import sys

import pexpect
import requests

ENTER, UP, DOWN = "\r", "\x1b[A", "\x1b[B"
# How far down each is in the list.
GRANTS = {"code": "", "device": DOWN}
FOLDER = pathlib.Path.cwd()
TOKEN = FOLDER / "token.json"


class Ortie:
    """ortie, with a configuration of its own."""

    def __init__(self, knowledge):
        self.program = [knowledge["ortie"], "-c", str(FOLDER / "config.toml")]

    def run(self, *arguments):
        """A command that asks nothing; what comes back is what it prints."""
        done = subprocess.run([*self.program, *arguments], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def in_terminal(self, *arguments, answers=()):
        """A command that asks; the answers are pairs of a question and what is typed."""
        program, *before = self.program
        terminal = pexpect.spawn(
            program, [*before, *arguments], encoding="utf-8", timeout=30, dimensions=(50, 200)
        )
        terminal.logfile_read = sys.stdout
        for question, answer in answers:
            terminal.expect_exact(question)
            terminal.send(answer + ENTER)
        terminal.expect(pexpect.EOF)
        terminal.close()
        assert terminal.exitstatus == 0, terminal.exitstatus


def main():
    knowledge = json.loads(sys.argv[1])
    ortie = Ortie(knowledge)
    ortie.in_terminal(
        "configure",
        answers=[
            ("Email address:", knowledge["issuer"]),
            ("Choose an OAuth 2.0 grant:", GRANTS[knowledge["grant"]]),
            # Dynamic registration is the first.
            ("Application:", ""),
            # All that the server offers is chosen at first.
            ("Scopes:", ""),
            # Above the first is the last, which asks for commands.
            ("Token storage strategy:", UP),
            ("Read command", f"cat {TOKEN}"),
            ("Write command", f"cat > {TOKEN}"),
            ("Save this account", "y"),
        ],
    )
    ortie.in_terminal("auth", "get")

    def token():
        """The access token, which is good for the mailbox."""
        shown = ortie.run("token", "show")
        bearer = {"Authorization": f"Bearer {shown}"}
        mailbox = requests.get(knowledge["issuer"] + "/jmap/session", headers=bearer)
        assert mailbox.json()["username"] == knowledge["account"], mailbox.text
        return shown

    first = token()
    assert knowledge["mail"] in ortie.run("token", "inspect")
    ortie.run("token", "refresh")
    assert token() != first
    print("all went well")


main()
