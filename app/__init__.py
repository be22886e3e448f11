"""Holdfast: the booking desk of a therapy practice."""

from app import zone_data as zone_data  # isort: skip - before anything reads a zone
import os
from collections.abc import Mapping

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app import assets, blueprints, commands, config, database, language, templating, wording
from app import models as models  # every table is known before the first query
from app.extensions import csrf, db, htmx, login, migrate
from app.home import Home
from app.integrations import mail
from app.jobs import queue
from app.scheduling import changes, turn


def create_app(environ: Mapping[str, str] | None = None) -> Flask:
    """The whole program from its settings (see config.py). Raises BadSetting when one cannot be used."""
    app = Flask(__name__)
    app.config |= config.load(os.environ if environ is None else environ)
    app.jinja_environment = templating.Environment
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}

    Home(app.config["HOLDFAST_HOME"]).close_to_others()
    db.init_app(app)
    with app.app_context():
        database.prepare(db.engine)
    migrate.init_app(app, db, directory=os.path.join(os.path.dirname(app.root_path), "migrations"))
    csrf.init_app(app)
    htmx.init_app(app)
    login.init_app(app, add_context_processor=False)  # a page that does not name the user does not read who it is

    language.init_app(app)
    wording.register(app)
    blueprints.register(app)
    commands.register(app)
    mail.init_app(app)
    changes.init_app(app)
    turn.init_app(app)
    queue.init_app(app)
    assets.init_app(app)
    if app.config["TRUSTED_PROXIES"]:
        hops = app.config["TRUSTED_PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app
