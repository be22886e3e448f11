"""The web part: Granian, one worker a core, a few threads each (see bridge.py)."""

import gc
import os
import resource
import signal
from functools import partial
from typing import Any

from flask import Flask
from granian.constants import Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server
from jinja2 import FileSystemBytecodeCache

from app.home import Home
from app.running.bridge import Bridge
from app.running.ties import end_with

CONNECTIONS = 4096  # of each worker at once; most of them are open pages that only wait
HEADERS = HTTP1Settings(header_read_timeout=30_000, max_buffer_size=128 * 1024)  # milliseconds, bytes


def warm(app: Flask) -> None:
    """Have every template compiled before the first visitor comes; kept in HOLDFAST_HOME for the next start."""
    folder = Home(app.config["HOLDFAST_HOME"]).templates
    if folder.is_dir():
        app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(folder))
    for name in app.jinja_env.list_templates(extensions=["html", "txt"]):
        app.jinja_env.get_template(name)


def serve(app: Flask, address: str, port: int) -> None:
    """Serve until asked to stop. A worker that dies is replaced."""
    _allow_connections()
    gc.collect()
    gc.freeze()  # workers are forks: what is loaded stays shared while their collectors leave it alone
    server = Server(
        "wsgi:app",
        address=address,
        port=port,
        interface=Interfaces.RSGI,
        loop=Loops.asyncio,
        workers=len(os.sched_getaffinity(0)),  # the cores it was given
        backpressure=CONNECTIONS,
        http1_settings=HEADERS,
        respawn_failed_workers=True,
        workers_kill_timeout=3,
        log_level=LogLevels.error,
        websockets=False,
        process_name="holdfast: web",
    )
    server.serve(target_loader=partial(_load, os.getpid(), app), wrap_loader=False)


def _load(parent: int, app: Flask) -> Any:
    """Return the bridge to the app in the worker; the app was loaded before the worker was forked."""
    end_with(parent, by=signal.SIGKILL)
    return Bridge(app)


def _allow_connections() -> None:
    """Open files: each connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * CONNECTIONS
    if soft < wanted:
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard)
        )
