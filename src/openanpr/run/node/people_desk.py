"""What acts of people need, made of a node's stores and its own key."""

from __future__ import annotations

import os

from openanpr.people.desk import Desk
from openanpr.people.keys import PeopleKeys
from openanpr.people.password import HashCost, Passwords
from openanpr.people.session import SessionRules
from openanpr.people.training import TrainingRules
from openanpr.run.node.desks import fresh_id
from openanpr.run.node.people_log import PeopleLog
from openanpr.run.node.stores import Stores


def people_desk(stores: Stores) -> Desk:
    """Return the desk: its keys come of the node's hash key, which lies outside the database."""
    return Desk(
        store=stores.people,
        keys=PeopleKeys.derive(stores.secrets.hash_key.key),
        passwords=Passwords(HashCost(), os.urandom),
        chance=os.urandom,
        fresh_id=fresh_id,
        sessions=SessionRules(),
        training=TrainingRules(),
        log=PeopleLog(stores.log),
    )
