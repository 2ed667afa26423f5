"""A record: one reported fact, of one unit, on one day (填报记录). Plugins subclass ``Record``; next: describe.py."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, MappedColumn, mapped_column

from core.base.declared import Base, Declared
from core.base.fields import Field
from core.base.kinds import Look, ReferenceKind
from core.base.units import UnitKind
from core.base.window import Moment
from core.base.workflow import LEAD, REPORTER, REVIEW, Workflow


class Record(Declared, Base):
    """What every record has besides its own fields.

    Class words: ``unit`` whom it belongs to, ``label`` its Chinese name, ``code`` its code in plan.md (F7.1),
    ``workflow`` how it is handled (default: reported, checked or sent back), ``help`` one sentence above the form.
    ``version`` guards against lost updates; ``state`` is moved by the workflow only.

    ``by``: who may file it. ``confidential``: communities and linked leaders don't see it. ``public``: all of the
    campaign's staff may read it. ``firm``: the property company of the complex may report it and see its own. ``follows``: the link
    field whose record's unit this one shares, so that it isn't asked for. ``named_by``: the fields that name a record
    where it is picked. ``once_per``: the fields of which a second record with the same values is refused.
    ``personal_days``: how long a closed record keeps its personal values after its last change (None: as the action's
    setting says; 0: as long as it stands).
    """

    __abstract__ = True
    unit: ClassVar[UnitKind]
    label: ClassVar[str]
    code: ClassVar[str] = ""
    help: ClassVar[str] = ""
    workflow: ClassVar[Workflow] = REVIEW
    by: ClassVar[tuple[str, ...]] = (REPORTER, LEAD)
    confidential: ClassVar[bool] = False
    public: ClassVar[bool] = False
    firm: ClassVar[bool] = False
    follows: ClassVar[str] = ""
    named_by: ClassVar[tuple[str, ...]] = ()
    once_per: ClassVar[tuple[str, ...]] = ()
    personal_days: ClassVar[int | None] = None

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-10)
    version: Mapped[int] = mapped_column(Integer, default=1, sort_order=90)
    state: Mapped[str] = mapped_column(String(20), sort_order=90)
    remark: Mapped[str | None] = mapped_column(String(500), sort_order=91)  # the last word of a checker
    created_at: Mapped[datetime] = mapped_column(Moment, sort_order=92)
    created_by: Mapped[str] = mapped_column(String(80), sort_order=92)
    updated_at: Mapped[datetime] = mapped_column(Moment, sort_order=93)
    moved_by: Mapped[str | None] = mapped_column(String(80), sort_order=94)

    if TYPE_CHECKING:  # the column of the class's own unit, made by __init_subclass__
        complex_id: Mapped[int]
        community_id: Mapped[int]
        grid_id: Mapped[int]
        company_id: Mapped[int]
        department_id: Mapped[int]
        leader_id: Mapped[int]
        action_id: Mapped[int]
        area_id: Mapped[int]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if "unit" in cls.__dict__ and not cls.__dict__.get("__abstract__"):
            _give_unit_column(cls, cls.unit)
        super().__init_subclass__(**kwargs)

    @classmethod
    def happened(cls) -> Field | None:
        """The field that places the record in time, if it has one."""
        return next((f for f in cls.fields() if f.happened), None)

    @classmethod
    def known(cls, look: Look, unit_id: int) -> Mapping[str, Any]:
        """What is known of a new record of that unit before anybody types (ask once); it arrives prefilled."""
        return {}

    @property
    def unit_id(self) -> int:
        return int(getattr(self, type(self).unit.column))


def _give_unit_column(cls: type[Record], unit: UnitKind) -> None:
    """The column ``<unit>_id`` and the one index every measure needs: a unit's records in a window, never all history."""
    asked = not cls.__dict__.get("follows")
    field = Field(label=unit.label, kind=ReferenceKind(to=unit), required=True, filed=asked)
    column: MappedColumn[int] = mapped_column(
        Integer, ForeignKey(f"{unit.name}.id"), nullable=False, info={"field": field}, sort_order=-5
    )
    setattr(cls, unit.column, column)
    cls.__annotations__ = {**cls.__dict__.get("__annotations__", {}), unit.column: Mapped[int]}
    columns = {name: value.column for name, value in cls.__dict__.items() if isinstance(value, MappedColumn)}
    happened = [name for name, c in columns.items() if "field" in c.info and c.info["field"].happened][:1]
    own = cls.__dict__.get("__table_args__", ())
    indexes = [Index(None, unit.column, *happened), *(Index(None, name, "id") for name in happened)]
    # What waits for somebody, and a filtered page in its order with its total, without walking what is done.
    indexes.append(Index(None, "state", *happened, "id", unit.column))
    if once := cls.__dict__.get("once_per"):
        indexes.append(Index(f"uq_{cls.__tablename__}_once", *once, unique=True))
    cls.__table_args__ = (*own, *indexes)
