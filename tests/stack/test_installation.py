import io
import os
import subprocess
import sys
import tarfile

import pytest

from jupyter_mesh.errors import StackError, StorageError
from jupyter_mesh.stack import installation
from jupyter_mesh.stack.installation import FOLDER, installed, unpack

# What the release has, in small: equal jars are links to the first of them.
FILES = {
    "lib/guava.jar": b"guava",
    "bin/linux-amd64/launcher": b"launcher",
    "plugin/hive/hive.jar": b"hive",
    "plugin/hive/parquet.jar": b"parquet",
    "plugin/iceberg/iceberg.jar": b"iceberg",
    "plugin/iceberg/net.snowflake_snowflake-jdbc-3.24.2.jar": b"snowflake",
    "plugin/iceberg/hdfs/hdfs.jar": b"hdfs",
}
LINKS = {
    "plugin/iceberg/guava.jar": "lib/guava.jar",
    "plugin/iceberg/parquet.jar": "plugin/hive/parquet.jar",
    "plugin/iceberg/hdfs/guava.jar": "lib/guava.jar",
    "plugin/snowflake/net.snowflake_snowflake-jdbc-3.24.2.jar": (
        "plugin/iceberg/net.snowflake_snowflake-jdbc-3.24.2.jar"
    ),
}
INSTALL = """
import sys
from pathlib import Path
from jupyter_mesh.stack import installation
from jupyter_mesh.stack.packages import Package
installation.TRINO = Package(*sys.argv[2:7])
installation.SQLITE = Package(*sys.argv[7:12])
print(installation.installed(Path(sys.argv[1]), lambda words: None))
"""


def release(more=()):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for name, body in {**FILES, **dict(more)}.items():
            member = tarfile.TarInfo(f"trino-server-476/{name}")
            member.size = len(body)
            tar.addfile(member, io.BytesIO(body))
        for name, target in LINKS.items():
            member = tarfile.TarInfo(f"trino-server-476/{name}")
            member.type = tarfile.LNKTYPE
            member.linkname = f"trino-server-476/{target}"
            tar.addfile(member)
    return stream.getvalue()


@pytest.fixture
def packages(repository, monkeypatch):
    """The release and the driver in small, in place of the real ones."""
    monkeypatch.setattr(installation, "TRINO", repository.add("server", release(), "tar.gz"))
    monkeypatch.setattr(installation, "SQLITE", repository.add("sqlite", b"driver"))
    return installation.TRINO, installation.SQLITE


def files(folder):
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_what_is_used_is_kept_and_equal_jars_lie_there_once(tmp_path):
    (tmp_path / "release.tar.gz").write_bytes(release())
    target = tmp_path / "target"
    target.mkdir()
    unpack(tmp_path / "release.tar.gz", target)
    assert files(target) == {
        "lib/guava.jar",
        "plugin/iceberg/guava.jar",
        "plugin/iceberg/iceberg.jar",
        "plugin/iceberg/parquet.jar",
    }
    assert (target / "plugin/iceberg/parquet.jar").read_bytes() == b"parquet"
    assert (target / "plugin/iceberg/guava.jar").samefile(target / "lib/guava.jar")
    assert (target / "secrets-plugin").is_dir()


def test_nothing_is_unpacked_outside(tmp_path):
    (tmp_path / "release.tar.gz").write_bytes(release([("lib/../../outside", b"evil")]))
    (tmp_path / "target").mkdir()
    with pytest.raises(StackError, match="cannot be unpacked"):
        unpack(tmp_path / "release.tar.gz", tmp_path / "target")
    assert not list(tmp_path.rglob("outside"))


@pytest.mark.usefixtures("packages")
def test_it_is_made_once(tmp_path, told, repository):
    first = installed(tmp_path, told)
    asked = len(repository.asked)
    assert installed(tmp_path, told) == first == tmp_path / FOLDER
    assert len(repository.asked) == asked
    assert (first / "plugin/iceberg/sqlite-1.0.jar").read_bytes() == b"driver"
    assert {path.name for path in tmp_path.iterdir()} == {FOLDER, f"{FOLDER}.lock"}


def test_half_an_archive_leaves_no_installation(
    tmp_path, told, repository, packages, monkeypatch
):
    torn = repository.add("torn", release()[:300], "tar.gz")
    monkeypatch.setattr(installation, "TRINO", torn)
    with pytest.raises(StackError, match="cannot be unpacked"):
        installed(tmp_path, told)
    assert [path.name for path in tmp_path.iterdir()] == [f"{FOLDER}.lock"]
    monkeypatch.setattr(installation, "TRINO", packages[0])
    assert installed(tmp_path, told).is_dir()


@pytest.mark.usefixtures("packages")
def test_a_refused_download_leaves_no_installation(tmp_path, told, repository):
    for path in repository.files:
        if path.endswith("server-1.0.tar.gz"):
            repository.files[path] = release([("lib/more.jar", b"evil")])
    with pytest.raises(StackError, match="was refused"):
        installed(tmp_path, told)
    assert [path.name for path in tmp_path.iterdir()] == [f"{FOLDER}.lock"]


@pytest.mark.usefixtures("packages")
def test_what_a_killed_process_left_is_cleared_away(tmp_path, told):
    stray = tmp_path / f".{FOLDER}.part-0123"
    (stray / ".parcel").mkdir(parents=True)
    assert installed(tmp_path, told).is_dir()
    assert not stray.exists()


@pytest.mark.usefixtures("packages")
def test_a_cache_that_cannot_be_written_is_said(tmp_path, told):
    (tmp_path / "cache").touch()
    with pytest.raises(StorageError, match="cache") as caught:
        installed(tmp_path / "cache", told)
    assert "MESH_CACHE" in caught.value.remedy


def test_two_at_once_download_it_once(tmp_path, repository, packages):
    words = [
        str(getattr(package, field))
        for package in packages
        for field in ("group", "name", "version", "sha1", "sha256")
    ]
    code = INSTALL.replace("(*sys.argv[2:7])", '(*sys.argv[2:7], "tar.gz")')
    begun = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path), *words],
            stdout=subprocess.PIPE,
            env={**os.environ},
        )
        for _ in range(2)
    ]
    said = {process.communicate()[0] for process in begun}
    assert said == {f"{tmp_path / FOLDER}\n".encode()}
    assert repository.downloads(packages[0]) == 1
