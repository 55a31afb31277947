"""The worker: sends what is due, renders certificates ahead, keeps audiences up to date."""

from __future__ import annotations

import logging
import signal
import smtplib
import threading
import time

from flask import Flask
from sqlalchemy import select

from learning import clock, working_hours
from learning.certificates.models import Certificate, CertificateFile
from learning.certificates.rendering import store_pdf
from learning.competences import keeping
from learning.culture import campaigns
from learning.database import db, reading_only, writing
from learning.notifications import (
    afterwards,
    bounce_reports,
    digests,
    mailer,
    outbox,
    path_mails,
    programme_mails,
    reminder_run,
    view_mails,
)
from learning.notifications.models import OutboxMessage
from learning.paths import membership, renewals
from learning.people_files import waiting
from learning.progress import real_minutes
from learning.sealing import CannotOpen

log = logging.getLogger(__name__)
AT_ONCE = 200
REFRESH_SECONDS = 3600


def send_due(app: Flask, most: int = AT_ONCE) -> int:
    """Send what is due; how many went out. Needs an application context.

    A mail is claimed in one transaction and marked in another, so that a slow mail server holds no lock. A crash
    between sending and marking can send one mail twice; its Message-ID is then the same.
    """
    settings = app.config["SETTINGS"]
    if not settings.smtp_url and not settings.demo:
        return 0
    sent = 0
    for _ in range(most):
        with writing() as session:
            claimed = outbox.claim_next(session)
            if claimed is None:
                break
            if claimed.kind == digests.KIND:
                if not working_hours.is_open(clock.now()):
                    outbox.put_off(claimed, working_hours.next_opening(clock.now()))
                    continue
                if not digests.fill(session, claimed):
                    claimed.cancelled_at = clock.now()
                    continue
            if claimed.kind == view_mails.KIND and not view_mails.may_go(session, claimed):
                claimed.cancelled_at = clock.now()
                continue
            message_id, mail, fault, refusal = claimed.id, None, None, None
            try:
                mail = mailer.build(claimed, settings.mail_from, settings.base_url)
            except CannotOpen:
                fault = "the mail was sealed under a secret key that is not known here"
        if settings.smtp_url and mail is not None:
            try:
                mailer.send(mail, settings.smtp_url)
            except (smtplib.SMTPException, OSError) as error:
                fault = f"{type(error).__name__}: {error}"
                refusal = bounce_reports.refusal_of(error)
        with writing() as session:
            message = session.get_one(OutboxMessage, message_id)
            if fault is None:
                message.sent_at = clock.now()
                message.last_error = None
                sent += 1
            else:
                outbox.note_failure(message, fault, for_good=refusal is not None)
                if refusal is not None:
                    bounce_reports.note_for(session, message, refusal)
                log.warning("mail %s was not sent: %s", message_id, fault)
    return sent


def render_certificates(most: int = 20) -> int:
    """Render certificates that nobody has downloaded yet; how many."""
    with db.sessionmaker() as session:
        waiting = session.scalars(
            select(Certificate.id)
            .outerjoin(CertificateFile, CertificateFile.certificate_id == Certificate.id)
            .where(CertificateFile.certificate_id.is_(None))
            .order_by(Certificate.id)
            .limit(most)
        ).all()
    for certificate_id in waiting:
        with writing() as session:
            store_pdf(session, session.get_one(Certificate, certificate_id))
    return len(waiting)


def refresh_audiences() -> None:
    """New people in an audience join its assignments, those who left it leave; renewals whose time has come begin."""
    with writing() as session:
        membership.refresh(session, None)
    with writing() as session:
        renewals.settle(session)
        renewals.open_rounds(session)


def queue_afterwards() -> None:
    """What comes after courses: follow-ups, questions to recall, reminders to partners; and how long lessons take.

    Reminders of gatherings too.
    """
    with writing() as session:
        afterwards.queue_due(session, clock.today())
    with writing() as session:
        programme_mails.queue_due(session, clock.today())
    with writing() as session:
        real_minutes.refresh(session)


def expire_competences() -> None:
    """Levels of competences fall when the evidence for them has run out."""
    with writing() as session:
        keeping.expire(session, clock.today())


def run_campaigns() -> None:
    """Campaigns of the compass open, remind and close on their days."""
    with writing() as session:
        campaigns.run(session, clock.today())


def sweep_people_files() -> None:
    """Files of people that nobody confirmed within a day go."""
    with writing() as session:
        waiting.sweep(session)


def tell_many(batches: int = 20) -> None:
    """Write mails to people whom an assignment reached together with many others; the rest waits for the next turn."""
    for _ in range(batches):
        with writing() as session:
            if not path_mails.tell_next(session):
                return


def remind() -> None:
    """The daily run of reminders, once a working day and within working hours; else nothing."""
    with reading_only(), db.sessionmaker() as session:
        if not reminder_run.is_time(session):
            return
    refresh_audiences()
    with writing() as session:
        try:
            made = reminder_run.run(session, clock.today())
        except reminder_run.NotNow:  # another worker was quicker
            return
        log.info("reminders of %s: %d in %d mails, %d passed", made.day, made.reminders, made.mails, made.passed)


def mail_views() -> None:
    """Saved views whose hour has come, each in a transaction of its own."""
    with reading_only(), db.sessionmaker() as session:
        waiting = view_mails.waiting(session)
    for view_id, person_id in waiting:
        with writing() as session:
            view_mails.send(session, view_id, person_id, clock.today())


def run_once(app: Flask) -> int:
    """One turn of everything; how many mails went out."""
    with app.app_context():
        refresh_audiences()
        queue_afterwards()
        expire_competences()
        run_campaigns()
        sweep_people_files()
        tell_many()
        remind()
        mail_views()
        render_certificates()
        return send_due(app)


def loop(app: Flask, seconds: float = 2.0) -> None:
    """Work until told to stop (SIGTERM or SIGINT). A fault is logged, and the next turn tries again."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    refreshed = float("-inf")
    while not stop.is_set():
        try:
            with app.app_context():
                if time.monotonic() - refreshed > REFRESH_SECONDS:
                    refresh_audiences()
                    queue_afterwards()
                    expire_competences()
                    run_campaigns()
                    sweep_people_files()
                    refreshed = time.monotonic()
                tell_many()
                remind()
                mail_views()
                render_certificates()
                send_due(app)
        except Exception:
            log.exception("the worker's turn failed")
            stop.wait(10)
        stop.wait(seconds)
