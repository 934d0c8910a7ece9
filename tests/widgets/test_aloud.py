from nbnas.widgets.aloud import Aloud
from nbnas.widgets.panel import Panel, button
from nbnas.widgets.view import View


def test_every_panel_has_its_own_last():
    panels = [Panel(lambda: View("seen"), [[button("Go", "goes")]]) for _ in range(2)]
    first, second = (panel.widget.children[-1] for panel in panels)
    assert isinstance(first, Aloud)
    assert isinstance(second, Aloud)
    assert first.model_id != second.model_id  # a page that opens late may not know an older one
