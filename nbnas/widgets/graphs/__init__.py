"""Views of architectures, spaces and distances."""
