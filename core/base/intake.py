"""A door for other systems (对外受理渠道): which fields of a record they may send, and what they are told of its course."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.base.record import Record


@dataclass(frozen=True, kw_only=True)
class Intake:
    """What a mini-program or another office's system may report, at ``POST /api/v1/intake/<key>``. It becomes a ``record``
    through the one door, as if typed by the account the sender's token speaks for; the sender gets a receipt number.

    ``fields``: names it may send; in one of photos they come within the body, in base64. ``given(now)``: values of
    fields it leaves out. ``told``: fields it may read again by its receipt number, beside the state; none of them
    personal. ``within(longitude, latitude, settings)``: does a ``place`` it
    may send besides lie where reports are taken from? The place is judged and not kept.
    """

    key: str
    label: str
    record: type[Record]
    fields: tuple[str, ...]
    given: Callable[[datetime], Mapping[str, Any]] = lambda _now: {}
    told: tuple[str, ...] = ()
    within: Callable[[float, float, Mapping[str, Any]], bool] = lambda _longitude, _latitude, _settings: True
