"""Loading the real notice's folder: what it holds, that loading again changes nothing, a broken one writes nothing."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.base import keys
from core.base.declared import Base
from core.base.errors import Invalid
from core.base.window import TZ
from core.estate.campaign import Campaign, Milestone, SettingValue
from core.estate.units import (
    ActionUnit,
    Area,
    Community,
    Company,
    Complex,
    ComplexTerm,
    Department,
    Leader,
    Listing,
    Responsibility,
    Unit,
)
from core.kernel.catalog import Catalog
from core.services.audit.journal import JournalEntry
from core.services.campaign import campaigns
from core.services.permission.access import SYSTEM_ACTOR
from core.services.store.db import Database
from core.services.work import Work
from core.services.writing import registry

MEILING = Path(__file__).parents[3] / "campaigns" / "meiling-2024"


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Work]:
    keys.use(b"test")
    db = Database(f"sqlite:///{tmp_path / 'actions.db'}")
    Base.metadata.create_all(db.engine)
    with db.writing() as session:
        yield Work(session, Catalog(plugins={}), SYSTEM_ACTOR, datetime(2024, 11, 20, 9, tzinfo=TZ), "campaign")
    db.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(MEILING, tmp_path / "campaign")


@pytest.fixture
def full(folder: Path) -> Path:
    """The notice with a company and two complexes of a made-up street list."""
    append(folder / "companies.csv", "示例物业A01,91000000MA0000001R,,,")
    head = (folder / "complexes.csv").read_text("utf-8").strip().split(",")
    one = {"名称": "示例小区01", "社区": "梅山社区", "整治类型": "整顿型", "建设状态": "已建", "物业状态": "专业物业"}
    one |= {"物业企业": "示例物业A01", "户数": "320", "名单": "safety.charging、safety.fire"}
    two = one | {"名称": "示例小区02", "物业状态": "无物业", "物业企业": "", "起始日期": "2024-05-01", "名单": ""}
    for row in (one, two):
        append(folder / "complexes.csv", ",".join(row.get(h, "") for h in head))
    return folder


def append(file: Path, line: str) -> None:
    file.write_text(file.read_text("utf-8").rstrip("\n") + "\n" + line + "\n", "utf-8")


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def count(work: Work, model: type[Base]) -> int:
    return work.session.scalar(select(func.count()).select_from(model)) or 0


def setting(work: Work, key: str) -> list[tuple[date, object]]:
    rows = select(SettingValue.since, SettingValue.value).where(SettingValue.key == key).order_by(SettingValue.since)
    return [(since, value) for since, value in work.session.execute(rows)]


def holders(work: Work, role: str, unit: type[Unit], name: str) -> list[str]:
    model: type[Unit] = Leader if role in ("leads", "first_grid", "linked") else Department
    rows = (
        select(model.name)
        .join(Responsibility, Responsibility.holder_id == model.id)
        .join(unit, unit.id == Responsibility.unit_id)
        .where(Responsibility.role == role, unit.name == name, Responsibility.unit_kind == unit.kind.name)
        .order_by(Responsibility.id)
    )
    return list(work.session.scalars(rows))


def test_the_notice_stands_in_the_store_as_printed(work: Work) -> None:
    campaigns.load(work, MEILING)
    campaign = work.campaign
    assert (campaign.key, campaign.number) == ("meiling-2024", "晋梅工委〔2024〕97号")
    assert campaign.starts_on == date(2024, 11, 8)
    assert campaign.issuer == "中共晋江市委梅岭街道工作委员会、晋江市人民政府梅岭街道办事处"
    assert not campaign.demo and campaign.today is None
    days = list(work.session.scalars(select(Milestone.due_on).order_by(Milestone.key)))
    assert days == [date(2024, 11, 8), date(2024, 11, 30), date(2024, 12, 31), date(2025, 1, 31), date(2025, 2, 1)]
    actions = list(work.session.scalars(select(ActionUnit).order_by(ActionUnit.number)))
    assert [a.number for a in actions] == list(range(1, 11))
    assert (actions[6].code, actions[6].name) == ("environment", "小区环境提升专项行动")
    assert (count(work, Leader), count(work, Community), count(work, Complex)) == (31, 16, 0)
    parents = work.session.scalars(select(Area).order_by(Area.id))
    assert [a.name for a in parents] == ["福建省", "泉州市", "晋江市", "梅岭街道"]


def test_who_answers_for_what(work: Work) -> None:
    campaigns.load(work, MEILING)
    environment = (ActionUnit, "小区环境提升专项行动")
    assert holders(work, "leads", *environment) == ["陈宜翔", "吕幸福"]
    assert holders(work, "lead", *environment) == ["城管办", "环卫办"]
    assert holders(work, "shares", *environment) == ["社会事务办", "执法中队", "各社区", "各网格"]
    assert "消防队" in holders(work, "shares", ActionUnit, "安全防范提升专项行动")  # printed 防火队 there (Q26)
    grids = select(func.count()).where(Responsibility.role == "first_grid")
    assert work.session.scalar(grids) == 11
    assert holders(work, "first_grid", Community, "赤西社区") == ["王荣誉"]


def test_targets_and_days_are_settings_in_force_from_the_first_day(work: Work) -> None:
    campaigns.load(work, MEILING)
    start = date(2024, 11, 8)
    assert setting(work, "environment.first_cleanup.due") == [(start, "2024-11-15")]
    assert setting(work, "environment.serviced.target") == [(start, "1.0")]
    assert setting(work, "environment.serviced.default") == [(start, True)]
    assert setting(work, "environment.cleaned_monthly.by") == []
    assert setting(work, "environment.shortboards_closed.target") == []
    assert setting(work, "security_guards.trained.target") == [(start, "0.25"), (date(2025, 1, 1), "1.0")]
    assert work.settings["self_governance.committees_formed.target"] == "0.6"


def test_doubtful_facts_are_kept_as_printed_and_named(work: Work) -> None:
    loaded = campaigns.load(work, MEILING)
    said = "\n".join(loaded.doubts)
    assert said.count("Q27") == 3 and "陈文祥：方案未印职务" in said and "城管办：" in said and "桂山社区：" in said
    titles = dict(work.session.execute(select(Leader.name, Leader.title)).all())
    assert titles["蔡于洋"] == "党工委书记" and titles["陈文祥"] is None
    assert work.session.scalar(select(Community.code).where(Community.name == "碧山社区")) is None


def test_loading_twice_changes_nothing(work: Work, full: Path) -> None:
    first = campaigns.load(work, full)
    work.session.commit()  # lines of the journal are written then
    tables = (Campaign, Milestone, Community, Complex, ComplexTerm, Listing, Responsibility, SettingValue, JournalEntry)
    before = Counter({t.__tablename__: count(work, t) for t in tables})
    second = campaigns.load(work, full)
    work.session.commit()
    assert not first.nothing and second.nothing and str(second) == "没有变化"
    assert Counter({t.__tablename__: count(work, t) for t in tables}) == before
    assert work.session.scalar(select(func.max(Complex.version))) == 1


def test_complexes_come_with_company_lists_and_since_when(work: Work, full: Path) -> None:
    campaigns.load(work, full)
    one = work.session.scalars(select(Complex).where(Complex.name == "示例小区01")).one()
    company = work.session.get_one(Company, one.company_id)
    assert company.name == "示例物业A01"
    assert set(work.session.scalars(select(Listing.name).where(Listing.complex_id == one.id))) == {
        "safety.charging",
        "safety.fire",
    }
    since = select(Complex.name, ComplexTerm.since).join(ComplexTerm, ComplexTerm.complex_id == Complex.id)
    terms = dict(work.session.execute(since).all())
    assert terms["示例小区01"] < date(2024, 11, 1) and terms["示例小区02"] == date(2024, 5, 1)


def test_a_changed_file_updates_just_that(work: Work, full: Path) -> None:
    campaigns.load(work, full)
    edit(full / "targets.toml", 'due = 2024-11-15\nclause = "二（七）"', 'due = 2024-11-18\nclause = "二（七）"')
    edit(full / "leaders.csv", "陈文祥,,", "陈文祥,办事处四级调研员,")
    edit(full / "communities.csv", "梅园社区,", "新梅园社区,")
    edit(full / "responsibilities.csv", "牵头部门,环卫办,小区环境提升专项行动,2024-11-08,\n", "")
    edit(full / "complexes.csv", "safety.charging、safety.fire", "safety.charging")
    again = campaigns.load(work, full)
    assert again.changed == {"目标与期限": 2, "领导": 1, "社区": 1, "小区": 1}  # the doubts name 新梅园社区 now
    assert again.removed == {"责任分工": 1} and not again.added and again.days_moved
    assert setting(work, "environment.first_cleanup.due") == [(date(2024, 11, 8), "2024-11-18")]
    assert count(work, Community) == 16  # known by its code: renamed, not doubled
    fire = work.session.scalars(select(Listing).where(Listing.name == "safety.fire")).one()
    assert fire.until == date(2024, 11, 19)
    assert campaigns.load(work, full).nothing


def test_a_line_taken_out_of_the_targets_is_taken_out_of_the_system(work: Work, folder: Path) -> None:
    campaigns.load(work, folder)
    edit(folder / "targets.toml", 'target = "0.5"\nby = 2024-12-31\n', 'target = "0.5"\n')
    assert campaigns.load(work, folder).removed == {"目标与期限": 1}
    assert setting(work, "party_coverage.committees_with_three.by") == []
    work.session.commit()  # lines of the journal are written then
    said = select(JournalEntry.changes).where(JournalEntry.subject == "party_coverage.committees_with_three.by")
    assert work.session.scalars(said).one() == {"value": ["2024-12-31", None]}


def test_loading_again_does_not_undo_what_was_changed_on_the_pages(work: Work, full: Path) -> None:
    campaigns.load(work, full)
    two = work.session.scalars(select(Complex).where(Complex.name == "示例小区02")).one()
    company = work.session.scalars(select(Company.id)).one()
    registry.save(
        work, Complex, {"service": "打包委托", "company_id": company}, unit_id=two.id, effective=date(2024, 12, 1)
    )
    assert campaigns.load(work, full).nothing
    assert two.service == "打包委托" and count(work, ComplexTerm) == 3


def break_community(folder: Path) -> None:
    edit(folder / "complexes.csv", "梅山社区", "无此社区")


def break_date(folder: Path) -> None:
    edit(folder / "responsibilities.csv", "2024-11-08", "2024-11-31")


def break_name(folder: Path) -> None:
    append(folder / "communities.csv", "梅山社区,,梅岭街道,")


def break_target(folder: Path) -> None:
    edit(folder / "targets.toml", 'target = "0.6"', 'target = "60%"')


def break_word(folder: Path) -> None:
    edit(folder / "campaign.toml", 'printed = "至2024年11月底"', 'print = "至2024年11月底"')


def break_company(folder: Path) -> None:
    edit(folder / "companies.csv", "91000000MA0000001R", "91000000MA0000001X")


def break_service(folder: Path) -> None:
    edit(folder / "complexes.csv", "专业物业,示例物业A01", "专业物业,")


def break_heading(folder: Path) -> None:
    edit(folder / "leaders.csv", "名称,", "姓名,")


def break_toml(folder: Path) -> None:
    edit(folder / "targets.toml", "due = 2024-11-15", "due = 2024-11-45")


BROKEN: list[tuple[Callable[[Path], None], str, str, str]] = [  # fault, file, what stands on its line, what is said
    (break_community, "complexes.csv", "无此社区", "社区：没有名为“无此社区”的社区"),
    (break_date, "responsibilities.csv", "2024-11-31", "没有这一天"),
    (break_name, "communities.csv", "梅山社区,,", "“梅山社区”与第 2 行重名"),
    (break_target, "targets.toml", '"60%"', "目标应为"),
    (break_word, "campaign.toml", "print =", "不认识的项“print”"),
    (break_word, "campaign.toml", '[[milestone]]\nkey = "M2"', "缺少“printed”"),
    (break_company, "companies.csv", "91000000MA0000001X", "校验位不符"),
    (break_service, "complexes.csv", "示例小区01", "请选择物业企业"),
    (break_heading, "leaders.csv", "姓名,", "不认识的列名“姓名”"),
    (break_heading, "leaders.csv", "姓名,", "缺少列：名称"),
    (break_toml, "targets.toml", "2024-11-45", "文件格式有误"),
]


@pytest.mark.parametrize(("fault", "file", "there", "words"), BROKEN)
def test_a_fault_is_named_with_file_and_line(
    work: Work, full: Path, fault: Callable[[Path], None], file: str, there: str, words: str
) -> None:
    fault(full)
    line = (full / file).read_text("utf-8").partition(there)[0].count("\n") + 1
    with pytest.raises(Invalid) as caught:
        campaigns.load(work, full)
    said = caught.value.by_field()
    assert any(words in text for text in said.get(f"{file}:{line}", [])), said
    assert count(work, Campaign) == count(work, Area) == count(work, JournalEntry) == 0


def test_a_missing_file_is_named(work: Work, folder: Path) -> None:
    (folder / "areas.csv").unlink()
    with pytest.raises(Invalid) as caught:
        campaigns.load(work, folder)
    assert "缺少文件 areas.csv" in caught.value.by_field()["areas.csv"][0]
    assert count(work, Campaign) == 0


def test_all_faults_are_told_at_once(work: Work, full: Path) -> None:
    for fault in (break_community, break_date, break_name, break_target, break_word, break_company):
        fault(full)
    with pytest.raises(Invalid) as caught:
        campaigns.load(work, full)
    files = {p.field.partition(":")[0] for p in caught.value.problems}
    assert files == {
        "complexes.csv",
        "responsibilities.csv",
        "communities.csv",
        "targets.toml",
        "campaign.toml",
        "companies.csv",
    }
    assert count(work, Campaign) == 0


def test_a_table_saved_by_older_excel_is_read(work: Work, folder: Path) -> None:
    file = folder / "communities.csv"
    file.write_bytes(file.read_text("utf-8").replace("\n", "\r\n").encode("gb18030"))
    campaigns.load(work, folder)
    assert count(work, Community) == 16


def test_a_second_campaign_is_refused(work: Work, folder: Path) -> None:
    campaigns.load(work, folder)
    edit(folder / "campaign.toml", 'key = "meiling-2024"', 'key = "other-2025"')
    with pytest.raises(Invalid, match="一个数据库只装一个专项行动"):
        campaigns.load(work, folder)


def test_an_action_nobody_has_a_plugin_for_is_kept(work: Work, folder: Path) -> None:
    append(folder / "targets.toml", '[indicator."elevators.inspected"]\ntarget = "1"\nby = 2025-03-31')
    campaigns.load(work, folder)
    assert setting(work, "elevators.inspected.by") == [(date(2024, 11, 8), "2025-03-31")]
