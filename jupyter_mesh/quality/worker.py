"""The worker process that knows Great Expectations: both ends of its line of JSON.

The library takes seconds and hundreds of megabytes to load, so it never enters our process.
A worker starts with the first question, stays warm, and ends with its standard input.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from typing import IO, TYPE_CHECKING, Any

from jupyter_mesh.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

# What a process needs to start; credentials in the environment are none of its business.
_ENVIRONMENT = (
    *("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "PYTHONPATH"),
    *("VIRTUAL_ENV", "SYSTEMROOT", "USERPROFILE", "APPDATA", "LOCALAPPDATA"),
)


class Worker:
    """Our end: starts the process when first asked, and asks it one question at a time."""

    def __init__(self, timeout: float = 300.0) -> None:
        self.timeout = timeout
        self._process: subprocess.Popen[str] | None = None
        self._answers: queue.Queue[str] = queue.Queue()
        self._turn = threading.Lock()

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def validate(
        self, path: Path, expectations: Sequence[Mapping[str, Any]], key: Sequence[str] = ()
    ) -> list[dict[str, Any]]:
        """Hold expectations (`type`, `kwargs`) against a parquet file; one answer for each.

        An answer has `success`, `result` and `rows`, or `error`. StorageError when the worker
        died or took too long; the next question starts a new one.
        """
        question = {"path": str(path), "expectations": list(expectations), "key": list(key)}
        with self._turn:
            answer = self._ask(json.dumps(question, default=str))
        if "error" in answer:
            raise StorageError(f"Great Expectations could not be asked: {answer['error']}.")
        results: list[dict[str, Any]] = answer["results"]
        return results

    def close(self) -> None:
        """End the process; harmless when there is none."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()

    def _ask(self, question: str) -> dict[str, Any]:
        if not self.is_running:
            self.close()
            self._start()
        process = self._process
        if process is None or process.stdin is None:
            raise StorageError("The worker for Great Expectations did not start.")
        try:
            process.stdin.write(question + "\n")
            process.stdin.flush()
            line = self._answers.get(timeout=self.timeout)
        except (queue.Empty, OSError) as error:
            self.close()
            raise StorageError(
                f"Great Expectations gave no answer within {self.timeout:g} seconds."
            ) from error
        except BaseException:
            # A late answer must never be taken for that of the next question.
            self.close()
            raise
        if not line:
            self.close()
            raise StorageError("The worker for Great Expectations ended before it answered.")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _start(self) -> None:
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        # -P keeps a random.py beside the user's notebook from being taken for the library's.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-W", "ignore", "-m", "jupyter_mesh.quality.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment | {"GX_ANALYTICS_ENABLED": "false", "PYTHONIOENCODING": "utf-8"},
            text=True,
            encoding="utf-8",
        )
        self._answers = queue.Queue()
        reader = threading.Thread(
            target=_read, args=(self._process.stdout, self._answers), daemon=True
        )
        reader.start()


def _read(lines: IO[str], answers: queue.Queue[str]) -> None:
    """Pass on each line, and an empty one at the end: a pipe itself cannot be waited for."""
    try:
        for line in lines:
            answers.put(line)
    except ValueError:
        # The pipe was closed under us: the process has been killed on purpose.
        pass
    answers.put("")


def main() -> None:
    """The other end: answer each line of standard input until it closes."""
    # Whatever the library prints must not be taken for an answer.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    definition = None
    for line in sys.stdin:
        try:
            from jupyter_mesh.quality import expectations

            definition = definition or expectations.warm()
            answer: dict[str, Any] = {
                "results": expectations.validate(definition, json.loads(line))
            }
        except Exception as error:
            # The asker is told, whatever it was.
            answer = {"error": f"{type(error).__name__}: {error}"[:500]}
        answers.write(json.dumps(answer, default=str) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
