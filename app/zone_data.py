"""Use the pinned time zone data (`tzdata`) in this process and in those that it starts.

`zoneinfo` prefers the system's data, and those may be years old: a session would then be told at another hour here than
on the phones of the people who come to it. Imported before everything else, because a zone is read once.
"""

import os
import zoneinfo

zoneinfo.reset_tzpath(())
zoneinfo.ZoneInfo.clear_cache()
os.putenv("PYTHONTZPATH", "")  # what processes that we start go by
