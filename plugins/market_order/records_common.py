"""What several records of the action share: the company behind a complex on a day."""

from datetime import date

from sqlalchemy import select

from core.api import ComplexTerm, Look


def serving(look: Look, complex_id: int, day: date) -> int | None:
    """The company that served the complex on ``day``."""
    term = select(ComplexTerm.company_id).where(
        ComplexTerm.complex_id == complex_id, ComplexTerm.since <= day, ComplexTerm.until >= day
    )
    return next((company for (company,) in look.read(term)), None)
