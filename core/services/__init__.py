"""What the platform does, without Flask, in rooms. ``platform.py`` opens units of work (``work.py``); everything written passes
``writing/records.py`` and settles the two ledgers, ``measuring/measures.py`` and ``owing/obligations.py``; the other rooms read them."""
