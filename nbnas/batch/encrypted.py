"""Kernels whose messages are encrypted, where what is installed can do it.

A kernel listens at a port of this computer. Jupyter leaves what goes over it open by default, and
its newer kernels warn of that in the midst of a run; other users of a shared machine might listen.
"""

from traitlets.config import Config


def encrypted() -> Config:
    """The configuration of a kernel's manager: encrypted where the kernel can be, as it says.

    Returns:
        Nothing for a Jupyter that does not know of it, or a zmq without CurveZMQ.
    """
    import zmq
    from jupyter_client.manager import KernelManager

    if not hasattr(KernelManager, "transport_encryption") or not zmq.has("curve"):
        return Config()
    return Config({"KernelManager": {"transport_encryption": "auto"}})
