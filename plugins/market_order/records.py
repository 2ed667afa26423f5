"""Everything the action keeps (plan 1.4, F5.1-F5.9), by topic."""

from plugins.market_order.records_assessment import Assessment, Bulletin, Deduction, Item, Standard
from plugins.market_order.records_company import Credit, CreditRound, Exit, Restriction
from plugins.market_order.records_income import Income, IncomeProblem
from plugins.market_order.records_publicity import Issue, Place, SelfCheck, Smile

RECORDS = (
    Standard,
    Item,
    Assessment,
    Deduction,
    Bulletin,
    Restriction,
    Exit,
    Credit,
    CreditRound,
    Smile,
    Place,
    SelfCheck,
    Issue,
    Income,
    IncomeProblem,
)
