"""What is owed (plan 1.3, D28): one project and one plan in each complex by the end of the year."""

from core.api import COMPLEX, Deadline, Once
from plugins.micro_projects.indicators import planned, reached
from plugins.micro_projects.records import Project

DEADLINES = (
    Deadline(
        key="micro_projects.project",
        label="“微实事”不少于1个",
        code="D28",
        clause="二（十）",
        unit=COMPLEX,
        due=Once(),
        done=reached,
        answers=Project,
        settles="1个项目立项（阶段可设置）",
    ),
    Deadline(
        key="micro_projects.plan",
        label="“一个小区一个方案”",
        code="D28",
        clause="二（十）",
        unit=COMPLEX,
        due=Once(),
        done=planned,
        answers=Project,
        settles="上传方案",
    ),
)
