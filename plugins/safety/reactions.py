"""What follows from a change, and what others may ask (plan 1.6): a new contract or certificate settles the one before it;
hazards past their limit are evidence for the monthly assessment (A5)."""

from typing import Any

from sqlalchemy import func, literal, or_, select

from core.api import Change, Door, Reaction, Rows, counts, plus_days
from plugins.safety.records import Hazard, Maintenance, Operator
from plugins.safety.records_safety import LIMIT_DAYS


def contract_renewed(change: Change, door: Door) -> None:
    """F8.3: of the same complex and equipment, begun before the new one."""
    if not change.new:
        return
    earlier = select(Maintenance.id).where(
        Maintenance.complex_id == change.unit_id,
        Maintenance.equipment == change.after["equipment"],
        Maintenance.state == "active",
        Maintenance.signed_on < change.after["signed_on"],
        Maintenance.id != change.record_id,
    )
    for (number,) in door.read(earlier):
        door.move(Maintenance, number, "renew", remark=f"已登记新合同 {change.origin}")


def post_settled(change: Change, door: Door) -> None:
    """F8.4: the same post of the same complex, registered anew for another person or certificate."""
    if not change.new:
        return
    earlier = select(Operator.id).where(
        Operator.complex_id == change.unit_id,
        Operator.kind == change.after["kind"],
        Operator.post == change.after["post"],
        Operator.state == "active",
        Operator.id != change.record_id,
    )
    for (number,) in door.read(earlier):
        door.move(Operator, number, "settle", remark=f"已登记新证或新人 {change.origin}")


def overdue_hazards(start: Any, end: Any) -> Rows:
    """Hazards whose limit passed from ``start`` to ``end`` and that were not closed by it: each is told once."""
    limit = func.coalesce(Hazard.limit_on, plus_days(Hazard.found_on, LIMIT_DAYS), type_=Hazard.found_on.type)
    return select(
        Hazard.complex_id,
        limit.label("day"),
        literal("安全").label("category"),
        literal(1).label("points"),
        literal("安全隐患逾期未销号：").concat(Hazard.kind).concat("，").concat(Hazard.place).label("text"),
        literal("safety.hazard").label("record_key"),
        Hazard.id.label("record_id"),
    ).where(limit >= start, limit <= end, or_(Hazard.closed_on.is_(None), Hazard.closed_on > limit), counts(Hazard))


REACTIONS = (
    Reaction(to=("safety.maintenance",), label="登记新合同，原合同自动结清", code="F8.3", run=contract_renewed),
    Reaction(to=("safety.operator",), label="登记新证，原岗位记录自动结清", code="F8.4", run=post_settled),
)
