"""What each alarm of a node means and what to do, and what each of its jobs is for, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class AlarmWords:
    """An alarm in words: its name, what it means, what to do; `path` is where, "" for nowhere here.

    The last two stand below the alarm's own sentence, which has its figures, and say nothing of it again.
    `means` is "" where that sentence says it all.
    """

    title: str
    means: str
    do: str
    path: str = ""
    grave: bool = False


ALARM_WORDS: Final = {
    "audit_log_refuses": AlarmWords(
        "The log takes nothing more",
        "Its disk is full, or failed under it. No delivery, no step and no sign-in is taken.",
        "Make room on the log's disk. Where the disk failed, mend it, then start the node again.",
        grave=True,
    ),
    "disk_low": AlarmWords(
        "The disk is nearly full",
        "Senders are told to come later, and come by themselves.",
        "Make room on the disk of the journal.",
        grave=True,
    ),
    "consumer_failing": AlarmWords(
        "A step fails again and again",
        "It is tried again by itself, and goes on where it stopped.",
        "The node's own log names the fault: a full disk, a database that is away, a broken one.",
        grave=True,
    ),
    "consumer_behind": AlarmWords(
        "A step is behind",
        "Alerts or stored reads come late.",
        (
            "Is it failing? Is the machine too slow, or did a reader come back after days "
            "away? It catches up, or needs a quicker disk."
        ),
    ),
    "deleted_day_returned": AlarmWords(
        "A deleted day has come back",
        "It comes so after a restore.",
        "Where nothing was restored, find out who puts it there.",
        "/administration/retention",
        grave=True,
    ),
    "reads_damaged": AlarmWords(
        "Stored reads are damaged",
        "They could not be read at the start. Alerts are not touched.",
        "Look at the disk. Restore the last backup if what is missing matters more than what came since.",
        grave=True,
    ),
    "chore_failing": AlarmWords(
        "A job fails",
        (
            "Failing retention is a breach that is under way; failing to follow lists means "
            "that new entries are not matched."
        ),
        "The node's own log names the fault. Mend it the same day.",
    ),
    "alert_unattended": AlarmWords(
        "Alerts wait, and nobody is there",
        "",
        "Get somebody with the right role to watch, or answer them.",
        grave=True,
    ),
    "nobody_present": AlarmWords(
        "Nobody watches alerts",
        "Webhooks do not count as somebody.",
        "Have the page of alerts open where people sit.",
    ),
    "webhook_dead": AlarmWords(
        "Webhooks were given up",
        "A system did not take a message for three days.",
        "Each message can be sent from here.",
        "/administration/webhooks",
    ),
    "list_stale": AlarmWords(
        "A list is stale",
        "It is older than it may be, or nobody knows how old.",
        "Ask its source for a file, and look whether a change waits for approval.",
        "/lists",
    ),
    "authority_unconfirmed": AlarmWords(
        "An oral authority is not confirmed",
        "Nothing more of them is opened.",
        "The officers see them among their approvals, and confirm or deny.",
        "/approvals",
    ),
    "review_overdue": AlarmWords(
        "Review is overdue",
        "An item is a sample of searches, or a signal.",
        "An auditor of another team takes them. Where there is none, make one.",
        "/review",
    ),
    "reviews_due": AlarmWords(
        "Entries are due for review",
        "Nobody has said lately that they are still true.",
        "Their owners look at them, and confirm, correct or remove each.",
        "/lists",
    ),
    "camera_lapsed": AlarmWords(
        "Cameras may not deliver any more",
        "Nobody renewed them in time, they got no case, or it was refused or withdrawn.",
        "See which they are by openanpr sites cameras. Stop the reader of one that is not wanted.",
        grave=True,
    ),
    "site_overdue": AlarmWords(
        "The review of a site is overdue",
        "The days of grace run.",
        "Write the review now; another person renews upon it, or lets it end.",
    ),
    "site_due": AlarmWords(
        "A site must be seen to",
        "Its year is nearly over, or it was authorised and has not passed yet.",
        "Begin with it: openanpr sites list tells where each stands.",
    ),
    "camera_without_case": AlarmWords(
        "Cameras without a case",
        "Nobody has shown yet what they are for.",
        "Draft one for each, or retire what is not needed.",
    ),
    "impact_assessment_old": AlarmWords(
        "An impact assessment is old",
        "",
        "Have it gone through, and note that: openanpr sites dpia-reviewed.",
    ),
    "rules_for_nothing": AlarmWords(
        "Settings name a list that is not there",
        "Its window and routes hold for nothing.",
        "Where the settings were mended, start the node again.",
    ),
    "forward_stopped": AlarmWords(
        "The other node refuses our reads",
        "Waiting does not mend it: not enrolled, code used up, key revoked or clock wrong.",
        "Ask its operator. Reads wait here meanwhile.",
        grave=True,
    ),
    "forward_full": AlarmWords(
        "The outbox to the other node is full",
        "The journal keeps what follows, and grows.",
        "Mend the line, and look at the disk.",
    ),
    "figures_late": AlarmWords(
        "Figures for the public are late",
        "A month is over and settled, and its figures are not published.",
        "See that the audit log and the databases answer; openanpr figures publish says what keeps it.",
    ),
    "public_site_old": AlarmWords(
        "The public pages are old",
        "What everybody reads is the site of before, or nothing.",
        "Among the jobs stands the fault: mend that.",
        "/administration/jobs",
    ),
    "public_site_wrong": AlarmWords(
        "Something on the public pages is not right",
        "A document may have been changed in the control database.",
        "Each is named then. Restore a backup where it was changed.",
        grave=True,
    ),
    "rights_late": AlarmWords(
        "People wait for an answer beyond their day",
        "A complaint was not acknowledged, or somebody not answered, by the day that the profile sets.",
        "Their owners must write, and say that it is late: openanpr rights queue.",
        grave=True,
    ),
    "rights_due_soon": AlarmWords(
        "People must soon have an answer",
        "The day by which somebody is to be answered comes within the week.",
        "Tell whoever owns that kind of case.",
    ),
    "challenge_unconfirmed": AlarmWords(
        "Devices have not confirmed a correction",
        "Who challenged an entry may still be stopped: a device may hold the list of before.",
        "Each challenge names its silent devices: fetch them in, or explain them there.",
        "/challenges",
        grave=True,
    ),
    "quarantine_waiting": AlarmWords(
        "Reads are held",
        "",
        "Look at them. Many of one device: mend the device.",
        "/administration/quarantine",
    ),
}
"""By the alarm's name."""

