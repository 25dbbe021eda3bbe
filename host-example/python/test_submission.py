"""The submission server over SMTP: who is let in, who is not, and who is told to try again.

usage: python3 -m unittest test_submission
"""

import base64
import json
import smtplib
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from gatepost import Caller, Context, Credential, EffectReplace, EffectStore, Registrar
from store import Store, digest

HERE = Path(__file__).parent
SETTINGS = "[oauth.client-registration]\nrequire = true\n"
SCOPE = "urn:ietf:params:oauth:scope:mail"
METADATA = {"redirect_uris": ["http://127.0.0.1/callback"], "token_endpoint_auth_method": "none"}


class Submission(unittest.TestCase):
    folder: tempfile.TemporaryDirectory[str]

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        place = Path(cls.folder.name)
        (place / "settings.toml").write_text(SETTINGS)
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "1"]
        paths = ["-keyout", place / "key.pem", "-out", place / "cert.pem"]
        subprocess.run([*command, *paths], check=True, capture_output=True)
        cls.store = Store(place / "mail.db")
        cls.registrar = Registrar.compile(SETTINGS)
        program = [sys.executable, HERE / "submission.py", cls.folder.name, "0"]
        cls.log = (place / "log").open("w+")
        cls.process = subprocess.Popen(program, stdout=subprocess.PIPE, stderr=cls.log, text=True)
        cls.addClassCleanup(cls.stop)
        cls.port = int(cls.process.stdout.readline().split()[-1])

    @classmethod
    def stop(cls) -> None:
        cls.process.kill()
        cls.process.communicate()
        cls.log.close()

    def client(self, **metadata: object) -> str:
        key = Caller(credential=Credential.ACCEPTED, permissions=["authenticate", "oauth-client-registration"])
        decision = self.registrar.register(Context(caller=key), json.dumps(METADATA | metadata).encode())
        assert isinstance(decision.effect, EffectStore), decision
        with self.store.transaction() as tables:
            tables.carry_out(decision.effect, None)
        return decision.effect.value.client_id

    def disable(self, client_id: str) -> None:
        administrator = Caller(credential=Credential.ACCEPTED, permissions=["authenticate", "oauth-client-update"])
        with self.store.transaction() as tables:
            context = Context(caller=administrator, record=tables.record(client_id))
            decision = self.registrar.disable(context, client_id)
            assert isinstance(decision.effect, EffectReplace), decision
            tables.carry_out(decision.effect, None)

    def token(self, client_id: str, scope: str = SCOPE, permissions: str = "authenticate", seconds: int = 60) -> str:
        with self.store.transaction() as tables:
            count = tables.connection.execute("SELECT count(*) FROM access_token").fetchone()[0]
            token = f"token-{count}"
            values = [digest(token), int(time.time()) + seconds, "jane@example.org", permissions, client_id, scope]
            tables.connection.execute("INSERT INTO access_token VALUES (?, ?, ?, ?, ?, ?)", values)
        return token

    def connect(self) -> smtplib.SMTP:
        smtp = smtplib.SMTP("127.0.0.1", self.port, timeout=20)
        self.addCleanup(smtp.close)
        smtp.ehlo()
        smtp.starttls(context=ssl._create_unverified_context())
        smtp.ehlo()
        return smtp

    def sign_in(self, token: str, head: str = "n,a=jane@example.org,", smtp: smtplib.SMTP | None = None) -> int:
        smtp = smtp or self.connect()
        response = f"{head}\1host=localhost\1port=587\1auth=Bearer {token}\1\1"
        code, text = smtp.docmd("AUTH", f"OAUTHBEARER {base64.b64encode(response.encode()).decode()}")
        if code == 334:
            self.assertEqual(json.loads(base64.b64decode(text))["status"], "invalid_token")
            code, _ = smtp.docmd("AQ==")
        return code

    def test_an_allowed_client_sends_mail(self) -> None:
        smtp = self.connect()
        self.assertIn("OAUTHBEARER", smtp.esmtp_features["auth"])
        self.assertNotIn("PLAIN", smtp.esmtp_features["auth"])
        self.assertEqual(smtp.docmd("MAIL", "FROM:<jane@example.org>")[0], 530)
        self.assertEqual(self.sign_in(self.token(self.client()), smtp=smtp), 235)
        smtp.sendmail("jane@example.org", ["joe@example.org"], "Subject: x\n\nHello")
        [mail] = (Path(self.folder.name) / "sent" / "new").iterdir()
        self.assertIn("Hello", mail.read_text())

    def test_who_is_let_in(self) -> None:
        allowed, disabled = self.client(), self.client()
        self.disable(disabled)
        narrow = self.client(scope="urn:ietf:params:oauth:scope:contacts")
        override = "authenticate oauth-client-override"
        for name, token, code in [
            ("allowed", self.token(allowed), 235),
            ("disabled", self.token(disabled), 535),
            ("disabled, and any other client may be used", self.token(disabled, permissions=override), 535),
            ("unknown", self.token("nobody"), 535),
            ("unknown, and any client may be used", self.token("nobody", permissions=override), 235),
            ("registered for less", self.token(narrow), 535),
            ("a token for less", self.token(allowed, scope="urn:ietf:params:oauth:scope:contacts"), 535),
            ("expired", self.token(allowed, seconds=-1), 535),
            ("no token", "unheard-of", 535),
            ("not a token", "a b", 535),
        ]:
            with self.subTest(name):
                self.assertEqual(self.sign_in(token), code)

    def test_a_client_that_is_disabled_is_refused_at_once(self) -> None:
        client = self.client()
        token = self.token(client)
        self.assertEqual(self.sign_in(token), 235)
        self.disable(client)
        self.assertEqual(self.sign_in(token), 535)

    def test_the_account_is_the_tokens(self) -> None:
        token = self.token(self.client())
        self.assertEqual(self.sign_in(token, head="n,,"), 235)
        self.assertEqual(self.sign_in(token, head="n,a=joe@example.org,"), 535)
        self.assertEqual(self.sign_in(token, head="y,,"), 535)

    def test_without_an_answer_nobody_gets_in(self) -> None:
        client = self.client()
        with self.store.transaction() as tables:
            tables.connection.execute("UPDATE client SET record = '{' WHERE client_id = ?", [client])
        self.assertEqual(self.sign_in(self.token(client)), 454)

    def test_what_is_no_response_is_refused(self) -> None:
        for response in ["", "\xff", "n,,", "n,,\1auth\1\1"]:
            with self.subTest(response):
                encoded = base64.b64encode(response.encode("latin-1")).decode()
                smtp = self.connect()
                smtp.docmd("AUTH", "OAUTHBEARER")
                code, _ = smtp.docmd(encoded)
                if code == 334:
                    code, _ = smtp.docmd("AQ==")
                self.assertIn(code, (501, 535))
        smtp = self.connect()
        smtp.docmd("AUTH", "OAUTHBEARER")
        self.assertEqual(smtp.docmd("*")[0], 501)

    def test_a_long_token_is_read(self) -> None:
        self.assertEqual(self.sign_in("x" * 6000), 535)

    def test_without_tls_no_token_is_taken(self) -> None:
        with smtplib.SMTP("127.0.0.1", self.port, timeout=20) as smtp:
            smtp.ehlo()
            self.assertNotIn("auth", smtp.esmtp_features)
            self.assertEqual(self.sign_in(self.token(self.client()), smtp=smtp), 538)

    def test_no_token_is_in_the_log(self) -> None:
        token = self.token(self.client())
        self.sign_in(token)
        self.log.seek(0)
        log = self.log.read()
        self.assertIn("client-", log)
        self.assertNotIn(token, log)
        # Nor as a part of a response.
        for before in range(3):
            encoded = base64.b64encode(b" " * before + token.encode())
            self.assertNotIn(encoded[4:-4].decode(), log)


if __name__ == "__main__":
    unittest.main()
