"""What follows from a change: a statutory complaint opens its petition, a consultation moves the complaint on."""

from sqlalchemy import select

from core.api import Change, Door, Reaction
from plugins.disputes.records_complaint import Complaint
from plugins.disputes.records_petition import Petition


def open_petition(change: Change, door: Door) -> None:
    if not change.after["statutory"] or change.state == "void":
        return
    there = select(Petition.id).where(Petition.complaint_id == change.record_id)
    if not door.read(there):
        door.save(Petition, {"complaint_id": change.record_id})


def go_on(change: Change, door: Door) -> None:
    """The complaint is consulted; its due day is that of the consultation, now and when that is corrected or sent back."""
    complaint_id = change.after["complaint_id"]
    states = [state for (state,) in door.read(select(Complaint.state).where(Complaint.id == complaint_id))]
    if change.new and states == ["referred"]:
        door.move(Complaint, complaint_id, "consult", remark="已有会商记录")
    else:
        door.correct(Complaint, complaint_id, {})


REACTIONS = (
    Reaction(to=("disputes.complaint",), label="法定信访事项自动建立信访件", code="F3.1", run=open_petition),
    Reaction(to=("disputes.consultation",), label="会商后投诉转入处置", code="F3.3", run=go_on),
)
