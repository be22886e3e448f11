"""The web part: Granian, one worker a core, a few threads each."""

import os
import signal
from functools import partial

from flask import Flask
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server
from jinja2 import FileSystemBytecodeCache

from app.home import Home
from app.running.ties import end_with

THREADS = 8  # requests that wait for the database's writer take a thread, not a core


def warm(app: Flask) -> None:
    """Have every template compiled before the first visitor comes; kept in HOLDFAST_HOME for the next start."""
    folder = Home(app.config["HOLDFAST_HOME"]).templates
    if folder.is_dir():
        app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(folder))
    for name in app.jinja_env.list_templates(extensions=["html", "txt"]):
        app.jinja_env.get_template(name)


def serve(app: Flask, address: str, port: int) -> None:
    """Serve until asked to stop. A worker that dies is replaced."""
    server = Server(
        "wsgi:app",
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        workers=len(os.sched_getaffinity(0)),  # the cores it was given
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=3,
        log_level=LogLevels.error,  # it warns of threads that only wait
        websockets=False,
    )
    server.serve(target_loader=partial(_load, os.getpid(), app), wrap_loader=False)


def _load(parent: int, app: Flask) -> Flask:
    """In the worker: the app, already loaded where the worker was forked."""
    end_with(parent, by=signal.SIGKILL)
    return app
