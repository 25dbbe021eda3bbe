"""The installed package: its README, its errors, its limits."""

import contextlib
import doctest
import io
import os
import re
import threading
import unittest
from importlib import metadata

import gatepost
from gatepost import Context, EffectShare, MisuseError, PluginError, Registrar, SettingsError

BODY = b'{"redirect_uris": ["http://127.0.0.1/callback"], "token_endpoint_auth_method": "none"}'
OPEN = "[oauth.client-registration]\nanonymous = true"


class Package(unittest.TestCase):
    def test_the_programs_in_the_documentation_run(self) -> None:
        readme = metadata.metadata("gatepost").get_payload()
        program = re.search("```python\n(.*?)```", readme, re.DOTALL)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(program[1], {})
        self.assertRegex(printed.getvalue(), r'^store gpc_\S+\nanswer 201 \{"client_id":"gpc_')
        self.assertEqual(doctest.testmod(gatepost), (0, 4))

    def test_everything_is_documented(self) -> None:
        for name in gatepost._bindings.__all__:
            item = getattr(gatepost, name)
            # A union has its documentation beside it.
            self.assertTrue(item.__doc__, name)
        for name, operation in vars(Registrar).items():
            if not name.startswith("_"):
                self.assertTrue(operation.__doc__, name)

    def test_no_compiled_code_is_shipped(self) -> None:
        files = {file.name for file in metadata.files("gatepost") or [] if "__pycache__" not in str(file)}
        self.assertLessEqual({"gatepost.wasm", "registrar.wit", "py.typed", "LICENSE-MIT", "NOTICES", "gatepost.cdx.json"}, files)
        self.assertFalse({name for name in files if name.endswith((".cwasm", ".so", ".pyd", ".dylib"))})

    def test_mistakes_are_raised_all_at_once(self) -> None:
        with self.assertRaises(SettingsError) as raised:
            Registrar.compile("[oauth.client-registration]\nrequire = 1\nunheard-of = 2")
        paths = {found.path for found in raised.exception.findings}
        self.assertEqual(paths, {"oauth.client-registration.require", "oauth.client-registration.unheard-of"})
        with self.assertRaisesRegex(SettingsError, "unheard-of"):
            Registrar.check_terms('{"unheard-of": 1}')
        Registrar.check_terms("{}")

    def test_facts_from_which_nothing_can_be_decided_are_errors(self) -> None:
        registrar = Registrar.compile(OPEN)
        for context, expected in [
            (Context(entropy=bytes(31)), MisuseError),
            (Context(now="soon"), TypeError),
            (Context(caller=None), AttributeError),
            # The memory of an instance has an end.
            (Context(record="x" * (40 << 20)), PluginError),
        ]:
            with self.subTest(expected):
                self.assertRaises(expected, registrar.register, context, BODY)
                self.assertEqual(registrar.register(Context(), BODY).response.status, 201)

    def test_no_secret_is_shown(self) -> None:
        key = gatepost.Caller(
            credential=gatepost.Credential.ACCEPTED,
            permissions=["authenticate", "oauth-client-registration"],
            token="gpak_secret",
        )
        context = Context(caller=key)
        endpoint = '[oauth.client-registration]\nregistration-endpoint = "https://mail.example.com/register"'
        confidential = BODY.replace(b'"none"', b'"client_secret_basic"')
        decision = Registrar.compile(endpoint).register(context, confidential)
        for secret in [key.token, repr(context.entropy), decision.client_secret, decision.registration_access_token]:
            self.assertTrue(secret)
            self.assertNotIn(secret, repr(context) + repr(decision))

    def test_threads_share_a_registrar(self) -> None:
        registrar = Registrar.compile(OPEN)
        answers = []

        def register(at: int) -> None:
            body = BODY.replace(b"callback", b"callback/%d" % at)
            for _ in range(20):
                match registrar.register(Context(), body).effect:
                    case EffectShare(record):
                        answers.append((at, record.client_id, f"callback/{at}" in record.document))

        threads = [threading.Thread(target=register, args=[at]) for at in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(answers), 160)
        self.assertTrue(all(right for _, _, right in answers))
        self.assertEqual(len({client_id for _, client_id, _ in answers}), 8)

    def test_a_forked_process_uses_it_too(self) -> None:
        registrar = Registrar.compile(OPEN)
        registrar.register(Context(), BODY)
        if (child := os.fork()) == 0:
            accepted = registrar.register(Context(), BODY).response.status == 201
            os._exit(0 if accepted and Registrar.compile("").window() else 1)
        self.assertEqual(os.waitpid(child, 0)[1], 0)


if __name__ == "__main__":
    unittest.main()
