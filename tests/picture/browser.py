"""A real browser for the tests: headless Chromium, driven by chromedriver's own HTTP protocol; nothing but the standard library."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

CHROMIUM = next((p for n in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(n))), None)
DRIVER = shutil.which("chromedriver")
MISSING = (
    ""
    if CHROMIUM and DRIVER
    else "no chromium with its chromedriver is installed (apt-get install chromium chromium-driver)"
)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # what the protocol calls a reference to an element


class Browser:
    """One session."""

    def __init__(self, url: str):
        self.url = url

    def ask(self, method: str, path: str, body: dict | None = None):
        """A command of the WebDriver protocol."""
        data = None if method == "GET" else json.dumps(body or {}).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def open(self, page: Path, width: int = 1280, height: int = 900) -> None:
        """Show a page from disk."""
        self.ask("POST", "/window/rect", {"width": width, "height": height})
        self.ask("POST", "/url", {"url": page.resolve().as_uri()})

    def find(self, selector: str) -> str:
        """The first element of a CSS selector."""
        return self.ask("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def click(self, selector: str) -> None:
        self.ask("POST", f"/element/{self.find(selector)}/click")

    def type(self, selector: str, text: str) -> None:
        """Press keys in an element."""
        self.ask("POST", f"/element/{self.find(selector)}/value", {"text": text})

    def clear(self, selector: str) -> None:
        self.ask("POST", f"/element/{self.find(selector)}/clear")

    def text(self, selector: str) -> str:
        """What is to be read in an element."""
        return self.ask("GET", f"/element/{self.find(selector)}/text")

    def run(self, script: str, *args):
        """What a function body in the page returns."""
        return self.ask("POST", "/execute/sync", {"script": script, "args": list(args)})

    def see(self, media: str = "", scheme: str = "light") -> None:
        """Show pages as on paper (``print``) or on a screen, in light or in dark."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        params = {"media": media, "features": features}
        self.ask("POST", "/goog/cdp/execute", {"cmd": "Emulation.setEmulatedMedia", "params": params})

    def complaints(self) -> list[str]:
        """What stands in the console since it was asked last."""
        return [entry["message"] for entry in self.ask("POST", "/se/log", {"type": "browser"})]


@contextmanager
def browser() -> Iterator[Browser]:
    """A session in a fresh profile; everything that was started is ended."""
    with tempfile.TemporaryDirectory() as profile, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        driver = subprocess.Popen([DRIVER, f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        made = Browser(f"http://127.0.0.1:{port}")
        try:
            _wait(made)
            options = {"binary": CHROMIUM, "args": [*FLAGS, f"--user-data-dir={profile}"]}
            wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
            session = made.ask("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
            made.url += f"/session/{session['sessionId']}"
            yield made
            made.ask("DELETE", "")
        finally:
            driver.terminate()
            driver.wait(20)


def _wait(made: Browser) -> None:
    """Until the driver answers."""
    for _ in range(100):
        with suppress(OSError):
            if made.ask("GET", "/status")["ready"]:
                return
        time.sleep(0.1)
    raise RuntimeError("chromedriver does not answer")
