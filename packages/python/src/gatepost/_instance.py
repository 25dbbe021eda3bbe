"""An instance of the component, and how much it may use."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache
from typing import Any

from wasmtime import Store, WasmtimeError
from wasmtime.component import Func, Linker

from ._code import component
from ._errors import PluginError

INTERFACE = "gatepost:registration/registrar@1.0.0"

# How long one call may take, in wasmtime's fuel: about a second of processor time. A registration takes a thousandth
# of it.
FUEL = 500_000_000

# How large the memory of an instance may become, in bytes.
MEMORY = 32 << 20


class Instance:
    """One instance of the component. A failure ends it, and the next call makes a new one.

    Several threads may use it. Their calls are carried out one after another.
    """

    def __init__(self, make: Callable[[Instance], Any] | None = None) -> None:
        self._make = make
        self._lock = threading.RLock()
        self._store: Store | None = None
        if make is not None:
            # Reports what is wrong with the settings.
            self._start()

    def _start(self) -> Store:
        engine, code = component()
        store = Store(engine)
        store.set_limits(memory_size=MEMORY)
        store.set_fuel(FUEL)
        instance = Linker(engine).instantiate(store, code)
        interface = code.get_export_index(INTERFACE)

        @cache
        def function(name: str) -> Func:
            index = code.get_export_index(name, interface)
            found = index and instance.get_func(store, index)
            if not found:
                raise PluginError(f"the component has no function {name}")
            return found

        self._function = function
        self._store = store
        try:
            self._resource = None if self._make is None else self._make(self)
        except BaseException:
            self._store = None
            raise
        return store

    def _call(self, name: str, *arguments: Any, error: Callable[[Any], Exception | None] | None = None) -> Any:
        """Calls a function, and raises what `error` makes of its answer."""
        with self._lock:
            store = self._store or self._start()
            if name.startswith("[method]"):
                arguments = (self._resource, *arguments)
            try:
                store.set_fuel(FUEL)
                answer = self._function(name)(store, *arguments)
            except WasmtimeError as failure:
                self._store = None
                raise PluginError(f"the plugin failed: {failure}") from failure
        if error and (raised := error(answer)):
            raise raised
        return answer


@cache
def shared() -> Instance:
    """The instance that is asked what depends on no settings."""
    return Instance()
