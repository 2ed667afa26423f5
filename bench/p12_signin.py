"""P12: how long a wrong password takes for a name that is known against one that is not (A01): the time must not tell them
apart. Told, not asserted by a test: a busy machine may say anything once."""

from __future__ import annotations

import statistics
import time

from bench.line import Line, shown
from bench.world import Made
from core.services.identity import accounts, lockout, policy, signing_in
from core.services.identity.signing_in import Whence

TRIES = 200


def run(made: Made) -> list[Line]:
    """Both take turns; failures are forgiven in between, so that no lock shortens the way."""
    platform, login = made.platform, "group"
    with platform.work() as work:
        rules = policy.of(platform.config, work.campaign)
        accounts.set_password(work, login, "Wq7-vendor!x-bench", rules)
        mine = accounts.named(work, login).id
    taken: dict[str, list[float]] = {login: [], "nobody": []}
    for n in range(TRIES):
        for name, times in taken.items():
            began = time.perf_counter()
            signing_in.by_password(platform, name, "wrong-password", Whence(f"192.0.2.{n}"), accounts.real_now())
            times.append(time.perf_counter() - began)
        with platform.work(settle=False) as work:
            lockout.unlock(work.session, mine)
            lockout.forgive(work.session, lockout.key_of_account(work.session, "nobody", None, "", accounts.real_now()))
    known, unknown = (statistics.median(times) for times in taken.values())
    ratio = known / unknown
    return [
        Line(
            "P12",
            made.name,
            "wrong password, known name",
            shown(known),
            shown(unknown),
            f"{ratio:.3f}",
            "+- 10 %",
            abs(ratio - 1) < 0.1,
        )
    ]
