"""Writes the golden vectors: bytes on the wire and what they mean.

usage: vectors.py CONTRACT_SET.pb OUTPUT_FOLDER

Made with Google's protobuf from the descriptor set alone, so they test every implementation here and share code with
none. The output depends on nothing but the input.
"""

import json
import pathlib
import sys

from vector_sets import conversations, frames, messages
from vector_sets.contract import Contract


def main() -> None:
    contract = Contract(pathlib.Path(sys.argv[1]).read_bytes())
    folder = pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in {
        "frames": frames.document(contract),
        "messages": messages.document(contract),
        "conversations": conversations.document(contract),
    }.items():
        (folder / f"{name}.json").write_text(json.dumps(document, indent=2, ensure_ascii=True) + "\n")


main()
