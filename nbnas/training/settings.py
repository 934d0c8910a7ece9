"""How settings of trainers and proxies are refused."""

from nbnas.errors import SettingError


def check(allowed: bool, name: str, value: object, expected: str) -> None:
    """Refuse a setting that is not allowed.

    Args:
        allowed: Whether it is.
        name: What the setting is called.
        value: What was given.
        expected: What is allowed, in words.

    Raises:
        SettingError: If it is not allowed; the message says what was expected and what came.
    """
    if not allowed:
        raise SettingError(f"expected {name} to be {expected}, got {name}={value!r:.200}")
