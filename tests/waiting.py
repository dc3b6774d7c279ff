"""Waiting for what has happened, however busy the machine is."""

import asyncio
import time

# Seconds after which a test gives up: far beyond what a loaded machine was seen to need.
LONGEST = 120


def until(found, pause=0.05):
    """What `found` answers as soon as it is true; AssertionError when it never is."""
    end = time.monotonic() + LONGEST
    while not (answer := found()):
        assert time.monotonic() < end, "what was waited for never came"
        time.sleep(pause)
    return answer


async def soon(found, pause=0.1):
    """The same where `found` is to be awaited."""
    end = time.monotonic() + LONGEST
    while not (answer := await found()):
        assert time.monotonic() < end, "what was waited for never came"
        await asyncio.sleep(pause)
    return answer
