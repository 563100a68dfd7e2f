"""An nginx of the tests' own on loopback, with a private configuration, and what it logged."""

from __future__ import annotations

import pathlib
import shutil
import subprocess
from typing import Optional

from peers.authority import Authority
from peers.ports import free_port, wait_for_port

CONFIGURATION = """
daemon off;
user root;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/errors info;
events {{ worker_connections 512; }}
http {{
  log_format told '$server_port "$request" $status "$http_cookie"';
  access_log {folder}/access told;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  types {{ application/json json; text/plain txt; }}
  gzip_types application/json text/plain;
  gzip_min_length 20;
  server {{
    listen 127.0.0.1:{plain};
    listen unix:{folder}/socket;
    root {folder}/files;
    location /gzip/ {{ alias {folder}/files/; gzip on; }}
    location = /cookie {{ add_header Set-Cookie "taste=sweet; Path=/; HttpOnly"; return 200 "baked\\n"; }}
    location = /tasted {{ return 200 "$cookie_taste"; }}
    location = /moved {{ return 301 /hello.txt; }}
    location = /elsewhere {{ return 302 https://localhost:{tls}/who; }}
    location = /circle {{ return 302 /circle; }}
    location /private/ {{ auth_basic "house"; auth_basic_user_file {folder}/passwords; alias {folder}/files/; }}
    location = /who {{ return 200 "$request_method $host $server_protocol"; }}
  }}
  server {{
    listen 127.0.0.1:{tls} ssl http2;
    ssl_certificate {server}.pem; ssl_certificate_key {server}.key;
    root {folder}/files;
    location = /who {{ return 200 "$request_method $host $server_protocol $ssl_protocol"; }}
  }}
  server {{
    listen 127.0.0.1:{mutual} ssl;
    ssl_certificate {server}.pem; ssl_certificate_key {server}.key;
    ssl_client_certificate {authority}.pem; ssl_verify_client on;
    location = /who {{ return 200 "$ssl_client_s_dn"; }}
  }}
}}
"""


class Nginx:
    """`plain`, `tls` (HTTP/2 too) and `mutual` (asks for a client certificate) are base URLs; `socket` is a path."""

    def __init__(self, folder: pathlib.Path, authority: Authority) -> None:
        assert shutil.which("nginx", path="/usr/sbin:/usr/bin"), "nginx is missing: run scripts/setup test"
        self.folder = folder
        self.socket = folder / "socket"
        self.process: Optional[subprocess.Popen[bytes]] = None
        ports = {name: free_port() for name in ("plain", "tls", "mutual")}
        self.plain = f"http://127.0.0.1:{ports['plain']}"
        self.tls = f"https://localhost:{ports['tls']}"
        self.mutual = f"https://localhost:{ports['mutual']}"
        self._ports = ports
        self._write_files(authority)

    def _write_files(self, authority: Authority) -> None:
        files = self.folder / "files"
        files.mkdir(parents=True)
        self.folder.chmod(0o755)
        (files / "hello.txt").write_text("hello from nginx\n")
        (files / "numbers.json").write_text('{"numbers": [' + ", ".join(map(str, range(5000))) + "]}")
        (files / "large.txt").write_bytes(b"0123456789abcdef" * (5 * 65_536))
        done = subprocess.run(["openssl", "passwd", "-apr1", "open sesame"], capture_output=True, text=True, check=True)
        (self.folder / "passwords").write_text(f"ada:{done.stdout}")
        server = authority.certificate("server").removesuffix(".pem")
        signer = authority.certificate("ca").removesuffix(".pem")
        text = CONFIGURATION.format(folder=self.folder, server=server, authority=signer, **self._ports)
        (self.folder / "nginx.conf").write_text(text)

    def start(self) -> Nginx:
        command = ["nginx", "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
        with (self.folder / "output").open("wb") as output:
            self.process = subprocess.Popen(
                ["/usr/bin/env", *command], env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        for port in self._ports.values():
            wait_for_port(port)
        return self

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)

    def requests(self, about: str) -> list[str]:
        """The lines of its log that hold a text."""
        return [line for line in (self.folder / "access").read_text().splitlines() if about in line]
