"""The lab of a search whose trainings may go less far than all, in a real browser."""

import access
import layout
import pages
import pytest

pytestmark = pytest.mark.browser
expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect
PATIENCE = 120_000  # milliseconds; the machine may be busy with something else
SETUP = """
import dataclasses
import nbnas as nb

def objective(*epochs):
    fidelities = nb.Fidelities(epochs, continued=True)
    return dataclasses.replace(nb.benchmarks.digits(), fidelities=fidelities)
"""
MODEL = """
table = objective(6, 12)
strategy = nb.BayesianOptimization(fidelities=table.fidelities)
search = nb.Search(nb.CellSpace(), table, strategy, seed=0).run(cost=14)
search
"""
SCHEDULER = """
table = objective(1, 3, 12)
strategy = nb.SuccessiveHalving(nb.RandomSearch(), table.fidelities)
search = nb.Search(nb.CellSpace(), table, strategy, seed=0).run(13)
search
"""
PLAIN = "nb.Search(nb.CellSpace(), nb.benchmarks.digits(), nb.RandomSearch(), seed=0).run(3)"


PAID = """
table = objective(1, 3, 12)
strategy = nb.SuccessiveHalving(nb.RandomSearch(), table.fidelities)
search = nb.Search(nb.CellSpace(), table, strategy, seed=0)
search
"""


@pytest.fixture(scope="module")
def page(browser, lab):
    folder, server = lab
    cells = [SETUP + cell for cell in (MODEL, SCHEDULER, PLAIN, PAID)]
    with pages.opened(browser, server, folder, cells, "looks.ipynb") as page:
        yield page


@pytest.fixture
def card(page, request):
    """The card of the lab that a cell shows; the labs of other cells are gone."""
    pages.run_cell(page, request.param)
    cell = page.locator(".jp-Notebook .jp-CodeCell").nth(request.param)
    try:
        cell.locator(".nbl-area-map svg path").first.wait_for(timeout=PATIENCE)
        pages.wait_idle(page)
        yield cell.locator(".nbl-area-looks")
    finally:
        page.evaluate("document.querySelectorAll('.nbl-lab').forEach((lab) => lab.remove())")


@pytest.mark.parametrize("card", [0], indirect=True)
def test_curves_answer_to_the_pointer_and_a_click_shows_what_a_look_changed(page, card):
    card.locator(".nbl-looks-rungs svg .mark-symbol path").first.wait_for(timeout=PATIENCE)
    card.get_by_text("predicted full results, mean ± stddev").wait_for(timeout=PATIENCE)
    rows = page.locator(".nbl-area-trials tbody tr")
    assert rows.first.locator("td").nth(2).inner_text() in ("6", "12")
    card.locator(".nbl-looks-beliefs svg .mark-symbol path").first.wait_for(timeout=PATIENCE)
    looked = card.locator(".nbl-looks-beliefs svg text", has_text="trial").first.text_content()
    number = looked.removeprefix("trial ").partition(":")[0]
    row = page.locator(f'.nbl-area-trials tr[data-trial="{number}"]')
    row.hover()
    page.locator(".nbl-tip").filter(has_text="after 6 epochs").wait_for(timeout=PATIENCE)
    row.click()
    moved = card.locator(".nbl-looks-beliefs").filter(has_text="moved the predicted full accuracy")
    moved.wait_for(timeout=PATIENCE)
    assert not page.locator(".nbl-lab .nbnas-error").is_visible()
    access.check_both(page)
    layout.check(page)
    pages.shot_whole(page, "looks-model")


@pytest.mark.parametrize("card", [1], indirect=True)
def test_who_was_stopped_is_there_and_why(page, card):
    card.locator(".nbl-looks-stops").filter(has_text="stopped for good").wait_for(timeout=PATIENCE)
    assert not card.locator(".nbl-looks-beliefs").is_visible()
    page.locator('.nbl-area-trials tr[data-trial="1"]').hover()
    page.locator(".nbl-tip").filter(has_text="of 9 at 1 epoch").wait_for(timeout=PATIENCE)
    assert not page.locator(".nbl-lab .nbnas-error").is_visible()
    access.check(page)
    layout.check(page)
    pages.shot_whole(page, "looks-scheduler")


@pytest.mark.parametrize("card", [2], indirect=True)
def test_a_search_without_looks_has_no_such_card(page, card):
    assert card.count() == 0
    assert "epochs" not in page.locator(".nbl-area-trials thead").inner_text()
    assert page.locator(".nbl-unit").count() == 0


@pytest.mark.parametrize("card", [3], indirect=True)
def test_run_goes_on_until_a_budget_of_epochs_or_of_full_trainings_is_spent(page, card):
    progress, number = page.locator(".nbl-progress-text"), page.locator(".nbl-number")
    expect(page.locator(".nbl-unit")).to_have_value("full trainings", timeout=PATIENCE)
    expect(number).to_have_value("30", timeout=PATIENCE)
    page.locator(".nbl-unit").select_option("epochs")
    expect(number).to_have_value("360", timeout=PATIENCE)
    number.fill("24")
    number.press("Enter")
    progress.filter(has_text="0 of 24 epochs").wait_for(timeout=PATIENCE)
    page.locator(".nbl-run").click()
    progress.filter(has_text="24 of 24 epochs, ").wait_for(timeout=PATIENCE)
    page.locator(".nbl-state").filter(has_text="idle").wait_for(timeout=PATIENCE)
    run = page.locator(".nbl-run")
    expect(run).to_have_attribute("aria-disabled", "true", timeout=PATIENCE)
    page.locator(".nbl-unit").select_option("full trainings")
    expect(number).to_have_value("2", timeout=PATIENCE)
    number.fill("2.5")
    number.press("Enter")
    progress.filter(has_text="2 of 2.5 full trainings, ").wait_for(timeout=PATIENCE)
    pages.shot(page, "looks-paid")
    run.click()
    progress.filter(has_text="2.5 of 2.5 full trainings, ").wait_for(timeout=PATIENCE)
    assert not page.locator(".nbl-lab .nbnas-error").is_visible()
    layout.check(page)
