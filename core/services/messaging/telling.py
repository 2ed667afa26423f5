"""What a plugin's job tells people (``JobContext.tell``): a message in the inbox of who leads its action, of the coordination
group or of one community, and by the ways out that are set up. Told in the transaction of the run; once a run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from core.base.workflow import COORDINATOR, LEAD, REPORTER
from core.services.messaging import messages, reminders
from core.services.messaging.messages import WAYS, Told
from core.services.permission.access import COORDINATION, DEPARTMENT, OFFICER, Actor
from core.services.work import Work

LONGEST_TITLE = 200


@dataclass(frozen=True)
class Teller:
    """``tell`` of one run."""

    work: Work
    job: str
    scheduled: datetime

    def __call__(self, title: str, text: str, *, to: str = LEAD, community_id: int = 0, link: str = "") -> int:
        slug = self.job.partition(".")[0]
        said = "\n".join((self.job, self.scheduled.isoformat(), title, text))
        same = sha256(said.encode()).hexdigest()[:32]
        told = [
            Told(
                key=f"job/{me.login}/{same}",
                login=me.login,
                kind="job",
                title=title[:LONGEST_TITLE],
                text=text,
                link=link or f"/a/{slug}/",
                group=to == COORDINATOR and first,
            )
            for first, me in self._people(to, slug, community_id)
        ]
        return messages.tell(self.work, told, WAYS, after=reminders.awake(self.work.now))

    def _people(self, to: str, slug: str, community_id: int) -> Iterator[tuple[bool, Actor]]:
        """Whom it is for, and whether it is the first of them: a chat group is told once."""
        if to not in (LEAD, COORDINATOR, REPORTER) or (to == REPORTER) != bool(community_id):
            raise ValueError("tell to LEAD, to COORDINATOR, or to REPORTER with the community_id")
        everybody = reminders.everybody(self.work)
        group = [me for me in everybody if me.role == COORDINATION]
        if to == REPORTER:
            found = [me for me in everybody if me.role == OFFICER and me.community_id == community_id]
        elif to == LEAD:
            found = [me for me in everybody if me.role == DEPARTMENT and slug in me.leads]
        else:
            found = group
        yield from ((at == 0, me) for at, me in enumerate(found or group))
