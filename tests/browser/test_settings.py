"""The lab of a search whose architectures have settings, in a real browser."""

import access
import layout
import pages
import pytest

pytestmark = pytest.mark.browser
PATIENCE = 120_000  # milliseconds
CELL = """
import math
import nbnas as nb

space = nb.JointSpace(
    nb.ChoiceSpace(depth=(2, 4), activation=("relu", "gelu")),
    optimizer=nb.Categorical("sgd", "adamw"),
    rate=nb.Real(1e-3, 1, log=True),
)

def worth(architecture, seed=0):
    return 0.8 - 0.05 * (math.log10(architecture.setting("rate")) + 1.0) ** 2

search = nb.Search(space, worth, nb.BayesianOptimization(initial=6), seed=0).run(9)
search
"""


def test_the_card_of_settings_follows_a_click(browser, lab):
    sync_api = pytest.importorskip("playwright.sync_api")
    folder, server = lab
    with pages.opened(browser, server, folder, [CELL], "settings.ipynb") as page:
        pages.run_cell(page, 0)
        card = page.locator(".nbl-area-settings")
        dots = card.locator(".nbl-slices .nbl-chart:not([hidden]) svg .mark-symbol path")
        dots.first.wait_for(timeout=PATIENCE)
        matters = sync_api.expect(card.locator(".nbl-matters .nbl-line"))
        matters.to_contain_text("rate explains", timeout=PATIENCE)
        card.locator("select").select_option("rate")
        ticks = card.locator(".nbl-slices .nbl-chart:not([hidden]) svg text")
        ticks.filter(has_text="0.01").first.wait_for(timeout=PATIENCE)
        row = page.locator('.nbl-area-trials tr[data-trial="2"]')
        row.click()
        named = sync_api.expect(card.locator(".nbl-name"))
        named.to_have_text(row.locator(".nbl-long").inner_text(), timeout=PATIENCE)
        sync_api.expect(page.locator(".nbl-lab .nbnas-error")).to_be_hidden()
        access.check_both(page)
        layout.check(page)
        pages.shot_whole(page, "settings")
