"""Tell others what was released: whatever stands in the outbox, as often as it takes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from jupyter_mesh.documents import write_text
from jupyter_mesh.errors import MeshError
from jupyter_mesh.formats.expectations import validation
from jupyter_mesh.formats.openlineage import NAMESPACE
from jupyter_mesh.formats.release import canonical, to_record
from jupyter_mesh.lineage.openlineage import OpenLineageFile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jupyter_mesh.model.names import ProductName
    from jupyter_mesh.model.runs import Notice, Release
    from jupyter_mesh.protocols import Announcer, Catalog


@dataclass(frozen=True, slots=True)
class Told:
    """One notice and how its telling ended; no error, no failure."""

    notice: Notice
    text: str
    error: str = ""


def deliver(
    catalog: Catalog,
    announcers: Sequence[Announcer],
    folder_of: Callable[[ProductName], str],
    product: ProductName | None = None,
) -> tuple[Told, ...]:
    """Tell every waiting notice, of one product when named; a failure waits for the next time.

    A release stands whatever happens here. Notices of a kind that nobody tells are left.
    """
    by_kind = {announcer.kind: announcer for announcer in announcers}
    notices = [notice for notice in catalog.outbox() if notice.kind in by_kind]
    if not notices:
        return ()
    releases = {}
    for release in catalog.releases(product):
        releases[release.digest] = releases[f"{release.product}@{release.version}"] = release
    told = []
    for notice in notices:
        if (found := releases.get(notice.release)) is not None:
            error = _tell(by_kind[notice.kind], found, folder_of)
            catalog.delivered(notice, error)
            text = f"{notice.kind} of {found.product} {found.version}"
            told.append(Told(notice, f"{text} failed: {error}" if error else text, error))
    return tuple(told)


def _tell(
    announcer: Announcer, release: Release, folder_of: Callable[[ProductName], str]
) -> str:
    try:
        announcer.announce(release, folder_of(release.product))
    except MeshError as error:
        return error.message
    except Exception as error:
        # Announcers speak to other systems and may be plug-ins: theirs is not our failure.
        return f"{type(error).__name__}: {error}"
    return ""


def announcers(
    catalog: Catalog,
    report: Callable[[Release], str] | None = None,
    namespace: str = NAMESPACE,
) -> tuple[Announcer, ...]:
    """The built-in ones; `report` makes a release's report as one HTML page.

    `namespace` is the mesh's own in lineage events.
    """
    lineage = OpenLineageFile(namespace)
    found: list[Announcer] = [TagAnnouncer(catalog), lineage, RecordAnnouncer()]
    if report is not None:
        found.append(ReportAnnouncer(report))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class TagAnnouncer:
    """Writes the Iceberg tags by which other engines read a version."""

    catalog: Catalog
    kind: ClassVar[str] = "tags"

    def announce(self, release: Release, product_folder: str) -> None:  # noqa: ARG002
        """Tag the release's tables; harmless when repeated."""
        self.catalog.tag(release)


@dataclass(frozen=True, slots=True)
class RecordAnnouncer:
    """Writes the release's record and its check results beside the product."""

    kind: ClassVar[str] = "record"

    def announce(self, release: Release, product_folder: str) -> None:
        """Write `releases/<version>.json`, the bytes that the digest was taken of.

        `<version>.gx.json` has the checks as tools of Great Expectations read them.
        """
        write_text(
            _path(product_folder, f"{release.version}.json"),
            canonical(to_record(release)).decode(),
        )
        found = validation(str(release.product), release.checks, release.created)
        write_text(
            _path(product_folder, f"{release.version}.gx.json"), canonical(found).decode()
        )


@dataclass(frozen=True, slots=True)
class ReportAnnouncer:
    """Writes the release's report for people without Jupyter."""

    render: Callable[[Release], str]
    kind: ClassVar[str] = "report"

    def announce(self, release: Release, product_folder: str) -> None:
        """Write `releases/<version>.html`."""
        write_text(_path(product_folder, f"{release.version}.html"), self.render(release))


def _path(product_folder: str, name: str) -> Path:
    return Path(product_folder) / "releases" / name
