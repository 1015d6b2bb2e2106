"""The files of the look that pages of both servers share."""

from __future__ import annotations

from pathlib import Path

SHARED = Path(__file__).parent / "static"
"""Served under `static/shared`."""
