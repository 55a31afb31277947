"""Handlingsrom: learning for public-sector managers.

``create_app`` is the only place where the rooms are wired together.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from config import ROOT, Settings, load_settings


def create_app(settings: Settings | None = None, **flask_config: Any) -> Flask:
    """Build the application.

    ``settings`` default to the environment; ``flask_config`` overrides Flask's own (for tests).
    Raises config.SettingsError when a setting is missing or wrong.
    """
    from learning import interface
    from learning.access import sign_in
    from learning.access import subscriptions as access_subscriptions
    from learning.access.guard import check_every_view_is_guarded
    from learning.access.oidc_views import blueprint as oidc
    from learning.access.views import blueprint as access
    from learning.administration.doubles_views import blueprint as doubles
    from learning.administration.leaving_views import blueprint as leaving
    from learning.administration.sign_in_views import blueprint as sign_in_settings
    from learning.administration.trail_views import blueprint as trail
    from learning.administration.unit_views import blueprint as unit_tree
    from learning.administration.views import blueprint as organisation
    from learning.catalogue.views import blueprint as catalogue
    from learning.certificates import subscriptions as certificate_subscriptions
    from learning.certificates.views import blueprint as certificates
    from learning.competences import subscriptions as competence_subscriptions
    from learning.competences.level_views import blueprint as competences
    from learning.competences.own_views import blueprint as own_frameworks
    from learning.competences.people_views import blueprint as people_competences
    from learning.competences.views import blueprint as frameworks
    from learning.culture import subscriptions as culture_subscriptions
    from learning.culture.answer_views import blueprint as compass
    from learning.culture.result_views import blueprint as culture_results
    from learning.culture.views import blueprint as culture
    from learning.database import init_database
    from learning.development import subscriptions as development_subscriptions
    from learning.development.conversation_views import blueprint as conversations
    from learning.development.goal_views import blueprint as goals
    from learning.development.views import blueprint as development
    from learning.front.device_views import blueprint as device
    from learning.front.views import blueprint as front
    from learning.needs import subscriptions as need_subscriptions
    from learning.needs.gap_views import blueprint as gaps
    from learning.needs.measure_views import blueprint as measures
    from learning.needs.need_views import blueprint as needs
    from learning.needs.plan_views import blueprint as planning
    from learning.notifications import subscriptions as notification_subscriptions
    from learning.notifications.views import blueprint as notifications
    from learning.paths import subscriptions as path_subscriptions
    from learning.paths.audience_views import blueprint as audiences
    from learning.paths.bulk_views import blueprint as bulk
    from learning.paths.following_up_views import blueprint as following_up
    from learning.paths.member_views import blueprint as members
    from learning.paths.overview_views import blueprint as overviews
    from learning.paths.recognition_views import blueprint as recognition
    from learning.paths.reminder_views import blueprint as reminders
    from learning.paths.restoring_views import blueprint as restoring
    from learning.paths.saved_view_views import blueprint as saved_views
    from learning.paths.views import blueprint as paths
    from learning.people_files.views import blueprint as people_files
    from learning.portfolio import subscriptions as portfolio_subscriptions
    from learning.portfolio.agency_views import blueprint as brought
    from learning.portfolio.issuer_views import blueprint as open_badges
    from learning.portfolio.views import blueprint as portfolio
    from learning.practice import subscriptions as practice_subscriptions
    from learning.practice.mail_views import blueprint as practice_mail
    from learning.practice.views import blueprint as practice
    from learning.programmes import subscriptions as programme_subscriptions
    from learning.programmes.own_views import blueprint as my_programmes
    from learning.programmes.participant_views import blueprint as participants
    from learning.programmes.views import blueprint as programmes
    from learning.progress import subscriptions as progress_subscriptions
    from learning.progress.assessment_views import blueprint as assessment
    from learning.progress.item_views import blueprint as items
    from learning.progress.offline_views import blueprint as offline
    from learning.progress.pretest_views import blueprint as pretest
    from learning.progress.views import blueprint as progress
    from learning.provisioning import scim_views
    from learning.provisioning import subscriptions as provisioning_subscriptions
    from learning.provisioning.token_views import blueprint as tokens
    from learning.records.views import blueprint as records

    settings = settings or load_settings()
    app = Flask(__name__, template_folder=str(ROOT / "templates"))
    app.config.from_mapping(
        SETTINGS=settings,
        SECRET_KEY=settings.effective_secret_key,
        DATABASE_URL=settings.database_url,
        SESSION_COOKIE_NAME="handlingsrom",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.uses_https,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=30),
        MAX_CONTENT_LENGTH=4 * 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,  # a lesson may stay open all day; the token lives with the session
    )
    if settings.demo:
        from learning.demo.people import DEMO_SIGN_INS

        app.config["DEMO_SIGN_INS"] = DEMO_SIGN_INS
    app.config.from_mapping(flask_config)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]

    init_database(app)
    interface.init_interface(app)
    sign_in.init_sign_in(app)
    access_subscriptions.connect()
    progress_subscriptions.connect()
    culture_subscriptions.connect()
    programme_subscriptions.connect()
    provisioning_subscriptions.connect()
    path_subscriptions.connect()
    certificate_subscriptions.connect()
    practice_subscriptions.connect()
    competence_subscriptions.connect()
    need_subscriptions.connect()
    development_subscriptions.connect()
    portfolio_subscriptions.connect()
    notification_subscriptions.connect()
    for blueprint in (
        front,
        device,
        access,
        oidc,
        organisation,
        sign_in_settings,
        doubles,
        leaving,
        people_files,
        trail,
        unit_tree,
        catalogue,
        progress,
        assessment,
        pretest,
        offline,
        items,
        paths,
        audiences,
        bulk,
        saved_views,
        members,
        recognition,
        overviews,
        following_up,
        restoring,
        reminders,
        practice,
        practice_mail,
        frameworks,
        competences,
        people_competences,
        own_frameworks,
        development,
        goals,
        conversations,
        portfolio,
        brought,
        open_badges,
        certificates,
        gaps,
        needs,
        measures,
        planning,
        programmes,
        participants,
        my_programmes,
        culture,
        culture_results,
        compass,
        records,
        notifications,
        tokens,
        scim_views.blueprint,
    ):
        app.register_blueprint(blueprint)
    interface.csrf.exempt(scim_views.blueprint)  # no cookie opens it, so there is nothing to forge
    scim_views.connect(app)
    check_every_view_is_guarded(app)
    return app
