"""What a person does in the lab who has no mouse: all of it."""

PATIENCE = 120_000  # milliseconds
FOCUS = """() => {
    const e = document.activeElement;
    const { outlineStyle, outlineWidth } = getComputedStyle(e);
    const seen = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
    const label = e.getAttribute("aria-label") || e.textContent.trim() || e.tagName;
    return { label, seen, inside: Boolean(e.closest(".nbl-lab")) };
}"""


def go_to(page, label, key="Tab"):
    """Press a key until the focus is on what has this label; on its way it is always seen."""
    passed = []
    for _ in range(60):
        page.keyboard.press(key)
        at = page.evaluate(FOCUS)
        passed.append(at["label"])
        assert at["seen"] or not at["inside"], f"the focus is not seen on {at['label']!r}"
        if at["inside"] and label in at["label"]:
            return
    raise AssertionError(f"{key} never came to {label!r}: {passed}")


def said(page, selector, text):
    """Wait until a part of the lab says something."""
    found = page.locator(f".nbl-lab {selector}").filter(has_text=text)
    found.first.wait_for(state="attached", timeout=PATIENCE)


def do_everything(page, count):
    """From a cell above the lab, which has `count` trials: run, rewind, ask what if, select."""
    run(page, count)
    rewind(page, count + 4)
    select(page, count + 4)


def run(page, count):
    """Set the budget, run, pause, step, and run on to the end."""
    press = page.keyboard.press
    go_to(page, "Budget")
    press("Control+a")
    page.keyboard.type(f"{count + 4}")
    press("Enter")
    said(page, ".nbl-progress-text", f"of {count + 4} trials")
    go_to(page, "Run", "Shift+Tab")
    press("Enter")
    said(page, ".nbl-state", "running")
    go_to(page, "Pause")
    press("Space")
    said(page, ".nbl-state", "paused")
    said(page, ".nbl-heard", "Paused")
    go_to(page, "Step")
    press("Enter")
    said(page, ".nbl-state", "idle")
    go_to(page, "Run", "Shift+Tab")
    press("Enter")
    said(page, ".nbl-heard", f"{count + 4} trials done")
    said(page, ".nbl-round", f"after {count + 4} trials")


def rewind(page, count):
    """Look at the round before, ask what another acquisition function would do, and come back."""
    go_to(page, "Round to look at")
    page.keyboard.press("ArrowLeft")
    said(page, ".nbl-round", f"after {count - 1} trials")
    go_to(page, "What if: acquisition")
    page.keyboard.type("upper")
    for place in (".nbl-answer", ".nbl-heard"):
        said(page, place, "With upper confidence bound it would have")
    go_to(page, "As it was")
    page.keyboard.press("Enter")
    page.locator(".nbl-answer table").wait_for(state="detached", timeout=PATIENCE)
    go_to(page, "Now", "Shift+Tab")
    page.keyboard.press("Enter")
    said(page, ".nbl-round", "(now)")


def select(page, count):
    """Select an architecture in the map and one in the table, and go back to what was chosen."""
    press = page.keyboard.press
    go_to(page, "Map of the search space")
    for _ in range(2):
        press("ArrowRight")
    for place in (".nbl-tip", ".nbl-heard"):
        said(page, place, "predicted")
    press("Enter")
    said(page, ".nbl-area-why h4", "What the model knows of this one")
    press("Escape")
    said(page, ".nbl-area-why h4", "this architecture")
    go_to(page, "seconds")
    go_to(page, page.locator('.nbl-pick[tabindex="0"]').inner_text())
    press("Home")
    press("ArrowDown")
    said(page, ".nbl-tip", f"trial {count - 1}")
    press("Enter")
    said(page, ".nbl-trials .nbl-selected td", f"{count - 1}")
    go_to(page, "Back to the choice", "Shift+Tab")
    press("Enter")
    page.locator(".nbl-area-why h4:focus").wait_for(timeout=PATIENCE)
