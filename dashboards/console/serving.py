"""Serves the console until told to stop, and stops at once: open event lines are ended, not waited for."""

from __future__ import annotations

import socket

import uvicorn
from starlette.applications import Starlette

from dashboards.console.feed import Feed


class ConsoleServer(uvicorn.Server):
    """A uvicorn that says goodbye to every tab first; ``run()`` serves, ``should_exit = True`` ends it."""

    def __init__(self, app: Starlette, host: str = "127.0.0.1", port: int = 0) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                log_level="warning",
                access_log=False,
                timeout_graceful_shutdown=3,
                server_header=False,
            )
        )
        self._feed: Feed = app.state.feed

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._feed.close()
        await super().shutdown(sockets)
