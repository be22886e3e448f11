"""Instances without an app; create_app ties them to one."""

from flask_htmx import HTMX
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect

from app.database import db

__all__ = ["csrf", "db", "htmx", "login", "migrate"]

login = LoginManager()
csrf = CSRFProtect()
htmx = HTMX()
migrate = Migrate()
