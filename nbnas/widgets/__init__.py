"""Live views of everything below, and the static pictures that stay when no view can live."""

from nbnas.mode import display_mode
from nbnas.widgets.bundle import bundle
from nbnas.widgets.live import LiveView
from nbnas.widgets.show import show
from nbnas.widgets.view import View, view

__all__ = ["LiveView", "View", "bundle", "display_mode", "show", "view"]
