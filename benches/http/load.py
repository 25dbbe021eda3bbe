"""Load on a server: wrk sends requests, and the operating system counts the processor time that the server takes."""

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

CONNECTIONS = 64
# Under valgrind, requests take fifty times as long.
FEW_CONNECTIONS = 8
TICKS = os.sysconf("SC_CLK_TCK")
SCRIPT = Path(__file__).with_name("request.lua")


@dataclass(frozen=True)
class Request:
    """What is sent, again and again."""

    path: str
    body: str | None = None
    media_type: str = "application/json"
    authorization: str | None = None
    # How many requests with a number in them may be sent in one round; 0 if there is none in them.
    numbers: int = 0


@dataclass(frozen=True)
class Measured:
    """What came of it."""

    rate: float
    # Of the server alone, for each request, in microseconds.
    processor: float
    # Of the database for the same, if it is a process of its own.
    database: float | None
    median: int
    p99: int
    requests: int = 0


@dataclass
class Process:
    """A process whose time is counted, with its children if there are any."""

    pid: int
    children: bool = field(default=False)

    def seconds(self) -> float:
        pids = [self.pid]
        if self.children:
            pids += Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return sum(map(ticks, pids)) / TICKS

    def resident(self) -> int:
        """How much memory it has, in KiB."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        raise LookupError("VmRSS")


def ticks(pid: int | str) -> int:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return 0
    # User and system time, with that of children that have ended.
    return sum(map(int, stat.rpartition(")")[2].split()[11:15]))


def put(url: str, request: Request, seconds: int, *, start: int = 0, rate: float | None = None, connections: int = CONNECTIONS,
        server: list[Process], database: Process | None = None) -> Measured:
    """Puts load on one server or several at this URL. One answer that is no success is an error of the whole."""
    environment = {
        "BODY": request.body,
        "TYPE": request.media_type,
        "AUTHORIZATION": request.authorization,
        "START": str(start),
        "RATE": rate and str(rate),
        "CONNECTIONS": str(connections),
    }
    command = ["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s", "--timeout", "30s",
               "--script", SCRIPT, url + request.path]
    before = [process.seconds() for process in server]
    database_before = database.seconds() if database else 0.0
    ended = subprocess.run(command, env=os.environ | {k: v for k, v in environment.items() if v},
                           capture_output=True, text=True, check=True)
    took = sum(process.seconds() - begun for process, begun in zip(server, before, strict=True))
    database_took = database.seconds() - database_before if database else None
    measured = next((line for line in ended.stdout.splitlines() if line.startswith("measured ")), "")
    _, requests, duration, errors, median, p99 = measured.split()
    if int(errors) or not int(requests) or request.numbers and int(requests) > request.numbers:
        raise RuntimeError(f"{request.path}: not every answer was a success, or there were too few tokens:\n{ended.stdout}")
    return Measured(
        rate=int(requests) / float(duration),
        processor=took / int(requests) * 1e6,
        database=None if database_took is None else database_took / int(requests) * 1e6,
        median=int(median),
        p99=int(p99),
        requests=int(requests),
    )
