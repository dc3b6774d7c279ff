"""A real JupyterLab in a real browser: its own folders, a free port, a token, no news."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.waiting import LONGEST, until

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "jupyter_mesh" / "_labextension"
PICTURES = Path(__file__).parent / "screenshots"
QUIET = (
    "no-sandbox",
    "disable-gpu",
    "disable-quic",
    "no-first-run",
    "disable-background-networking",
    "disable-component-update",
    "disable-sync",
    "disable-dev-shm-usage",
)


class Lab:
    """A JupyterLab process over a folder."""

    def __init__(self, home, folder, base_url="/", config="", **environ):
        self.folder, self.token = folder, secrets.token_hex(16)
        (home / "config").mkdir()
        (home / "config" / "jupyter_server_config.py").write_text(config)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}{base_url}"
        self.home, self.log = home, home / "lab.log"
        self.options = {
            "ServerApp.port": port,
            "ServerApp.port_retries": 0,
            "ServerApp.ip": "127.0.0.1",
            "ServerApp.root_dir": folder,
            "ServerApp.base_url": base_url,
            "ServerApp.open_browser": False,
            "ServerApp.allow_root": True,
            "LabApp.expose_app_in_browser": True,
            "JupyterNotebookApp.expose_app_in_browser": True,
            "LabApp.user_settings_dir": settings(home),
            "LabApp.workspaces_dir": home / "workspaces",
        }
        places = {
            "JUPYTER_CONFIG_DIR": home / "config",
            "JUPYTER_DATA_DIR": home / "data",
            "JUPYTER_PATH": built(home),
            "JUPYTER_RUNTIME_DIR": home / "runtime",
            "IPYTHONDIR": home / "ipython",
        }
        plain = {name: value for name, value in os.environ.items() if name != "MESH_PATH"}
        self.environ = {**plain, **{k: str(place) for k, place in places.items()}, **environ}
        self.start()

    def start(self):
        """Start it, at the port that it has had before."""
        options = {**self.options, "IdentityProvider.token": self.token}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "jupyterlab"),
                    *(f"--{name}={value}" for name, value in options.items()),
                ],
                env=self.environ,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.wait()

    def wait(self):
        until(self._answers)

    def _answers(self):
        try:
            self.get("api/status")
        except OSError:
            assert self.process.poll() is None, self.log.read_text()
            return False
        return True

    def get(self, path):
        asked = urllib.request.Request(
            self.url + path, headers={"Authorization": f"token {self.token}"}
        )
        with urllib.request.urlopen(asked, timeout=LONGEST) as answer:
            return answer.read()

    def forget(self):
        """Take back what a person has set, so that the next finds what everybody finds."""
        for theme in (self.home / "settings").rglob("themes.jupyterlab-settings"):
            theme.unlink()

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(LONGEST)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def settings(home):
    """What would cover the corner or ask questions is turned off."""
    folder = home / "settings" / "@jupyterlab" / "apputils-extension"
    folder.mkdir(parents=True)
    (folder / "notification.jupyterlab-settings").write_text(
        json.dumps({"fetchNews": "false", "checkForUpdates": False})
    )
    return home / "settings"


def built(home):
    """The extension as it is built in this checkout comes before an installed one."""
    extensions = home / "built" / "labextensions"
    extensions.mkdir(parents=True)
    (extensions / "jupyter-mesh").symlink_to(BUILT, target_is_directory=True)
    return home / "built"


@pytest.fixture(scope="package")
def start_lab(tmp_path_factory):
    """Start a JupyterLab over a folder; all are stopped at the end."""
    begun = []

    def start(folder, base_url="/", config="", **environ):
        begun.append(Lab(tmp_path_factory.mktemp("lab"), folder, base_url, config, **environ))
        return begun[-1]

    yield start
    for lab in begun:
        lab.stop()


@pytest.fixture(scope="package")
def lab(start_lab, demo_folder, tmp_path_factory):
    """A JupyterLab that reads the demonstration's mesh, in a folder of its own."""
    return start_lab(tmp_path_factory.mktemp("work"), MESH_PATH=str(demo_folder))


