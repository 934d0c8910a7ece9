"""What must hold for who hears a page: no finding of axe-core, which comes with a package."""

from importlib.resources import files

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
RUN = """async ([roots, rules]) => {
    const only = rules.length ? { runOnly: { type: "rule", values: rules } } : {};
    const found = await axe.run({ include: roots }, { resultTypes: ["violations"], ...only });
    const bad = found.violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
    return {
        bad: bad.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`)),
        passed: found.passes.map(({ id }) => id),
    };
}"""
THEME = """async (name) => {
    await jupyterapp.commands.execute("apputils:change-theme", { theme: name });
}"""
LIGHT, DARK = "JupyterLab Light", "JupyterLab Dark"


def theme(page, name):
    """Change JupyterLab's theme, and return once it is there."""
    page.evaluate(THEME, name)
    page.wait_for_function("(name) => document.body.dataset.jpThemeName === name", arg=name)


def check(page, root=".nbl-lab", rules=()):
    """axe-core finds nothing serious or critical in a part of a page; what it looked at."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate(RUN, [[root], list(rules)])
    assert found["bad"] == []
    assert "color-contrast" in found["passed"]  # there was something to look at
    return found["passed"]


def check_both(page, root=".nbl-lab"):
    """The same in the light and in the dark."""
    check(page, root)
    theme(page, DARK)
    check(page, root)
    theme(page, LIGHT)
