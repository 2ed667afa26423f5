"""The pages, one module each; every one of them is made from the Catalog and knows no action."""

from core.web.pages import (
    api,
    complexes,
    figures,
    files,
    grids,
    help,
    journal,
    language,
    lists,
    overview,
    records,
    registry,
    report,
    responsibilities,
    settings,
    sheets,
    signin,
    status,
    today,
    wall,
    workspace,
)

BLUEPRINTS = tuple(
    module.bp
    for module in (
        signin,
        language,
        today,
        overview,
        wall,
        workspace,
        settings,
        lists,
        grids,
        records,
        sheets,
        figures,
        complexes,
        report,
        registry,
        responsibilities,
        journal,
        status,
        help,
        files,
        api,
    )
)