@pytest.fixture(scope="package")
def chromium():
    """The browser, once for all."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "These tests need chromium: apt-get install chromium"
    # A busy machine is slow, not wrong.
    expect.set_options(timeout=LONGEST * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=[f"--{one}" for one in QUIET]
        )
        yield browser
        browser.close()


class Desk:
    """A page of the browser with a JupyterLab in it, and how a person finds things there."""

    def __init__(self, page, lab):
        self.page, self.lab = page, lab
        self.complaints = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, path="lab"):
        mark = "&" if "?" in path else "?"
        self.page.goto(f"{self.lab.url}{path}{mark}token={self.lab.token}")
        self.ready()

    def ready(self):
        self.page.wait_for_function("() => window.jupyterapp?.restored")
        self.page.evaluate("() => window.jupyterapp.restored.then(() => null)")
        self.page.wait_for_selector("#jp-main-dock-panel, #main-panel")

    def command(self, name, **arguments):
        """Run a command of JupyterLab and do not wait for what it promises."""
        self.page.evaluate(
            "([name, args]) => { void window.jupyterapp.commands.execute(name, args) }",
            [name, arguments],
        )

    def notebook(self):
        """Open a new notebook and wait until its kernel can be asked."""
        self.page.evaluate(
            """async () => {
              const panel = await window.jupyterapp.commands.execute(
                'notebook:create-new', { kernelName: 'python3' })
              await panel.context.ready
              await panel.sessionContext.ready
            }"""
        )
        self.page.wait_for_selector(".jp-Notebook .jp-Cell .cm-content")

    def sources(self):
        """The text of every cell of the notebook in front."""
        return self.page.evaluate(
            "() => window.jupyterapp.shell.currentWidget.content.widgets"
            ".map(cell => cell.model.sharedModel.getSource())"
        )

    def catalog(self):
        """Show the sidebar and wait for its first rows."""
        if not self.page.locator("#jp-mesh-catalog").is_visible():
            self.command("mesh:show-catalog")
        self.page.wait_for_selector("#jp-mesh-catalog [role=treeitem]")

    def row(self, label):
        """The row of the tree with exactly this label."""
        name = self.page.locator(".jp-mesh-row-label", has_text=label)
        exact = self.page.get_by_text(label, exact=True)
        return self.page.locator(".jp-mesh-tree [role=treeitem]").filter(has=name.and_(exact))

    def dark(self):
        """Wear the dark theme, and wait until its style sheet has come."""
        self.command("apputils:change-theme", theme="JupyterLab Dark")
        self.page.wait_for_function(
            """() => document.body.dataset.jpThemeLight === 'false' &&
              getComputedStyle(document.body).getPropertyValue('--jp-layout-color0').trim()
                !== 'white'"""
        )
        # Grids are painted again a moment after the theme has come.
        self.page.wait_for_timeout(800)

    def picture(self, name):
        PICTURES.mkdir(exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png")


@pytest.fixture
def new_desk(chromium):
    """Sit down before a JupyterLab; the browser knows nothing of former times."""
    seats = []

    def sit(lab, **options):
        context = chromium.new_context(
            **{"viewport": {"width": 1280, "height": 800}, **options}
        )
        context.set_default_timeout(LONGEST * 1000)
        desk = Desk(context.new_page(), lab)
        seats.append((context, desk))
        return desk

    yield sit
    for context, desk in seats:
        context.close()
        desk.lab.forget()
    assert [complaint for _context, desk in seats for complaint in desk.complaints] == []


@pytest.fixture
def desk(new_desk, lab):
    """A fresh browser before the JupyterLab with the demonstration's mesh."""
    desk = new_desk(lab)
    desk.open("lab?reset")
    return desk


class Sheet:
    """A notebook on the desk that has the extension's magics."""

    def __init__(self, desk):
        self.desk, self.page = desk, desk.page
        desk.notebook()
        self.run("%load_ext jupyter_mesh")

    def write(self, text):
        """Put a text into the last cell, which is empty."""
        self.page.evaluate(
            """text => {
              const { content } = window.jupyterapp.shell.currentWidget
              content.activeCellIndex = content.widgets.length - 1
              content.activeCell.model.sharedModel.setSource(text)
            }""",
            text,
        )

    def begin(self, text):
        """Run a text in the last cell and do not wait for its end."""
        self.write(text)
        self.desk.command("notebook:run-cell-and-select-next")

    def run(self, text):
        """Run a text in the last cell to its end."""
        self.begin(text)
        self.page.wait_for_function(
            """text => {
              const { content } = window.jupyterapp.shell.currentWidget
              const cell = content.widgets.findLast(
                one => one.model.sharedModel.getSource() === text)
              return cell?.model.executionState === 'idle' && cell.model.executionCount
            }""",
            arg=text,
        )

    @property
    def result(self):
        """The grid of the last result, with what stands around it."""
        return self.page.locator(".jp-mesh-result").last

    def grid(self, text):
        """Run a text and put the cursor into the grid of its result."""
        self.run(text)
        cells = self.result.get_by_role("grid")
        cells.wait_for()
        cells.focus()
        return self.result

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)


@pytest.fixture
def sheet(desk):
    """A fresh notebook over the demonstration's mesh."""
    return Sheet(desk)
