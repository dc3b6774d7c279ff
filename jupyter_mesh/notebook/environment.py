"""What is installed where a notebook runs, as the lines of a requirements file."""

from __future__ import annotations


def lock() -> list[str]:
    """Python and platform as comments, then `name==version` of every distribution, sorted.

    Runs in any Python: its source is handed to the kernel's own interpreter, which need not
    have this package. Hence the imports inside.
    """
    import platform
    from importlib.metadata import distributions

    found = {
        name.lower().replace("_", "-"): dist.version
        for dist in distributions()
        if (name := dist.metadata["Name"])
    }
    return [
        f"# python {platform.python_version()}",
        f"# platform {platform.system().lower()} {platform.machine()}",
        *(f"{name}=={version}" for name, version in sorted(found.items())),
    ]


if __name__ == "__main__":
    import sys

    sys.stdout.write("\n".join(lock()))
