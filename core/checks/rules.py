"""The list itself. Bronze: it does no harm. Silver: what it says is true. Gold: people can work with it and check it."""

from __future__ import annotations

from core.checks import counting, describing, sampling, showing
from core.checks.rule import Medal, Rule

BRONZE, SILVER, GOLD = Medal.BRONZE, Medal.SILVER, Medal.GOLD

RULES: tuple[Rule, ...] = (
    Rule(
        key="describes",
        medal=BRONZE,
        text="能导入，申报合乎约定：钩子名、键和表名的前缀、编号、核心版本",
        mend="按括号里的提示改插件的申报；改好前该行动被隔离，其余行动照常",
        check=describing.describes,
        always=True,
    ),
    Rule(
        key="begins",
        medal=BRONZE,
        text="有 __init__.py 和 plugin.py",
        mend="补上文件：__init__.py 一句话说明，plugin.py 写 ACTION 和各钩子",
        check=describing.begins,
        always=True,
    ),
    Rule(
        key="imports",
        medal=BRONZE,
        text="只引用 core.api 和插件自己",
        mend="改用 core.api 里的词；确有缺少的，请核心补充，不要绕过",
        check=describing.imports,
        always=True,
    ),
    Rule(
        key="migrations",
        medal=BRONZE,
        text="迁移步骤建出的表与记录的申报一致",
        mend="运行 actions migration <插件> <说明> 写出下一步迁移",
        check=showing.migrations,
    ),
    Rule(
        key="columns",
        medal=BRONZE,
        text="指标正好给出三列，一个对象一行，有无数据、任何一天都成立",
        mend="改 indicators.py：select(对象, 分子, 分母)，用 coverage、share、tally、count 之一最稳妥",
        check=counting.columns,
    ),
    Rule(
        key="duties",
        medal=BRONZE,
        text="时限的查询给出（对象，日期），一个对象一行，字段名存在",
        mend="改 deadlines.py：who 选一列对象，done 选（对象，日期）；时钟的 opened/stated/done_on 写记录的字段名",
        check=counting.duties,
    ),
    Rule(
        key="section",
        medal=BRONZE,
        text="报告一节在有无数据时都能生成，各种格式都能输出",
        mend="改 report.py：没有数据时用 Number(None) 和表格的 empty=，不要除以零",
        check=showing.section,
    ),
    Rule(
        key="panels",
        medal=BRONZE,
        text="小区卡片上的栏目能生成",
        mend="改 views.py：只读、只给出块",
        check=showing.panels,
    ),
    Rule(
        key="compilations",
        medal=BRONZE,
        text="汇编材料和附在各行动一节末尾的内容在有无数据时都能生成，各种格式都能输出",
        mend="改 documents.py、report.py：只用给的事实，没有数据时写明“没有”",
        check=showing.compilations,
    ),
    Rule(
        key="parts",
        medal=SILVER,
        text="只算一个对象，与总表中该对象的一行相同",
        mend="改 indicators.py：一个对象的数只取决于它自己的记录，不要排名、取前几名或用全体的合计",
        check=counting.parts,
    ),
    Rule(
        key="samples",
        medal=SILVER,
        text="每种记录都有示例，示例按日期经过同一道校验写入，每次相同",
        mend="改 sample.py：日期不晚于当天，必填齐全，只用 world.chance(...) 取随机数",
        check=sampling.samples,
    ),
    Rule(
        key="roundtrip",
        medal=SILVER,
        text="示例经表单、JSON、表格来回不变",
        mend="改字段类型：read、text、dump、load 要互为往返",
        check=sampling.roundtrip,
    ),
    Rule(
        key="settings",
        medal=SILVER,
        text="设置项的默认值经表单和存取不变",
        mend="让 default 与 kind 的类型一致",
        check=describing.settings,
    ),
    Rule(
        key="schedule",
        medal=SILVER,
        text="定时任务的时间写得明白，且会到点",
        mend='改 jobs.py：when={"day": 5, "hour": 9}，星期写 mon…sun',
        check=describing.schedule,
    ),
    Rule(
        key="evidence",
        medal=SILVER,
        text="每个数都能打开背后的记录",
        mend="给指标写 evidence=(记录类,)，并在 records 钩子里申报这些记录",
        check=describing.evidence,
    ),
    Rule(
        key="personal",
        medal=SILVER,
        text="个人信息字段加密存放、脱敏显示",
        mend="把字段改成 personal(...)；若不是个人信息，换一个不会误解的名称",
        check=describing.personal,
    ),
    Rule(
        key="labels",
        medal=GOLD,
        text="行动、记录、字段、指标、时限、设置、任务都有名称，比例写明分子分母",
        mend="补上 label=、numerator=、denominator=",
        check=describing.labels,
        always=True,
    ),
    Rule(
        key="files",
        medal=GOLD,
        text="约定的文件齐全",
        mend="补上缺的文件（见 docs/plugin-guide.md）",
        check=describing.files,
    ),
    Rule(
        key="names",
        medal=GOLD,
        text="没有约定之外的文件名",
        mend="把内容并入约定的文件，别人才找得到",
        check=describing.names,
        always=True,
    ),
    Rule(
        key="readme",
        medal=GOLD,
        text="README.md 用键写明每个指标、时限、设置、任务的口径",
        mend="在 README.md 里为每个键写一行：`键`、口径、依据",
        check=describing.readme,
    ),
)
