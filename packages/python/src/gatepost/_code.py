"""The component's compiled code, and the folder in which it is kept from one start to the next.

Compiled code is carried out by the processor as it is. So it is taken only from a folder in which nobody but this
user can write, and only if it is, byte for byte, what was written there. In every other case the component is
compiled again.
"""

from __future__ import annotations

import logging
import os
import platform
import re
import secrets
import stat
import sys
import time
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib import metadata, resources
from pathlib import Path

from wasmtime import Config, Engine, WasmtimeError
from wasmtime.component import Component

log = logging.getLogger("gatepost")

# How much of a thread's stack the component may use, in bytes.
STACK = 512 << 10

# How old other files in the folder may become, in seconds.
OLD = 90 * 24 * 3600


@cache
def component() -> tuple[Engine, Component]:
    """The engine, and the component that was compiled by it."""
    config = Config()
    config.consume_fuel = True
    config.max_wasm_stack = STACK
    engine = Engine(config)
    return engine, load(engine, resources.files(__package__).joinpath("gatepost.wasm").read_bytes())


def load(engine: Engine, wasm: bytes) -> Component:
    """The compiled component, out of the folder if it is there."""
    name = f"{key(wasm)}.cwasm"
    try:
        folder = open_folder()
    except (OSError, RuntimeError) as error:
        # A user without a home is a `RuntimeError`.
        log.warning("the compiled component is not kept: %s", error)
        return Component(engine, wasm)
    try:
        with suppress(OSError, ValueError, WasmtimeError):
            return Component.deserialize(engine, read(folder, name))
        code = Component(engine, wasm)
        try:
            write(folder, name, bytes(code.serialize()))
        except OSError as error:
            log.warning("the compiled component cannot be written: %s", error)
        return code
    finally:
        os.close(folder)


def key(wasm: bytes) -> str:
    """What code is compiled from and for. Wasmtime compares its version and the processor once more."""
    processor = platform.machine() + platform.processor()
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        processor += next((line for line in lines if line.lower().startswith(("flags", "features"))), "")
    facts = (sha256(wasm).hexdigest(), metadata.version("wasmtime"), sys.platform, processor, STACK)
    return sha256(repr(facts).encode()).hexdigest()


def open_folder() -> int:
    """Opens the user's folder, and makes it if it is missing."""
    if not hasattr(os, "geteuid"):
        raise OSError("this system has no owners of folders that can be compared")
    home = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if not home.is_absolute():
        home = Path("~/Library/Caches" if sys.platform == "darwin" else "~/.cache").expanduser()
    folder = home / "gatepost"
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    if not is_ours(os.fstat(opened)):
        os.close(opened)
        raise PermissionError(f"{folder} belongs to another user, or others can write to it")
    return opened


def is_ours(status: os.stat_result) -> bool:
    return status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def read(folder: int, name: str) -> bytes:
    """The code in a file; an error if it is not what was written."""
    with open(os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=folder), "rb") as file:
        if not is_ours(os.fstat(file.fileno())):
            raise PermissionError(f"others can write to {name}")
        digest, code = file.read(sha256().digest_size), file.read()
    if not secrets.compare_digest(digest, checksum(name, code)):
        raise ValueError(f"{name} is damaged")
    return code


def write(folder: int, name: str, code: bytes) -> None:
    """Writes a file under a new name and renames it, so that nobody reads half of it."""
    new = f"{name}.{secrets.token_hex(8)}"
    try:
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=folder), "wb") as file:
            file.write(checksum(name, code) + code)
        os.replace(new, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(OSError):
            os.unlink(new, dir_fd=folder)
        raise
    # Those of earlier versions, and what was not finished.
    for other in os.listdir(folder):
        if re.match(r"[0-9a-f]{64}\.cwasm", other) and other != name:
            with suppress(OSError):
                if os.stat(other, dir_fd=folder, follow_symlinks=False).st_mtime < time.time() - OLD:
                    os.unlink(other, dir_fd=folder)


def checksum(name: str, code: bytes) -> bytes:
    return sha256(name.encode() + code).digest()
