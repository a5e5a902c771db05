"""How a delivery leaves the house: one file for each way, each with one function or class that sends."""

from __future__ import annotations


class SendError(Exception):
    """What went wrong, in words for the person who set the destination up; without passwords."""
