import resource

import pytest

from jupyter_mesh.errors import StorageError
from jupyter_mesh.stack.keeping import kept, made_once, whole


def test_a_folder_appears_when_it_is_whole(tmp_path):
    target = tmp_path / "new"
    with whole(target) as part:
        (part / "file").write_text("all of it")
        assert not target.exists()
    assert (target / "file").read_text() == "all of it"
    assert list(tmp_path.iterdir()) == [target]


def fill(target, size, remedy=""):
    with kept(target.parent, remedy), whole(target) as part:
        (part / "first").write_text("half")
        (part / "second").write_bytes(bytes(size))


def test_what_fails_on_the_way_leaves_nothing(tmp_path):
    with pytest.raises(ValueError, match="negative"):
        fill(tmp_path / "new", -1)
    assert not list(tmp_path.iterdir())


def test_a_folder_is_made_once_and_what_a_killed_process_had_begun_is_gone(tmp_path):
    (tmp_path / ".new.part-abc").mkdir()
    (tmp_path / ".newer.part-abc").mkdir()
    made = []

    def make(part):
        made.append(part)
        (part / "file").touch()

    for _ in range(2):
        target = made_once(tmp_path / "new", make, lambda: pytest.fail("nobody else is here"))
        assert (target / "file").is_file()
    assert len(made) == 1
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"new", "new.lock", ".newer.part-abc"}


@pytest.fixture
def small_disk():
    """A disk that takes no file of more than a thousand bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("small_disk")
def test_a_disk_that_takes_no_more_is_said(tmp_path):
    with pytest.raises(StorageError, match="cannot be used") as caught:
        fill(tmp_path / "new", 100_000, "Make room.")
    assert caught.value.remedy == "Make room."
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="file"):
        fill(tmp_path / "file" / "new", 1)
