"""The lab in a real browser: JupyterLab, Chromium, and a person's clicks and keys."""

import os
import re
import time
from pathlib import Path

import access
import keys
import layout
import pages
import pytest

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
PATIENCE = 120_000  # milliseconds; the machine may be busy with something else
SETUP = Path(__file__).with_name("live_search.txt").read_text(encoding="utf-8")
CELLS = [SETUP, "1 + 1", "PACE = 0.5", "PACE, BROKEN = 0.02, True", "search", "PACE = 0.1"]


@pytest.fixture(scope="module")
def page(browser, lab):
    """A notebook with a search on display; the tests of this file use it one after the other."""
    folder, server = lab
    with pages.opened(browser, server, folder, CELLS) as page:
        pages.run_cell(page, 0)
        page.locator(".nbl-lab .nbl-run").wait_for(timeout=PATIENCE)
        page.locator(".nbl-area-map svg path").first.wait_for(timeout=PATIENCE)
        pages.wait_idle(page)
        yield page


def said(page, selector, text, timeout=PATIENCE):
    """Wait until an element of the lab says something."""
    page.locator(f".nbl-lab {selector}").filter(has_text=text).first.wait_for(timeout=timeout)


def trials(page):
    return page.locator(".nbl-area-trials tbody tr").count()


def budget(page, number):
    page.locator(".nbl-number").fill(str(number))
    page.locator(".nbl-number").press("Enter")


def execute(page, number, printed=None):
    """Run a cell and wait until it is done."""
    pages.run_cell(page, number)
    pages.wait_idle(page)


def test_run_is_one_click_and_the_trace_grows(page):
    assert "Press Run" in page.locator(".nbl-said").inner_text()
    access.check(page)
    pages.shot(page, "lab-1-idle")
    budget(page, 5)
    said(page, ".nbl-progress-text", "0 of 5 trials")
    page.locator(".nbl-run").click()
    said(page, ".nbl-progress-text", "5 of 5 trials")
    said(page, ".nbl-state", "idle")
    page.wait_for_function(
        "document.querySelectorAll('.nbl-area-trials tbody tr').length === 5", timeout=PATIENCE
    )
    dots = page.locator(".nbl-area-trace svg .mark-symbol.role-mark path")
    page.wait_for_function(
        "document.querySelectorAll('.nbl-area-trace svg .mark-symbol path').length === 5",
        timeout=PATIENCE,
    )
    assert dots.count() == 5
    said(page, ".nbl-area-why h4", "Why trial 6 is this architecture")
    said(page, ".nbl-area-why", "It was chosen because of 15,625 candidates")
    said(page, ".nbl-area-candidates h4", "best of 15,625 candidates")
    assert not page.locator(".nbl-lab .nbnas-error").is_visible()
    pages.shot(page, "lab-2-done")
    pages.shot_whole(page, "lab-2-whole")


def test_nothing_is_cut_off_with_the_sidebar_closed_or_open(page):
    for name in ("sidebar-closed", "sidebar-open"):
        layout.check(page)
        pages.shot_whole(page, f"lab-3-{name}")
        page.keyboard.press("Escape")
        page.keyboard.press("Control+b")
        page.wait_for_timeout(600)  # the panel slides


def test_hovering_tells_and_clicking_selects_everywhere(page):
    row = page.locator(".nbl-area-trials tbody tr").first
    row.hover()
    said(page, ".nbl-tip", "predicted")
    said(page, ".nbl-tip", "expected improvement")
    name = row.locator("td").nth(1).inner_text()
    row.click()
    said(page, ".nbl-area-why .nbl-name", name)
    said(page, ".nbl-area-why", "It was measured")
    assert "nbl-selected" in row.get_attribute("class")
    page.wait_for_function(
        "[...document.querySelectorAll('.nbl-area-map svg path')]"
        ".some((e) => e.getAttribute('stroke') === '#CC79A7')",
        timeout=PATIENCE,
    )
    pages.shot_whole(page, "lab-4-selected")
    page.locator(".nbl-back").click()
    said(page, ".nbl-area-why h4", "Why trial 6 is this architecture")


def test_the_slider_rewinds_and_what_if_answers(page):
    slider = page.locator(".nbl-rewind")
    slider.focus()
    slider.press("ArrowLeft")
    said(page, ".nbl-round", "after 4 trials")
    said(page, ".nbl-area-why h4", "Why trial 5 was this architecture")
    page.locator(".nbl-kernel").select_option(label="Hamming")
    page.locator(".nbl-acquisition").select_option(label="upper confidence bound")
    said(page, ".nbl-answer", "With upper confidence bound and the kernel Hamming it would have")
    assert page.locator(".nbl-answer tbody tr").count() == 2
    access.check(page)
    page.wait_for_function(
        "document.querySelector('.nbl-computing').textContent === ''", timeout=PATIENCE
    )
    pages.shot_whole(page, "lab-5-rewound")
    page.locator(".nbl-reset").click()
    page.locator(".nbl-answer table").wait_for(state="detached", timeout=PATIENCE)
    page.locator(".nbl-now").click()
    said(page, ".nbl-area-why h4", "Why trial 6 is this architecture")


