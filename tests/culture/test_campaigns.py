"""From planning to frozen figures: who is asked, what an answer leaves behind, and what is left when it is closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning import clock
from learning.access.models import AuditEvent
from learning.culture import answering, asking, campaigns, figures, results, sharing
from learning.culture.anonymity import Bound
from learning.culture.campaigns import State, reminder_days, state
from learning.culture.models import CultureCampaign, CultureGroup, CultureInvitation, CultureLink, CultureTally
from learning.database import table_of
from learning.notifications.models import OutboxMessage
from learning.organisation import merging
from learning.organisation.models import Person
from tests.culture.scene import STATEMENTS, Town, answer, make_town, open_campaign, token_of
from tests.factories import make_person, make_position, make_unit

MONDAY = datetime(2026, 9, 7, 8, tzinfo=UTC)


def everybody(town: Town) -> Sequence[Person]:
    return [town.hr, *(person for people in town.people.values() for person in people)]


def test_everybody_with_a_position_is_sent_a_link_and_only_its_hash_is_kept(session: Session) -> None:
    town = make_town(session)
    gone = make_person(session)
    make_position(session, gone, town.health, ends_on=date(2021, 1, 1))
    campaign = open_campaign(session, town)
    assert state(campaign) is State.OPEN
    mails = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "culture-invited")).all()
    assert {mail.person_id for mail in mails} == {person.id for person in everybody(town)}
    assert all(mail.is_private for mail in mails)
    token = token_of(session, town.hr)
    assert "We ask because" in mails[0].words[0]
    kept = session.scalars(select(CultureLink.token_hash)).all()
    assert token not in kept
    assert campaigns.hash_of(token) in kept


def test_an_answer_leaves_counts_and_a_day_and_nothing_that_ties_them(session: Session) -> None:
    town = make_town(session)
    campaign = open_campaign(session, town)
    ada = town.people["Health"][0]
    trail = session.scalar(select(func.count()).select_from(AuditEvent))
    mails = session.scalar(select(func.count()).select_from(OutboxMessage))
    answer(session, ada, 4, c1=0)
    session.flush()
    assert session.scalar(select(func.count()).select_from(AuditEvent)) == trail
    assert session.scalar(select(func.count()).select_from(OutboxMessage)) == mails
    group = session.scalars(select(CultureGroup).where(CultureGroup.name == "Health")).one()
    counted = session.scalars(select(CultureTally).where(CultureTally.group_number == group.number)).all()
    assert {tally.statement: sum(tally.counts) for tally in counted} == {each: int(each != "c1") for each in STATEMENTS}
    used = session.scalars(select(CultureInvitation).where(CultureInvitation.used_on.is_not(None))).one()
    assert used.person_id == ada.id
    assert used.used_on == clock.today()
    columns = {column.name for column in table_of(CultureTally).columns}
    assert columns == {"campaign_id", "group_number", "statement", *(f"answered_{value}" for value in range(1, 6))}
    assert campaign.closed_on is None


def test_a_link_answers_once_whatever_the_mail_it_came_in(session: Session) -> None:
    with clock.stopped_at(MONDAY):
        town = make_town(session)
        campaign = open_campaign(session, town)
        ada, bo = town.people["Health"][:2]
        answer(session, bo, 3)
    with clock.stopped_at(MONDAY + timedelta(days=7)):
        campaigns.run(session, clock.today())
        campaigns.run(session, clock.today())
        reminded = session.scalars(select(OutboxMessage.person_id).where(OutboxMessage.kind == "culture-reminded"))
        asked_again = list(reminded)
        assert len(asked_again) == len(everybody(town)) - 1
        assert bo.id not in asked_again
        first, second = token_of(session, ada), token_of(session, ada, "culture-reminded")
        assert first != second
        asked = answering.asked_by(session, second)
        assert asked is not None
        answering.answer(session, asked, {"s1": 5})
        again = answering.asked_by(session, first)
        assert again is not None
        with pytest.raises(answering.AlreadyUsed):
            answering.answer(session, again, {"s1": 1})
    total = session.scalar(select(func.sum(CultureTally.answered_5 + CultureTally.answered_1)))
    assert total == 1
    assert campaign.reminders == 1


def test_reminders_come_half_way_and_two_days_before_the_end() -> None:
    assert reminder_days(date(2026, 9, 7), date(2026, 9, 21)) == (date(2026, 9, 14), date(2026, 9, 19))
    assert reminder_days(date(2026, 9, 7), date(2026, 9, 8)) == ()


def close_with(session: Session, town: Town, value: int = 4) -> CultureCampaign:
    campaign = open_campaign(session, town)
    for person in everybody(town):
        answer(session, person, value, p21=2)
    campaigns.close(session, campaign, actor_id=None)
    return campaign


def test_closing_freezes_what_may_be_shown_and_deletes_the_rest_for_ever(session: Session) -> None:
    town = make_town(session)
    campaign = close_with(session, town)
    for model in (CultureTally, CultureLink):
        assert session.scalar(select(func.count()).select_from(model)) == 0
    assert set(session.scalars(select(CultureInvitation.used_on))) == {None}
    shown = {group.name: group for group in results.shown_groups(campaign)}
    # The office has two, and the town has HR of its own: three together, so the schools' six count there too.
    assert set(shown) == {"Town", "Health"}
    assert shown["Town"].answered == 17
    # Eight who all say 4 are told as they are; of P2, where one statement was answered 2, so is the spread.
    assert results.figure_of(shown["Health"], "IC.S") == figures.Figure(40, Bound.EXACT, 0, 0, 1)
    assert results.figure_of(shown["Health"], "IC.P2") == figures.Figure(33, Bound.EXACT, 1, 0, 0)
    found = results.result(session, campaign, shown["Town"], "en")
    assert found.weakest is not None
    assert found.weakest.code == "IC.P2"
    assert found.maturity is not None
    assert 1 <= found.maturity.level <= 5
    before = {group.number: dict(group.figures) for group in campaign.groups}
    assert not campaigns.close(session, campaign, actor_id=None), "closed twice"
    assert before == {group.number: dict(group.figures) for group in campaign.groups}


def test_fewer_than_five_answers_show_nothing_at_all(session: Session) -> None:
    town = make_town(session)
    campaign = open_campaign(session, town)
    for person in town.people["Health"][:4]:
        answer(session, person, 5)
    campaigns.close(session, campaign, actor_id=None)
    assert results.shown_groups(campaign) == []
    assert {group.answered for group in campaign.groups} == {None}


def test_a_statement_that_few_answer_hides_its_scale_alone(session: Session) -> None:
    town = make_town(session)
    campaign = open_campaign(session, town)
    for place, person in enumerate(everybody(town)):
        answer(session, person, 3, s1=3 if place < 4 else 0)
    campaigns.close(session, campaign, actor_id=None)
    top = results.shown_groups(campaign)[0]
    assert results.figure_of(top, "IC.S") is None
    assert results.figure_of(top, "IC.C") is not None
    assert results.result(session, campaign, top, "en").maturity is None


def test_campaigns_open_and_close_on_their_days_by_themselves(session: Session) -> None:
    with clock.stopped_at(MONDAY):
        town = make_town(session)
        campaign = open_campaign(session, town, opens_on=date(2026, 9, 9), days=5)
        assert state(campaign) is State.PLANNED
        campaigns.run(session, clock.today())
        assert state(campaign) is State.PLANNED
    for day, expected in ((9, State.OPEN), (14, State.OPEN), (15, State.CLOSED)):
        with clock.stopped_at(datetime(2026, 9, day, 8, tzinfo=UTC)):
            campaigns.run(session, clock.today())
            assert state(campaign) is expected, day


def test_nobody_is_asked_again_within_ninety_days(session: Session) -> None:
    with clock.stopped_at(MONDAY):
        town = make_town(session)
        campaign = open_campaign(session, town, units=(town.health,))
        now = asking.ask(session, town.agency.id, [town.top.id], clock.today(), "All")
        assert now.asked_lately == 8
        assert len(now.people) == 9
        campaigns.close(session, campaign, actor_id=None)
        today = clock.today()
    for days, lately in ((89, 8), (90, 0)):
        later = asking.ask(session, town.agency.id, [town.top.id], today + timedelta(days=days), "All")
        assert later.asked_lately == lately


def test_units_too_small_to_be_shown_are_told_before_anybody_is_asked(session: Session) -> None:
    town = make_town(session)
    below = make_unit(session, town.agency, town.health, name="Night shift")
    make_position(session, make_person(session), below)
    asked = asking.ask(session, town.agency.id, [town.top.id], clock.today(), "All")
    assert {group.name for group in asked.too_small()} == {"Office", "Schools", "Night shift"}


def test_what_changed_is_told_only_where_both_numbers_are_what_they_say(session: Session) -> None:
    with clock.stopped_at(MONDAY):
        town = make_town(session)
        close_with(session, town, 3)
    with clock.stopped_at(MONDAY + timedelta(days=100)):
        second = open_campaign(session, town, key="second")
        for person in everybody(town):
            answer(session, person, 4)
        campaigns.close(session, second, actor_id=None)
        found = results.result(session, second, results.shown_groups(second)[0], "en")
        by_code = {line.code: line.change for line in found.lines}
        assert by_code["IC.C"] == 10
        assert found.earlier is not None


def test_agencies_are_compared_only_when_three_others_share(session: Session) -> None:
    towns = [make_town(session, {"Health": 8}) for _ in range(4)]
    for number, town in enumerate(towns):
        campaign = open_campaign(session, town)
        for person in everybody(town):
            answer(session, person, 3)
        campaigns.close(session, campaign, actor_id=None)
        sharing.start(session, town.agency.id, town.hr.id)
        sharing.start(session, town.agency.id, town.hr.id)
        expected = 8 if number == 3 else 0
        assert len(sharing.benchmark(session, towns[0].agency.id)) == expected
    sharing.stop(session, towns[0].agency.id, towns[0].hr.id)
    assert sharing.benchmark(session, towns[0].agency.id) == {}


def test_a_merged_account_is_asked_once_and_its_links_still_work(session: Session) -> None:
    town = make_town(session)
    open_campaign(session, town)
    kept, merged = town.people["Health"][:2]
    token = token_of(session, merged)
    answer(session, kept, 4)
    merging.merge(session, kept, merged, by_id=town.hr.id, reason="")
    asked = answering.asked_by(session, token)
    assert asked is not None
    assert asked.is_used
