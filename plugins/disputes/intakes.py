"""What citizens' mini-programs, hotlines and grid systems may report, and what they are told (F3.1)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.api import Intake, Look, Say, TextKind
from plugins.disputes.records_complaint import Complaint
from plugins.disputes.workflows import SIMPLE

AREA, ANYWHERE = "disputes.intake_area", "不限"


class AreaKind(TextKind):
    """``西,南,东,北`` in degrees, or 不限."""

    def read(self, raw: Any, look: Look) -> str:
        text = super().read(raw, look).replace("，", ",")
        if text in (ANYWHERE, "anywhere"):
            return ANYWHERE
        if not edges(text):
            raise ValueError(Say("请填写“不限”，或四个经纬度：西,南,东,北，例如 118.40,24.50,118.70,24.90"))
        return text


def edges(text: str) -> tuple[float, ...]:
    """West, south, east, north; empty for what can't be read."""
    try:
        west, south, east, north = map(float, text.split(","))
    except ValueError:
        return ()
    fine = -180 <= west < east <= 180 and -90 <= south < north <= 90
    return (west, south, east, north) if fine else ()


def within(longitude: float, latitude: float, settings: Mapping[str, Any]) -> bool:
    if not (found := edges(settings[AREA])):
        return True
    west, south, east, north = found
    return west <= longitude <= east and south <= latitude <= north


def given(now: datetime) -> Mapping[str, Any]:
    """Who sorts it says otherwise; until then the stricter limit runs from receipt."""
    return {"received_at": now, "is_property": True, "complexity": SIMPLE, "statutory": False}


INTAKES = (
    Intake(
        key="disputes.complaints",
        label="投诉受理",
        record=Complaint,
        fields=(
            "complex_id",
            "received_at",
            "channel",
            "order_no",
            "category",
            "complexity",
            "statutory",
            "is_property",
            "summary",
            "content",
            "petitioner",
            "phone",
            "people",
            "pictures",
        ),
        given=given,
        told=("received_at", "due_on", "answered_at", "ended_at", "satisfaction"),
        within=within,
    ),
)
