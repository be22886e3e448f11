"""Instances without an app; create_app ties them to one."""

from flask_htmx import HTMX
from flask_login import LoginManager
from flask_migrate import Migrate

from app.database import db
from app.forms.tokens import MaskedFormTokens

__all__ = ["csrf", "db", "htmx", "login", "migrate"]

login = LoginManager()
login.session_protection = None  # it asks only how fresh a sign-in is, which nothing here depends on
csrf = MaskedFormTokens()
htmx = HTMX()
migrate = Migrate()
