"""DBOS with its state in SQLite, with synchronous=FULL, which it does not change. The file is in WAL mode, in which it
is faster than in the one it comes with."""

import asyncio
import contextlib
import os
import sqlite3
import time

from dbos import DBOS

import measure


@DBOS.step()
def count(value: int) -> int:
    return value + 1


@DBOS.step()
async def branch(value: int) -> int:
    return value


@DBOS.step()
def moment() -> float:
    return time.perf_counter()


@DBOS.workflow()
def chain(length: int) -> int:
    value = 0
    for _ in range(length):
        value = count(value)
    return value


@DBOS.workflow()
async def fan(width: int) -> int:
    value = await branch(0)
    values = await asyncio.gather(*[branch(n) for n in range(width)])
    return await branch(value + sum(values))


@DBOS.workflow()
def one() -> float:
    return moment()


def make(directory, sizes):
    file = directory / "dbos.sqlite"
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")  # stays with the file
    DBOS(config={"name": "benchmark", "system_database_url": f"sqlite:///{file}", "log_level": "ERROR"})
    DBOS.launch()
    loop = asyncio.new_event_loop()
    return (lambda n: chain(sizes["length"]), lambda n: loop.run_until_complete(fan(sizes["width"])), lambda n: one())


if __name__ == "__main__":
    measure.main(make)
    os._exit(0)  # its threads would stay
