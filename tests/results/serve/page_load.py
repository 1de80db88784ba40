# SPDX-License-Identifier: GPL-2.0-only
"""How long pages take in a real browser: headless Chromium, asked over its debugging pipe.

    python3 -m tests.results.serve.page_load PROFILE_DIR TRIES URL...

prints one line a page: the best of TRIES, "MILLISECONDS HOST_SLOWNESS RESPONSE_MS DOM_NODES IMAGES URL". A time is from
the navigation's beginning to the end of the load event and of the layout after it; caches are off. HOST_SLOWNESS says how
much longer than usual a page of our own making takes at the same time, at least 1: what a limit has to be multiplied by. A
page that does not load, that shows nothing, or on which something complains is an error.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import Any, Optional

LONGEST_S = 60.0
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--remote-debugging-pipe")
# Reading a box of the page's end makes the browser lay all of it out.
NUMBERS = """(() => {
  document.body.lastElementChild?.getBoundingClientRect();
  const entry = performance.getEntriesByType('navigation')[0];
  return {ms: performance.now(), response_ms: entry.responseEnd, status: entry.responseStatus, nodes: document.getElementsByTagName('*').length,
          text: document.body.innerText.length, images: document.images.length,
          broken: [...document.images].filter(i => i.complete && i.naturalWidth === 0).length};
})()"""

# 20,000 boxes made and laid out; milliseconds.
REFERENCE = """(() => {
  const start = performance.now();
  const box = document.createElement('div');
  box.innerHTML = Array.from({length: 20000}, (_, i) => `<span style="padding:${i % 7}px">${i}</span>`).join(' ');
  document.body.append(box);
  box.getBoundingClientRect();
  box.remove();
  return performance.now() - start;
})()"""
# The best of three, median of 14, on two cores that loaded the slowest page of the test in 1.45 s.
REFERENCE_MS = 565.0


class Browser:
    """A Chromium with one empty page."""

    def __init__(self, profile: str) -> None:
        to_browser, self._write = os.pipe()
        self._read, from_browser = os.pipe()
        def as_3_and_4() -> None:
            kept = (os.dup(to_browser), os.dup(from_browser))  # the pipes may have these numbers themselves
            for number, one in zip((3, 4), kept):
                os.dup2(one, number)
        self._process = subprocess.Popen(["chromium", *FLAGS, f"--user-data-dir={profile}", "about:blank"], close_fds=False, preexec_fn=as_3_and_4,
                                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self._buffer = b""
        self._id = 0
        self.complaints: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.call("Network.setCacheDisabled", cacheDisabled=True)

    _session: Optional[str] = None

    def _message(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            got = os.read(self._read, 1 << 20)
            if not got:
                raise RuntimeError("chromium ended by itself")
            self._buffer += got
        text, self._buffer = self._buffer.split(b"\0", 1)
        message = json.loads(text)
        if message.get("method") == "Runtime.exceptionThrown" or (message.get("method") == "Log.entryAdded" and message["params"]["entry"]["level"] == "error"):
            self.complaints.append(json.dumps(message["params"])[:300])
        return message

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The answer to a command; events before it are looked at and dropped."""
        self._id += 1
        session = {"sessionId": self._session} if self._session else {}
        os.write(self._write, json.dumps({"id": self._id, "method": method, "params": parameters, **session}).encode() + b"\0")
        while True:
            message = self._message()
            if message.get("id") == self._id:
                if "error" in message:
                    raise RuntimeError(f"chromium refused {method}: {message['error']['message']}")
                return message["result"]

    def load(self, url: str) -> dict[str, Any]:
        """Opens a page and waits for its load event; NUMBERS of it."""
        self.complaints.clear()
        self.call("Page.navigate", url="about:blank")
        reference_ms = self.call("Runtime.evaluate", expression=REFERENCE, returnByValue=True)["result"]["value"]
        answer = self.call("Page.navigate", url=url)
        if answer.get("errorText"):
            raise RuntimeError(f"{url}: {answer['errorText']}")
        end = time.monotonic() + LONGEST_S
        while True:
            state = self.call("Runtime.evaluate", expression="document.readyState + ' ' + location.href", returnByValue=True)["result"].get("value", "")
            if state.startswith("complete ") and "about:blank" not in state:
                break
            if time.monotonic() > end:
                raise RuntimeError(f"{url} did not load in {LONGEST_S:.0f} s")
            time.sleep(0.01)
        found = self.call("Runtime.evaluate", expression=NUMBERS, returnByValue=True)["result"]["value"]
        if found["status"] not in (0, 200) or found["text"] == 0 or found["broken"] or self.complaints:
            raise RuntimeError(f"{url}: status {found['status']}, {found['text']} letters, {found['broken']} broken pictures, complaints: {self.complaints}")
        return {**found, "reference_ms": reference_ms}

    def close(self) -> None:
        """Ends the browser."""
        os.close(self._write)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def main() -> int:
    profile, tries, urls = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    browser = Browser(profile)
    try:
        for url in urls:
            loads = [browser.load(url) for _ in range(tries)]
            best = min(loads, key=lambda found: found["ms"])
            slowness = max(1.0, min(found["reference_ms"] for found in loads) / REFERENCE_MS)
            print(f"{best['ms']:.0f} {slowness:.2f} {best['response_ms']:.0f} {best['nodes']} {best['images']} {url}", flush=True)
    except RuntimeError as error:
        print(f"page_load: {error}", file=sys.stderr)
        return 1
    finally:
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
