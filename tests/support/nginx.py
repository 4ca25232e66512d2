"""A real nginx in front of replicas: Debian's ``nginx-light``, or whatever is called so."""

import asyncio
import contextlib
import shutil
import tempfile
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.redis_server import free_port, program

PROGRAM = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")

_CONFIGURATION = """\
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream replicas {{
{servers}
        keepalive 16;
        # Sooner than a replica closes what is idle: it could be about to.
        keepalive_timeout 20s;
    }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://replicas;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $remote_addr;
        }}
    }}
}}
"""


@asynccontextmanager
async def nginx(addresses: Sequence[str]) -> AsyncIterator[str]:
    """Pass requests on to replicas, one after the other; give the address in front."""
    path, port = program("nginx-light", PROGRAM), free_port()
    with tempfile.TemporaryDirectory() as name:
        servers = "\n".join(f"        server {each.removeprefix('http://')};" for each in addresses)
        file = Path(name) / "nginx.conf"
        file.write_text(_CONFIGURATION.format(folder=name, servers=servers, port=port))
        process = await asyncio.create_subprocess_exec(
            path, "-p", name, "-c", str(file), stdout=DEVNULL, stderr=DEVNULL
        )
        try:
            await _listening(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            await process.wait()


async def _listening(port: int) -> None:
    async with asyncio.timeout(10):
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                await writer.wait_closed()
                return
            await asyncio.sleep(0.01)
