"""A database as it is after years: what one session left in it, many times over."""

import contextlib
import sqlite3


def multiply(database, times):
    """Copies the one session of a stopped daemon's database, with its runs and events, `times` times."""
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("PRAGMA synchronous=OFF")
        tables = [name for name, in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        sessions, runs = (highest(connection, table, "key") for table in ("session", "run"))
        for table in tables:
            columns = [name for name, in connection.execute("SELECT name FROM pragma_table_info(?)", [table])]
            if table != "session" and not {"session", "run"} & set(columns):
                continue
            # Ids keep the time they begin with, so they lie in the index as if they had been made in this order.
            values = {"id": "nth_id(id, n)", "session": f"session + n * {sessions}", "run": f"run + n * {runs}"}
            for name in {"key", "position"} & set(columns):
                values[name] = f"{name} + n * {highest(connection, table, name)}"
            copy(connection, table, {column: values.get(column, column) for column in columns}, times)


def highest(connection, table, column):
    return connection.execute(f"SELECT coalesce(max({column}), 0) FROM {table}").fetchone()[0]


def copy(connection, table, values, times):
    connection.create_function("nth_id", 2, lambda first, n: first[:10] + n.to_bytes(6, "big"), deterministic=True)
    connection.execute(
        "WITH RECURSIVE copies (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < ?)"
        f" INSERT INTO {table} ({', '.join(values)})"
        f" SELECT {', '.join(values.values())} FROM copies CROSS JOIN {table}",
        [times])
