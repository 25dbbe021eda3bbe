"""The folder of the compiled code: what is kept there, and when it is not trusted."""

import os
import stat
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

from gatepost import _code
from wasmtime import Config, Engine, wat2wasm
from wasmtime.component import Component

WASM = bytes(wat2wasm("(component)"))


class Kept(unittest.TestCase):
    def setUp(self) -> None:
        home = tempfile.TemporaryDirectory()
        self.addCleanup(home.cleanup)
        self.home = Path(home.name)
        self.folder = self.home / "cache" / "gatepost"
        environment = mock.patch.dict(os.environ, {"XDG_CACHE_HOME": str(self.home / "cache")})
        environment.start()
        self.addCleanup(environment.stop)
        self.engine = Engine()

    def compiles(self, wasm: bytes = WASM) -> bool:
        """Whether the component was compiled, rather than read."""
        with mock.patch.object(_code, "Component", wraps=Component) as compiler:
            compiler.deserialize = Component.deserialize
            _code.load(self.engine, wasm)
        return compiler.called

    def file(self) -> Path:
        [file] = self.folder.iterdir()
        return file

    def test_it_is_compiled_once(self) -> None:
        self.assertTrue(self.compiles())
        self.assertEqual(stat.S_IMODE(self.folder.stat().st_mode), 0o700)
        self.assertEqual(stat.S_IMODE(self.file().stat().st_mode), 0o600)
        self.assertFalse(self.compiles())
        self.assertTrue(self.compiles(bytes(wat2wasm("(component (core module))"))))
        self.assertEqual(len(list(self.folder.iterdir())), 2)

    def test_what_is_damaged_or_does_not_fit_is_compiled_again(self) -> None:
        self.compiles()
        name, whole = self.file().name, self.file().read_bytes()
        middle = len(whole) // 2
        with mock.patch.object(_code, "key", return_value="0" * 64):
            self.compiles()
        of_another = (self.folder / f"{'0' * 64}.cwasm").read_bytes()
        (self.folder / f"{'0' * 64}.cwasm").unlink()
        config = Config()
        config.epoch_interruption = True
        for_another_engine = bytes(Component(Engine(config), WASM).serialize())
        for damaged in [
            b"",
            whole[:-1],
            whole[:middle],
            whole + b"\0",
            whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
            bytes([whole[0] ^ 1]) + whole[1:],
            of_another,
            _code.checksum(name, for_another_engine) + for_another_engine,
        ]:
            with self.subTest(len(damaged)):
                self.file().write_bytes(damaged)
                self.assertTrue(self.compiles())
                self.assertEqual(self.file().read_bytes(), whole)
                self.assertFalse(self.compiles())

    def test_another_version_or_processor_has_another_name(self) -> None:
        names = {_code.key(WASM), _code.key(WASM + b"\0")}
        with mock.patch.object(_code.metadata, "version", return_value="0.0.0"):
            names.add(_code.key(WASM))
        with mock.patch.object(_code.platform, "machine", return_value="pdp11"):
            names.add(_code.key(WASM))
        with mock.patch.object(_code.Path, "read_text", return_value="flags : none"):
            names.add(_code.key(WASM))
        self.assertEqual(len(names), 5)

    def assert_distrusted(self) -> None:
        before = sorted(self.folder.iterdir())
        for _ in range(2):
            with self.assertLogs("gatepost", "WARNING"):
                self.assertTrue(self.compiles())
        self.assertEqual(sorted(self.folder.iterdir()), before)

    def test_a_folder_that_others_can_write_to_is_not_used(self) -> None:
        self.compiles()
        for mode in [0o720, 0o702, 0o777, 0o1777]:
            self.folder.chmod(mode)
            self.assert_distrusted()
        self.folder.chmod(0o755)
        self.assertFalse(self.compiles())

    def test_a_folder_of_another_user_is_not_used(self) -> None:
        self.compiles()
        with mock.patch.object(os, "geteuid", return_value=os.geteuid() + 1):
            self.assert_distrusted()
        if os.geteuid() == 0:
            os.chown(self.folder, 65534, 65534)
            self.assert_distrusted()

    def test_a_link_is_not_followed(self) -> None:
        self.compiles()
        elsewhere = self.home / "elsewhere"
        self.folder.rename(elsewhere)
        self.folder.symlink_to(elsewhere)
        self.assert_distrusted()
        self.folder.unlink()
        elsewhere.rename(self.folder)
        file = self.file()
        file.rename(self.home / "code")
        file.symlink_to(self.home / "code")
        self.assertTrue(self.compiles())
        self.assertFalse(self.file().is_symlink())

    def test_a_file_that_others_can_write_to_is_not_used(self) -> None:
        self.compiles()
        self.file().chmod(0o622)
        self.assertTrue(self.compiles())
        self.assertEqual(stat.S_IMODE(self.file().stat().st_mode), 0o600)

    def test_without_a_folder_it_works_all_the_same(self) -> None:
        (self.home / "cache").write_text("not a folder")
        with self.assertLogs("gatepost", "WARNING"):
            self.assertTrue(self.compiles())
        with mock.patch.dict(os.environ, {"XDG_CACHE_HOME": "relative"}):
            with mock.patch("os.path.expanduser", return_value="~"), self.assertLogs("gatepost", "WARNING"):
                self.assertTrue(self.compiles())
            with mock.patch("os.path.expanduser", return_value=str(self.home)):
                self.assertTrue(self.compiles())
                self.assertEqual(len(list(self.home.rglob("*.cwasm"))), 1)

    def test_what_cannot_be_written_leaves_nothing(self) -> None:
        with mock.patch.object(os, "replace", side_effect=OSError(28, "no space")):
            with self.assertLogs("gatepost", "WARNING"):
                self.assertTrue(self.compiles())
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_old_files_are_deleted(self) -> None:
        self.folder.mkdir(parents=True, mode=0o700)
        old, recent = (self.folder / f"{digit * 64}.cwasm" for digit in "ab")
        unfinished = self.folder / f"{'c' * 64}.cwasm.0123456789abcdef"
        other = self.folder / "notes"
        for file in [old, recent, unfinished, other]:
            file.write_bytes(b"")
        for file in [old, unfinished, other]:
            long_ago = time.time() - _code.OLD - 1
            os.utime(file, (long_ago, long_ago))
        self.compiles()
        self.assertTrue(recent.exists() and other.exists())
        self.assertFalse(old.exists() or unfinished.exists())


if __name__ == "__main__":
    unittest.main()
