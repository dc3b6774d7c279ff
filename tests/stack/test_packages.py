import sys
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_mesh.errors import ConfigError, StackError
from jupyter_mesh.stack.packages import MIRROR, Package, fetch, home

BODY = bytes(range(256)) * 20_000


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


def everything(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_package_is_fetched_and_told_of(repository, cache, told):
    package = repository.add("engine", BODY, "tar.gz")
    path = fetch(package, cache, told)
    assert path.name == "engine-1.0.tar.gz"
    assert path.read_bytes() == BODY
    assert everything(cache) == [path]
    assert told[-1] == "engine 1.0: 4 of 4 MB"
    assert len(told) <= 20


@pytest.mark.parametrize("kind", ["sha1", "sha256"])
def test_a_wrong_digest_is_refused_and_removed(repository, cache, told, kind):
    package = replace(repository.add("engine", BODY), **{kind: "0" * 40})
    with pytest.raises(StackError, match=r"engine 1\.0 was refused") as caught:
        fetch(package, cache, told)
    assert "0" * 40 in caught.value.message
    assert caught.value.remedy
    assert not everything(cache)


def test_a_digest_other_than_the_published_one_is_refused(repository, cache, told):
    package = repository.add("engine", BODY, published="1" * 40)
    with pytest.raises(StackError, match="published SHA-1"):
        fetch(package, cache, told)
    assert not everything(cache)


def test_a_broken_line_is_tried_once_more_from_the_beginning(repository, cache, told):
    package = repository.add("engine", BODY)
    repository.breaks = 1
    assert fetch(package, cache, told).read_bytes() == BODY
    assert repository.downloads(package) == 2
    assert "engine 1.0: the line broke, once more from the beginning" in told


def test_a_line_that_breaks_twice_leaves_nothing(repository, cache, told):
    package = repository.add("engine", BODY)
    repository.breaks = 2
    with pytest.raises(StackError, match=r"could not be downloaded: the line broke\."):
        fetch(package, cache, told)
    assert not everything(cache)


def test_no_network_is_said_with_a_remedy(repository, cache, told, monkeypatch):
    package = repository.add("engine", BODY)
    monkeypatch.setenv(MIRROR, "http://127.0.0.1:9/")
    with pytest.raises(StackError, match=r"engine 1\.0 could not be downloaded: no conn") as e:
        fetch(package, cache, told)
    assert "proxies" in e.value.remedy
    assert not everything(cache)


def test_a_repository_without_the_package_is_said(repository, cache, told):
    with pytest.raises(StackError, match="no repository has it"):
        fetch(Package("org.example", "nothing", "1.0", "", ""), cache, told)


def test_a_missing_extra_is_named(repository, cache, told, monkeypatch):
    monkeypatch.setitem(sys.modules, "jgo.maven", None)
    with pytest.raises(ConfigError, match="is missing") as caught:
        fetch(repository.add("engine", BODY), cache, told)
    assert "jupyter-mesh[stack]" in caught.value.remedy


@pytest.mark.parametrize(
    ("platform", "environ", "place"),
    [
        ("linux", {"MESH_CACHE": "/there"}, Path("/there")),
        ("linux", {"XDG_CACHE_HOME": "/x"}, Path("/x/jupyter-mesh")),
        ("linux", {}, Path.home() / ".cache" / "jupyter-mesh"),
        ("darwin", {"MESH_CACHE": "/there"}, Path("/there")),
        ("darwin", {}, Path.home() / "Library" / "Caches" / "jupyter-mesh"),
    ],
)
def test_the_cache_lies_where_the_user_says(monkeypatch, platform, environ, place):
    monkeypatch.setattr(sys, "platform", platform)
    assert home(environ) == place
