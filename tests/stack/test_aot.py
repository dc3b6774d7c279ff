import os
from pathlib import Path

import pytest

from jupyter_mesh.stack.aot import Lesson
from jupyter_mesh.stack.java import Java

ENDED = (2**22 + 1, "nobody's")


@pytest.fixture
def lesson(tmp_path, executable):
    """A lesson whose Java accepts a cache that says `good`."""
    path = executable(
        "java",
        'for w; do case $w in *AOTCache=*) grep -q good "${w#*=}" || exit 1;; esac; done',
    )
    (tmp_path / "installation").mkdir()
    return Lesson(tmp_path / "installation", Java(path, 25, "25.0.2"), ("-Xmx1G",))


def learn(lesson, text, pid=ENDED[0], born=ENDED[1], *, came_up=True):
    arguments, written = lesson.arguments()
    assert arguments == [f"-XX:AOTCacheOutput={written}"]
    lesson.claim(pid, born, written)
    if came_up:
        lesson.confirm()
    Path(written).write_text(text)
    Path(f"{written}.config").touch()


def test_a_first_start_learns_and_a_second_one_knows(lesson):
    learn(lesson, "good")
    assert lesson.arguments() == ([f"-XX:AOTCache={lesson.file}"], "")
    assert list(lesson.file.parent.iterdir()) == [lesson.file]


def test_half_a_cache_is_thrown_away_and_learned_anew(lesson):
    learn(lesson, "half")
    arguments, written = lesson.arguments()
    assert arguments == [f"-XX:AOTCacheOutput={written}"]
    assert not list(lesson.file.parent.iterdir())


def test_a_start_that_failed_teaches_nothing(lesson):
    learn(lesson, "good", came_up=False)
    assert lesson.arguments()[1]
    assert not list(lesson.file.parent.iterdir())


def test_one_learns_at_a_time(lesson):
    from jupyter_mesh.stack.processes import birth

    learn(lesson, "good", os.getpid(), birth(os.getpid()))
    assert lesson.arguments() == ([], "")


def test_a_claim_written_by_half_is_no_claim(lesson):
    learn(lesson, "good")
    lesson.file.with_suffix(".claim").write_text("17")
    assert lesson.arguments()[1]


def test_an_older_java_does_not_learn(lesson):
    old = Lesson(lesson.installation, Java(lesson.java.path, 24, "24.0.1"), lesson.flags)
    assert old.arguments() == ([], "")


def test_other_flags_are_another_lesson(lesson):
    learn(lesson, "good")
    lesson.adopt()
    assert Lesson(lesson.installation, lesson.java, ("-Xmx2G",)).file != lesson.file
