"""Hooks of this plugin for the others: evidence for the monthly score sheet, and facts for the credit file. They implement
them with ``@hookimpl(optionalhook=True)`` in their plugin.py and never import this one."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from core.api import Change, Rows, hookspec


@hookspec
def market_order_evidence(start: date, end: date) -> Rows:  # type: ignore[empty-body]
    """Facts of start..end (both included) that speak against the service of a complex: a select of exactly these columns.

    ``complex_id``; ``day``; ``category`` (one of 保洁、保安、保绿、保修、客服、公示、公共收益、党建联建、监督员评价、投诉、
    执法、安全; anything else is kept under 其他); ``points`` (how many times the category's points are deducted, usually 1;
    for 监督员评价 what the supervisor's score lacks to five: a score of 2 is 3); ``text`` (one sentence without personal
    information); ``record_key`` and ``record_id`` of the record behind it. Each record is proposed once as a deduction,
    which the assessor may drop with a reason.

    Example (plugins/disputes): each complaint on property management is one point of 投诉::

        @hookimpl(optionalhook=True)
        def market_order_evidence(start, end):
            return select(Complaint.complex_id, day.label("day"), literal("投诉").label("category"),
                          literal(1).label("points"), Complaint.summary.label("text"),
                          literal("disputes.complaint").label("record_key"), Complaint.id.label("record_id"),
                          ).where(day.between(start, end), counts(Complaint))
    """


@hookspec
def market_order_credit(change: Change) -> Mapping[str, Any] | None:
    """A fact for the credit file that ``change`` has just brought about, or None. A draft (F5.5) is made of it, once for
    each origin; the lead tells the company and decides.

    ``company_id``; ``fact`` (one sentence); ``happened_on``; ``origin`` (``change.origin``); ``determined_by`` (who found it).

    Example (plugins/enforcement): a finding 物业履职不到位 is concluded::

        @hookimpl(optionalhook=True)
        def market_order_credit(change):
            if change.key != "enforcement.finding" or not change.entered("concluded"):
                return None
            return {"company_id": change.after["company_id"], "fact": "...", "happened_on": change.after["found_on"],
                    "origin": change.origin, "determined_by": "执法中队"}
    """
