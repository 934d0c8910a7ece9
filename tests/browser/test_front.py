"""The lab of a search with several goals, in a real browser."""

import access
import layout
import pages
import pytest

pytestmark = pytest.mark.browser
expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect
PATIENCE = 120_000  # milliseconds
CELL = """
import nbnas as nb

def convolutions(architecture):
    return str(architecture).count("conv")

few = nb.MeasuredBy(convolutions, nb.Measure("convolutions", maximize=False, lower=0))
goals = (nb.ACCURACY, nb.PARAMETERS, few)
table, strategy = nb.benchmarks.digits(), nb.BayesianOptimization(initial=8)
search = nb.Search(nb.CellSpace(), table, strategy, seed=0, goals=goals).run(12)
search
"""
SINGLE = """
space, trainer = nb.CellSpace(), nb.Trainer(nb.digits(), epochs=2)
search = nb.Search(space, table, strategy, seed=0).run(10)
prior = nb.GaussianProcess(nb.WeisfeilerLehmanKernel() + nb.DistanceKernel(nb.HammingDistance()))
posterior = prior.fit(search.observations).condition(search.observations)
training = trainer.start(space.sample(0, 1)[0], seed=0)
relaxation = nb.Supernet(space, trainer).start(nb.Darts(epochs=2))
random, seeds = {"random": nb.RandomSearch}, range(2)
benchmark = nb.Benchmark(
    nb.benchmarks.digits_table(), random, queries=6, seeds=seeds, output="random.csv"
)
display(space, nb.OtmannDistance(), prior, posterior, nb.LogExpectedImprovement(), training)
display(relaxation, benchmark)
"""
PLAIN = "nb.Search(nb.CellSpace(), table, nb.RandomSearch(), seed=0).run(3)"


@pytest.fixture(scope="module")
def page(browser, lab):
    folder, server = lab
    with pages.opened(browser, server, folder, [CELL, PLAIN, SINGLE], "front.ipynb") as page:
        yield page


@pytest.fixture
def card(page, request):
    """The card of the lab that a cell shows; the labs of other cells are gone."""
    pages.run_cell(page, request.param)
    cell = page.locator(".jp-Notebook .jp-CodeCell").nth(request.param)
    cell.locator(".nbl-area-map svg path").first.wait_for(timeout=PATIENCE)
    pages.wait_idle(page)
    yield cell.locator(".nbl-area-front")
    page.evaluate("document.querySelectorAll('.nbl-lab').forEach((lab) => lab.remove())")


@pytest.mark.parametrize("card", [0], indirect=True)
def test_a_point_of_the_front_tells_its_architecture_and_selects_it(page, card):
    points = card.locator(".nbl-front .nbl-chart:not([hidden]) svg .mark-symbol path")
    points.first.wait_for(timeout=PATIENCE)
    head = page.locator(".nbl-area-trials thead")
    assert "parameters" in head.inner_text()
    assert "convolutions" in head.inner_text()
    row = page.locator('.nbl-area-trials tr[data-trial="1"]')
    row.hover()
    page.locator(".nbl-tip").filter(has_text="trial 1: ").wait_for(timeout=PATIENCE)
    chart = card.locator(".nbl-front .nbl-chart:not([hidden])")
    chart.focus()
    page.keyboard.press("ArrowRight")
    tip = page.locator(".nbl-tip").filter(has_text="trial")
    tip.wait_for(timeout=PATIENCE)
    for place in (head, row, chart):  # what scrolls under a pointer at rest is not pointed at
        place.evaluate("place => place.scrollIntoView()")
        page.wait_for_timeout(300)
        assert tip.is_visible()
    page.keyboard.press("Enter")
    page.locator(".nbl-trials tr.nbl-selected").first.wait_for(timeout=PATIENCE)
    card.locator("select").select_option(index=2)
    texts = card.locator(".nbl-front .nbl-chart:not([hidden]) svg text")
    texts.filter(has_text="convolutions").first.wait_for(timeout=PATIENCE)
    assert "hypervolume" in card.locator(".nbl-line").inner_text()
    assert not page.locator(".nbl-lab .nbnas-error").is_visible()
    access.check_both(page)
    layout.check(page)
    pages.shot_whole(page, "front")


@pytest.mark.parametrize("card", [1], indirect=True)
def test_a_search_with_one_goal_has_no_such_card(page, card):
    assert card.count() == 0
    assert "parameters" not in page.locator(".nbl-area-trials thead").inner_text()


def test_single_views_are_named_and_their_sliders_have_values(page):
    pages.run_cell(page, 2)
    pages.wait_idle(page)
    cell = page.locator(".jp-Notebook .jp-CodeCell").nth(2)
    expect(cell.locator(".nbnas [role=img][aria-describedby]")).to_have_count(8, timeout=PATIENCE)
    slider = cell.get_by_role("slider", name="length-scale Hamming", exact=True)
    expect(slider).to_have_attribute("aria-valuetext", "2.00", timeout=PATIENCE)
    slider.focus()
    page.keyboard.press("ArrowRight")
    heard = cell.locator(".nbnas-aloud [role=status]").filter(
        has_text="length-scale Hamming = 2.04"
    )
    heard.wait_for(state="attached", timeout=PATIENCE)
    down = cell.get_by_role("group", name="Open", exact=True).get_by_role("button", pressed=True)
    expect(down).to_have_text("all")
    access.check_both(page, ".jp-CodeCell:nth-child(3) .jp-OutputArea")
