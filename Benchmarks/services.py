"""Servers that steps talk to, on the loopback, with what they need in a directory of their own."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
import urllib.request

from lab import BUILD

NGINX = """daemon off;
master_process off;
worker_processes 1;
pid {directory}/pid;
error_log {directory}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  keepalive_requests 1000000;
  client_body_temp_path {directory}/body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  types {{ application/json json; }}
  server {{ listen 127.0.0.1:{port}; root {directory}; }}
}}
"""
DOCUMENT = "item.json"
DOCUMENT_BYTES = 1024


def nginx_program():
    """Debian keeps it where only root looks."""
    return shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"]))


@contextlib.contextmanager
def nginx(lab):
    """Serves one small JSON document; yields its URL."""
    directory = lab.fresh(lab.directory)
    directory.mkdir()
    document = '{"items": ["'
    (directory / DOCUMENT).write_text(f'{document}{"x" * (DOCUMENT_BYTES - len(document) - 3)}"]}}')
    port = free_port()
    (directory / "nginx.conf").write_text(NGINX.format(directory=directory, port=port))
    command = [nginx_program(), "-p", directory, "-e", directory / "error.log", "-c", directory / "nginx.conf"]
    with serving(command) as process:
        url = f"http://127.0.0.1:{port}/{DOCUMENT}"
        await_answer(url, process)
        yield url


@contextlib.contextmanager
def chunks(count, text):
    """Answers each POST with that stream of a chat completion; yields the address that a provider has."""
    with serving([BUILD / "chunks", str(count), text], stdout=subprocess.PIPE, text=True) as process:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"


@contextlib.contextmanager
def serving(command, **options):
    process = subprocess.Popen([str(c) for c in command], **options)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def await_answer(url, process):
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + 10
    while True:
        with contextlib.suppress(OSError):
            direct.open(url, timeout=5).read()
            return
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"{process.args[0]} does not serve {url}")
        time.sleep(0.005)
