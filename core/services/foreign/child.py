"""A child process that reads one file within limits of memory and time and can be killed (reliability.md, findings 7 and 9).

The file comes by stdin, what was read goes back by stdout: what a hostile file may reach in the child, it can't bring along.
Next: photo_apart.py, which reads photos in such a child.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from threading import BoundedSemaphore

from core.base.errors import Invalid
from core.base.say import Say
from core.services.foreign.bounds import DAMAGED, TOO_MUCH, refuse
from core.services.foreign.parsing import Table, parse

MEMORY = 1_000_000_000
SECONDS = 30
AT_ONCE = BoundedSemaphore(2)
KEPT = ("SYSTEMROOT", "LD_LIBRARY_PATH")  # all a child needs of our environment; it has no business with the rest


def parse_apart(data: bytes) -> Table:
    """``parse``, in a child. Whatever way the child ends, the caller gets a table or ``Invalid``."""
    answer = answered(__name__, data)
    if answer is None:
        raise refuse(TOO_MUCH)
    said = json.loads(answer)
    if isinstance(said, str):
        raise refuse(Say(said))
    return Table([(n, row) for n, row in said["rows"]], said["key"], tuple(said["notes"]))


def answered(module: str, data: bytes) -> bytes | None:
    """What ``module``, run as a program, says to ``data``; None if it was cut off at a limit."""
    environment = {"PYTHONPATH": os.pathsep.join(sys.path)} | {n: os.environ[n] for n in KEPT if n in os.environ}
    if not AT_ONCE.acquire(timeout=SECONDS):
        raise refuse(Say("正在处理其他人上传的文件，请稍候再试"))
    try:
        done = subprocess.run(
            [sys.executable, "-m", module],
            input=data,
            capture_output=True,
            timeout=SECONDS,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    finally:
        AT_ONCE.release()
    return done.stdout if done.returncode == 0 else None


def limit() -> None:
    """On systems that know such limits; elsewhere the time limit has to do."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_FSIZE, 0)):
        resource.setrlimit(what, (most, most))


def main() -> int:
    data = sys.stdin.buffer.read()
    limit()
    try:
        said = json.dumps(vars(parse(data)), ensure_ascii=False)
    except Invalid as error:
        said = json.dumps(str(error.problems[0].text), ensure_ascii=False)
    except MemoryError:
        return 1
    except BaseException:  # a parser in another language panics, which is no Exception
        said = json.dumps(str(DAMAGED), ensure_ascii=False)
    sys.stdout.buffer.write(said.encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
