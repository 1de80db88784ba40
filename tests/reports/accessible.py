# SPDX-License-Identifier: GPL-2.0-only
"""Whether pages are for everyone, as headless Chromium with axe-core sees them.

    python3 -m tests.reports.accessible AXE_JS PROFILE_DIR URL...

looks at each page in light and dark, 1400 and 400 pixels wide, with everything unfolded, and on paper as it is loaded:
no violation that axe-core calls serious or critical, no sideways scrolling of a phone's page, nothing folded or cut off in
print, no reason that is in a tooltip alone, no figure whose alternative text is a title. Prints what it finds, a line each.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Iterator

from tests.results.serve.page_load import Browser

WIDTHS = (1400, 400)
SCHEMES = ("light", "dark")
A4_WIDTH = 718  # CSS pixels between margins of 1 cm
AXE = """axe.run(document, {resultTypes: ['violations']}).then(found => found.violations
  .filter(v => v.impact === 'serious' || v.impact === 'critical')
  .map(v => `${v.impact}: ${v.id}: ${v.help} (${v.nodes.length}, the first: ${v.nodes[0].html.slice(0, 160)})`))"""
SIDEWAYS = """(() => { const page = document.documentElement;
  return page.scrollWidth > page.clientWidth ? [`the page scrolls sideways: ${page.scrollWidth} pixels`] : []; })()"""
PRINTED = """(() => {
  const found = [];
  for (const details of document.querySelectorAll('details'))
    for (const child of details.children)
      if (child.tagName !== 'SUMMARY' && !child.checkVisibility())
        found.push(`not on paper: ${child.outerHTML.slice(0, 80)}`);
  for (const box of document.querySelectorAll('.scroll, table'))
    if (box.getBoundingClientRect().right > innerWidth + 1 || (getComputedStyle(box).overflowX !== 'visible' && (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight)))
      found.push(`cut off on paper: ${box.innerText.slice(0, 80)}`);
  return found;
})()"""
WORDS = """[...[...document.querySelectorAll('[title]')].map(e => `in a tooltip alone: ${e.title}`),
  ...[...document.images].filter(i => !/: .+[.]/s.test(i.alt)).map(i => `no finding: ${i.alt}`),
  ...[...document.querySelectorAll('table')].filter(t => !t.caption || t.querySelector('th:not([scope])')).map(t => `a table without caption or scope: ${t.innerText.slice(0, 80)}`)]"""


def evaluate(browser: Browser, expression: str) -> Any:
    answer = browser.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
    if "exceptionDetails" in answer:
        raise RuntimeError(f"the page's script failed: {answer['exceptionDetails']}")
    return answer["result"].get("value")


def show(browser: Browser, width: int, scheme: str, media: str = "screen") -> None:
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
    browser.call("Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": scheme}])


def problems(browser: Browser, url: str, axe: str) -> Iterator[str]:
    show(browser, A4_WIDTH, "light", "print")
    browser.load(url)
    yield from evaluate(browser, PRINTED)
    evaluate(browser, axe + "; document.querySelectorAll('details').forEach(one => one.open = true)")
    yield from evaluate(browser, WORDS)
    for width in WIDTHS:
        for scheme in SCHEMES:
            show(browser, width, scheme)
            yield from (f"{width} pixels, {scheme}: {found}" for found in evaluate(browser, AXE))
        yield from evaluate(browser, SIDEWAYS) if width == min(WIDTHS) else ()


def main() -> int:
    axe, profile, *urls = sys.argv[1:]
    source, count = Path(axe).read_text(encoding="utf-8"), 0
    browser = Browser(profile)
    try:
        for url in urls:
            found = list(problems(browser, url, source))
            count += len(found)
            print(*(f"{url}: {one}" for one in found or ["for everyone"]), sep="\n", flush=True)
    finally:
        browser.close()
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
