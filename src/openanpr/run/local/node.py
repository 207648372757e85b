"""What `openanpr node` asks a running node: how it does, and a backup of it."""

from __future__ import annotations

from typing import Any

from openanpr.run.local.verb import Verb, fields, rows

_CLAIMED = (
    "names are claims of this machine's owner: fewer than two administrators can sign in "
    "(openanpr people first-link)"
)


def _standing(answer: Any) -> str:  # noqa: ANN401 - JSON
    reads, alerts = answer["counts"]["reads"], answer["alerts"]
    consumers = [{"consumer": name, **one} for name, one in answer["consumers"].items()]
    lists = [{"list": name, **one} for name, one in answer["lists"].items()]
    held = sum(answer["quarantine"].values())
    known = sum(alerts["open"].values()), sum(alerts["waiting"].values()), alerts["present"]
    log = answer["audit"]
    unsigned, age_s = log["entries"] - log["checkpoint_size"], log["checkpoint_age_s"]
    lines = [
        f"since {answer['started_at']} under {answer['profile']}:",
        f"{reads.get('accepted', 0)} reads accepted, {reads.get('late', 0)} late; {held} in quarantine",
        rows("consumer", "waiting", "batches", "failures")(consumers),
        f"{answer['listed']} entries are matched with",
        rows("list", "entries", "revision", "stale", nothing="no list")(lists),
        f"audit log: {log['entries']} entries, {unsigned} since the checkpoint of {age_s:.0f} s ago",
        "alerts open: {}, waiting: {}; {} listen".format(*known),
    ]
    if (public := answer["public"]) is not None:
        asked = sum(one["count"] for one in public["requests"])
        lines.append(f"public pages made {public['made_at'] or 'not yet'}; {asked} requests of the public")
    proved = answer["names"] == "proved"
    lines.append("names are proved by sign-in" if proved else _CLAIMED)
    alarms = [f"ALARM {one['name']} ({one['about']}): {one['sentence']}" for one in answer["alarms"]]
    return "\n".join([*lines, *(alarms or ["no alarm"])])


STATUS = Verb("status", "how the node does, with its alarms", "GET", "/node", _standing)
BACKUP_SHOWN = fields("destination", "files", "bytes", "ended_at")