JOB_WORDS: Final = {
    "retention": "Lets go of whole days that are past their time, each with a certificate",
    "look for deleted days": "Looks whether anything that was certified as deleted can be found",
    "trim the journal": "Lets go of deliveries that every step has taken",
    "trim events": "Lets go of events that nobody will ask for",
    "weed lists": "Takes entries off lists after their last day",
    "count cases of the public": "Counts whom to answer soon, and who was not answered in time",
    "forget words of cases": "Erases what people wrote, some time after their case was closed",
    "look for reviews": "Counts entries that are due for review",
    "take in feeds": "Takes in files of lists from the watched folder",
    "erase old openings": "Erases the secret parts of log entries that are past their time",
    "count what waits for people": "Counts authorities and reviews that are overdue",
    "forget searches and findings": "Lets go of results and findings that are past their time",
    "match": "Compares reads with lists",
    "store": "Keeps reads for search",
    "quarantine": "Puts aside what could not be taken",
    "forward": "Hands reads on to another node",
    "look back": "Looks for new entries of lists among reads of the last day",
    "publish figures": "Counts a month for the public once it is over and settled, and publishes it",
    "make the public site": "Makes the pages for the public anew where something that they show has changed",
    "forget previews": "Forgets the pictures of live previews after ten seconds",
    "follow lists": "Takes changed lists into matching",
    "sign the audit log": "Signs the log, so that others can check it",
    "alert clock": "Escalates alerts that wait too long",
    "housekeeping": "Does the chores above, each at its pace",
    "review searches": "Draws samples of searches for review and looks for signals",
}
"""By the job's name; others, as of each webhook and folder, bear their own."""
