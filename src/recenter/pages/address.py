"""Where servers listen: whether others can reach it, and whether somebody listens there already."""

from __future__ import annotations

import ipaddress
import socket

from recenter.errors import ConfigError


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens at a host."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_free(host: str, port: int) -> None:
    """Refuse an address that cannot be listened at.

    Raises:
        ConfigError: it cannot, with the reason of the system.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError as error:
            raise ConfigError(
                f"{host}:{port} cannot be listened at: {error.strerror}.",
                cure="Name another with --port.",
            ) from None
