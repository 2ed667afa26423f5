"""What runs by the clock: every Monday at 08:30, how far the census is."""

from sqlalchemy import func, select

from core.api import Job, JobContext, counts
from plugins.party_coverage.records import CensusEntry, CompanyCensus, ComplexCensus


def sum_up(context: JobContext) -> str:
    def many(record: type[CensusEntry] | type[ComplexCensus] | type[CompanyCensus]) -> int:
        ((number,),) = context.read(select(func.count()).select_from(record).where(counts(record)))
        return int(number)

    return (
        f"已登记小区党员{many(CensusEntry)}人；摸底完成的小区{many(ComplexCensus)}个、物业企业{many(CompanyCensus)}家。"
    )


JOBS = (
    Job(
        key="party_coverage.census_progress",
        label="党员摸底进度",
        when={"day_of_week": "mon", "hour": 8, "minute": 30},
        run=sum_up,
    ),
)
