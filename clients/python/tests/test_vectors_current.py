"""What is checked in is what the generators make."""

from __future__ import annotations

import pathlib
import subprocess
import sys

import pytest
from pair import ROOT
from google.protobuf import message_factory


@pytest.mark.skipif(not hasattr(message_factory, "GetMessageClass"), reason="the generator needs protobuf 4.22")
def test_the_vectors_are_current(tmp_path: pathlib.Path) -> None:
    script = ROOT / "scripts" / "generate" / "vectors.py"
    subprocess.run([sys.executable, script, ROOT / "proto" / "flowd.descriptors.pb", tmp_path], check=True)
    for made in sorted(tmp_path.iterdir()):
        assert made.read_text() == (ROOT / "proto" / "vectors" / made.name).read_text(), f"regenerate {made.name}"


def test_the_services_are_current(tmp_path: pathlib.Path) -> None:
    package = ROOT / "clients" / "python"
    script = package / "generate_services.py"
    subprocess.run([sys.executable, script, ROOT / "proto" / "flowd.descriptors.pb", tmp_path], check=True)
    for made in sorted(tmp_path.iterdir()):
        kept = package / "src" / "flowd" / "_generated" / made.name
        assert made.read_text() == kept.read_text(), f"regenerate {made.name}"
