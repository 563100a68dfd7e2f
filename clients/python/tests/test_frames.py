"""Every frame vector, read whole and byte by byte, and written again."""

from __future__ import annotations

from typing import Any

import pytest
from pair import vectors

from flowd._frames import FRAME_BYTES_MAX, Frame, FrameError, FrameReader

FRAMES = vectors("frames")["frames"]


def whole(entry: Any) -> bytes:
    repeat = entry.get("repeat", {"hex": "", "count": 0})
    return bytes.fromhex(entry["hex"]) + bytes.fromhex(repeat["hex"]) * repeat["count"]


def named(entries: Any) -> Any:
    return pytest.mark.parametrize("entry", entries, ids=[entry["name"] for entry in entries])


@named([entry for entry in FRAMES if entry["outcome"] == "frame"])
def test_a_frame_is_read_and_written_as_the_vector_says(entry: Any) -> None:
    data, header = whole(entry), entry["header"]
    (frame,) = FrameReader().feed(data)
    assert (frame.stream, frame.type, frame.flags) == (header["stream"], header["type"], header["flags"])
    assert len(frame.body) == header["length"]
    assert frame.encode() == data


@named([entry for entry in FRAMES if entry["outcome"] == "frame" and "repeat" not in entry])
def test_bytes_may_come_one_by_one(entry: Any) -> None:
    data = bytes.fromhex(entry["hex"])
    reader = FrameReader()
    frames = [frame for byte in data for frame in reader.feed(bytes([byte]))]
    assert [frame.encode() for frame in frames] == [data]
    assert reader.pending_bytes == 0


@named([entry for entry in FRAMES if entry["outcome"] in ("oversize", "out_of_step")])
def test_a_length_beyond_the_limit_is_refused_from_the_header_alone(entry: Any) -> None:
    reader = FrameReader()
    with pytest.raises(FrameError):
        list(reader.feed(bytes.fromhex(entry["hex"])[:10]))


@named([entry for entry in FRAMES if entry["outcome"] == "incomplete"])
def test_a_part_of_a_frame_is_kept(entry: Any) -> None:
    reader = FrameReader()
    data = bytes.fromhex(entry["hex"])
    assert list(reader.feed(data)) == []
    assert reader.pending_bytes == len(data)


def test_several_frames_in_one_read() -> None:
    frames = [Frame(1, 2, 0, b"a"), Frame(3, 3, 5, b""), Frame(5, 2, 0, b"bcd")]
    data = b"".join(frame.encode() for frame in frames)
    for cut in range(len(data)):
        reader = FrameReader()
        assert [*reader.feed(data[:cut]), *reader.feed(data[cut:])] == frames


def test_no_frame_over_the_limit_is_written() -> None:
    with pytest.raises(FrameError):
        Frame(1, 1, 0, bytes(FRAME_BYTES_MAX + 1)).encode()
