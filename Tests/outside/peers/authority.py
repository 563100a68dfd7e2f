"""A certificate authority made for the tests, and what it signed."""

from __future__ import annotations

import pathlib
import subprocess


class Authority:
    """`ca`, `server` and `client`: each a certificate and a key in a folder; `stranger` is another authority."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("ca", "stranger"):
            self._make(name, "-x509", "-addext", "basicConstraints=critical,CA:TRUE")
        self._sign("server", "subjectAltName=DNS:localhost,IP:127.0.0.1")
        self._sign("client", "extendedKeyUsage=clientAuth")

    def certificate(self, name: str) -> str:
        return str(self.folder / f"{name}.pem")

    def key(self, name: str) -> str:
        return str(self.folder / f"{name}.key")

    def _make(self, name: str, *more: str) -> None:
        new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", self.key(name)]
        self._openssl("req", *new_key, "-out", self.certificate(name), "-subj", f"/CN={name}", "-days", "2", *more)

    def _sign(self, name: str, extensions: str) -> None:
        self._make(name)
        request, options = self.folder / f"{name}.csr", self.folder / f"{name}.ext"
        (self.folder / f"{name}.pem").rename(request)
        options.write_text(extensions + "\n")
        signer = ["-CA", self.certificate("ca"), "-CAkey", self.key("ca"), "-CAcreateserial", "-days", "2"]
        output = ["-extfile", str(options), "-out", self.certificate(name)]
        self._openssl("x509", "-req", "-in", str(request), *signer, *output)

    @staticmethod
    def _openssl(*arguments: str) -> None:
        done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done.stderr
