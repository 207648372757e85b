"""One object with all that people ask of a store: what `people/ports.py` names, joined."""

from __future__ import annotations

import sqlalchemy as sa

from openanpr.store.control.people_accounts import PeopleAccounts
from openanpr.store.control.people_credentials import PeopleCredentials, PeopleLinks
from openanpr.store.control.people_roles import PeopleProposals, PeopleRoles
from openanpr.store.control.people_services import PeopleDeclared, PeopleServices
from openanpr.store.control.people_sessions import PeopleSessions, PeopleTries


class PeopleRecords:
    """The people of one control database, as `people.ports.PeopleStore`. Safe to share between threads."""

    def __init__(self, engine: sa.Engine) -> None:
        accounts, credentials, links = PeopleAccounts(engine), PeopleCredentials(engine), PeopleLinks(engine)
        self.add = accounts.add
        self.find = accounts.find
        self.by_login = accounts.by_login
        self.every = accounts.every
        self.disable = accounts.disable
        self.enable = accounts.enable
        self.account_of = accounts.account_of
        self.add_with = accounts.add_with
        self.credentials = credentials.credentials
        self.rehash = credentials.rehash
        self.use_step = credentials.use_step
        self.use_recovery = credentials.use_recovery
        self.replace_recovery = credentials.replace_recovery
        self.accept = credentials.accept
        self.add_passkey = credentials.add_passkey
        self.passkey = credentials.passkey
        self.passkeys_of = credentials.passkeys_of
        self.count = credentials.count
        self.remove_passkey = credentials.remove_passkey
        self.put_link = links.put_link
        self.link = links.link
        self.put_challenge = links.put_challenge
        self.take_challenge = links.take_challenge
        self._join_roles(engine)
        self._join_sessions(engine)

    def _join_roles(self, engine: sa.Engine) -> None:
        roles, proposals = PeopleRoles(engine), PeopleProposals(engine)
        self.grants_of = roles.grants_of
        self.every_grant = roles.every_grant
        self.give = roles.give
        self.withdraw = roles.withdraw
        self.record = roles.record
        self.trainings_of = roles.trainings_of
        self.propose = proposals.propose
        self.proposal = proposals.proposal
        self.undecided = proposals.undecided
        self.decide = proposals.decide

    def _join_sessions(self, engine: sa.Engine) -> None:
        sessions, tries = PeopleSessions(engine), PeopleTries(engine)
        services, declared = PeopleServices(engine), PeopleDeclared(engine)
        self.put_session = sessions.put_session
        self.session = sessions.session
        self.follow = sessions.follow
        self.seen = sessions.seen
        self.end_family = sessions.end_family
        self.end_sessions = sessions.end_sessions
        self.open_sessions = sessions.open_sessions
        self.begin_try = tries.begin_try
        self.succeeded = tries.succeeded
        self.give_back = tries.give_back
        self.put_service = services.put_service
        self.service = services.service
        self.every_service = services.every_service
        self.revoke_service = services.revoke_service
        self.declare = declared.declare
        self.declared_of = declared.declared_of
        self.declared_by_shape = declared.declared_by_shape
        self.withdraw_declared = declared.withdraw_declared
