"""Changing a setting: who, what, why. A target, a date, a baseline is changed by the action's lead department or the
administrator, from today on; what was true before stays as it was judged."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select

from core.base.describe import Shape
from core.base.errors import Forbidden, Invalid, NotFound, Problem
from core.base.kinds_of_time import DayKind
from core.base.say import Say
from core.estate.campaign import SettingValue
from core.services.audit import journal
from core.services.campaign.settings import target_of
from core.services.permission import access
from core.services.work import Work


def may_change(work: Work, slug: str) -> bool:
    """May the person change the settings of an action?"""
    plugin = work.catalog.plugins.get(slug)
    return access.may_set(work.actor, slug, coordinated=plugin is not None and plugin.action.coordinated)


def change(work: Work, key: str, raw: Any, reason: str) -> None:
    """Set ``key`` to ``raw`` from today on; every figure and duty of today is reckoned anew at the end of ``work``."""
    if not may_change(work, key.partition(".")[0]):
        raise Forbidden(Say("只有牵头部门和系统管理员可以修改此设置"))
    if not reason.strip():
        raise Invalid([Problem("reason", Say("请写明修改原因"))])
    before, value = _in_force(work, key), _read(work, key, raw)
    if before == value:
        raise Invalid([Problem("value", Say("与现值相同，没有修改"))])
    found = select(SettingValue).where(SettingValue.key == key, SettingValue.since == work.today)
    row = work.session.scalars(found).first()
    if row is None:
        row = SettingValue(key=key, since=work.today)
        work.session.add(row)
    declared = work.catalog.settings.get(key)
    row.value = declared.kind.dump(value) if declared else value
    work.session.flush()
    changes = {"value": [_plain(work, key, before), row.value], "remark": [None, reason.strip()[:500]]}
    journal.write(work, "set", key, row.id, changes)
    work.campaign.revision += 1
    work.session.flush()
    work.forget()
    work.everything = True


def _in_force(work: Work, key: str) -> Any:
    """What holds before the change, as it would be kept: the plugin's own word where the campaign says nothing."""
    owner, _, word = key.rpartition(".")
    if owner in work.catalog.indicators and word == "target":
        target = target_of(work.catalog.indicators[owner], work.settings)
        return None if target is None else _typed(Decimal(target.value.numerator) / target.value.denominator)
    return work.settings.get(key)


def _typed(value: Decimal) -> str:
    """0.8, whether it was kept as 0.80 or 80%."""
    return f"{value.normalize():f}"


def _plain(work: Work, key: str, value: Any) -> Any:
    declared = work.catalog.settings.get(key)
    return declared.kind.dump(value) if declared and value is not None else value


def _read(work: Work, key: str, raw: Any) -> Any:
    """``raw`` as the setting keeps it; ``Invalid`` says what to type instead."""
    declared = work.catalog.settings.get(key)
    owner, _, word = key.rpartition(".")
    try:
        if declared is not None:
            return declared.kind.read(raw, work.look)
        if owner in work.catalog.indicators and word == "target":
            share = work.catalog.indicators[owner].shape in (Shape.RATIO, Shape.REDUCTION)
            return _typed(_share(raw) if share else _number(raw))
        if (owner in work.catalog.indicators and word == "by") or (owner in work.catalog.deadlines and word == "due"):
            day: date = DayKind().read(raw, work.look)
            return day.isoformat()
    except ValueError as error:
        raise Invalid([Problem("value", error.args[0])]) from None
    raise NotFound(key)


def _share(raw: Any) -> Decimal:
    """80%, 80 and 0.8 are the same share; more than all of it is a slip of the finger."""
    typed = str(raw).strip()
    value = _number(typed.removesuffix("%"))
    share = value / 100 if typed.endswith("%") or value > 1 else value
    if share > 1:
        raise ValueError(Say("百分比不能超过100%：请填写例如 80% 或 80"))
    return share


def _number(raw: Any) -> Decimal:
    try:
        value = Decimal(str(raw).strip())
    except InvalidOperation:
        raise ValueError(Say("请填写数字，例如 80% 或 40")) from None
    if not value.is_finite() or value < 0:
        raise ValueError(Say("请填写不小于零的数字"))
    return value