def test_pause_answers_within_an_epoch_and_the_kernel_stays_free(page):
    execute(page, 2)  # from now on an epoch takes half a second
    budget(page, 7)
    page.locator(".nbl-run").click()
    said(page, ".nbl-state", "running")
    said(page, ".nbl-area-now h4", "In training: trial 6")
    access.check(page)
    took = answer(page, 1)
    assert took < (2.0 if busy() else 0.2), f"1 + 1 took {took:.3f} s while a training ran"
    page.locator(".nbl-pause").click()
    said(page, ".nbl-state", "paused")
    text = page.locator(".nbl-said").inner_text()
    assert re.search(r"Paused (in trial \d+ after epoch \d of 5|after \d trials)", text), text
    before = trials(page)
    pages.shot(page, "lab-6-paused")
    page.locator(".nbl-run").click()
    said(page, ".nbl-state", "running")
    page.wait_for_function(
        f"document.querySelectorAll('.nbl-area-trials tbody tr').length > {before}",
        timeout=PATIENCE,
    )
    said(page, ".nbl-state", "idle")


def busy():
    """Whether others use this machine so much that times of tenths of a second mean nothing."""
    return os.getloadavg()[0] > 2 * (os.cpu_count() or 1)


def answer(page, number):
    """Seconds from the key to the answer of a cell."""
    cell = page.locator(".jp-Notebook .jp-CodeCell").nth(number)
    cell.locator(".cm-content").click()
    began = time.monotonic()
    page.keyboard.press("Shift+Enter")
    cell.locator(".jp-OutputArea-output", has_text="2").wait_for(timeout=PATIENCE)
    return time.monotonic() - began


def test_keys_reach_everything(page):
    page.locator(".nbl-run").focus()
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(
            "() => { const e = document.activeElement; if (!e.closest('.nbl-lab')) return null;"
            " return e.getAttribute('aria-label') || e.textContent.trim() || e.tagName; }"
        ))  # fmt: skip
        if seen[-1] is None:
            break
    words = "\n".join(word for word in seen if word)
    for wanted in ("Pause", "Step", "Stop", "Budget", "The search so far", "Round to look at",
                   "What if: acquisition", "What if: kernel", "Length-scale", "Colour of the map",
                   "Map of the search space", "Ranked candidates", "accuracy"):  # fmt: skip
        assert wanted in words, f"Tab never came to {wanted!r}: {words}"


def test_keys_alone_do_everything(page):
    execute(page, 5)  # from now on an epoch takes a tenth of a second
    page.keyboard.press("Escape")
    for _ in CELLS:
        page.keyboard.press("ArrowUp")  # to the cell above the lab
    keys.do_everything(page, trials(page))


def test_an_error_in_a_trial_is_seen(page):
    execute(page, 3)
    page.locator(".nbl-step").click()
    said(page, ".nbnas-error", "failed: ValueError: the <i>accuracy</i> is lost")
    assert page.locator(".nbnas-error i").count() == 0
    said(page, ".nbl-area-trials", "✕ failed")
    said(page, ".nbl-state", "idle")
    pages.shot(page, "lab-8-error")


def test_displayed_again_it_is_the_same(page):
    count = trials(page)
    execute(page, 4)
    page.wait_for_function("document.querySelectorAll('.nbl-lab').length === 2", timeout=PATIENCE)
    second = page.locator(".nbl-lab").nth(1)
    second.locator(".nbl-area-trials tbody tr").first.wait_for(timeout=PATIENCE)
    second.locator(".nbl-round").filter(has_text="after ").wait_for(timeout=PATIENCE)
    assert second.locator(".nbl-area-trials tbody tr").count() == count
    assert (
        second.locator(".nbl-round").text_content()
        == page.locator(".nbl-round").first.text_content()
    )


def test_a_reload_shows_the_same(page):
    count = trials(page) // 2  # it is on display twice
    pages.save(page)
    page.reload()
    page.locator(".nbl-lab .nbl-area-trials tbody tr").first.wait_for(timeout=PATIENCE)
    assert page.locator(".nbl-lab").first.locator(".nbl-area-trials tbody tr").count() == count
    said(page, ".nbnas-error", "ValueError")
    pages.shot(page, "lab-9-reloaded")
    assert page.locator(".jp-RenderedImage:visible").count() == 0  # hidden while the lab lives


def test_the_dark_theme_is_readable(page):
    page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    page.get_by_text("Settings", exact=True).click()
    page.get_by_text("Theme", exact=True).hover()
    page.get_by_text("JupyterLab Dark", exact=True).click()
    page.wait_for_function(
        "getComputedStyle(document.body).getPropertyValue('--jp-layout-color0').trim() === '#111' "
        "|| document.body.dataset.jpThemeName === 'JupyterLab Dark'",
        timeout=PATIENCE,
    )
    page.wait_for_timeout(500)
    pages.shot_whole(page, "lab-10-dark")
    worst = page.evaluate(Path(__file__).with_name("contrast.js").read_text(encoding="utf-8"))
    assert worst["ratio"] > 4.5, worst
    access.check(page)
