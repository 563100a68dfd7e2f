extension Migration {
  /// Sessions, runs, steps and events.
  ///
  /// Ids are 16-byte blobs with a short integer key beside them, so that the tables that refer to them stay small. Times
  /// are microseconds since 1970. An event's body is its encoded message, sent to watchers as it is.
  static let initialSchema = Migration(
    version: 1,
    sql: """
      CREATE TABLE session (
        key INTEGER PRIMARY KEY,
        id BLOB NOT NULL UNIQUE,
        workspace TEXT NOT NULL,
        title TEXT NOT NULL,
        client TEXT NOT NULL,
        executed_flow_id TEXT NOT NULL,
        last_used_flow_id TEXT NOT NULL,
        provider_id TEXT NOT NULL,
        model_id TEXT NOT NULL,
        mode INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        closed_at INTEGER
      ) STRICT;
      CREATE INDEX session_by_workspace ON session (workspace, key);

      CREATE TABLE workspace (
        path TEXT PRIMARY KEY,
        selected_session INTEGER REFERENCES session (key)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE definition (
        hash TEXT PRIMARY KEY,
        flow_id TEXT NOT NULL,
        canonical_json BLOB NOT NULL
      ) STRICT;

      CREATE TABLE run (
        key INTEGER PRIMARY KEY,
        id BLOB NOT NULL UNIQUE,
        session INTEGER NOT NULL REFERENCES session (key),
        request_id TEXT,
        flow_id TEXT NOT NULL,
        definition_hash TEXT NOT NULL REFERENCES definition (hash),
        provider_id TEXT NOT NULL,
        model_id TEXT NOT NULL,
        mode INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        cwd TEXT NOT NULL,
        inputs BLOB NOT NULL,
        waits_for_others INTEGER NOT NULL,
        admitted_at INTEGER NOT NULL,
        first_seq INTEGER NOT NULL,
        status INTEGER NOT NULL,
        started_at INTEGER,
        finished_at INTEGER,
        cancel_requested INTEGER,
        error TEXT NOT NULL,
        report TEXT NOT NULL
      ) STRICT;
      CREATE UNIQUE INDEX run_by_request ON run (session, request_id) WHERE request_id IS NOT NULL;
      CREATE INDEX run_by_session ON run (session, key);
      CREATE INDEX run_unfinished ON run (session, key) WHERE finished_at IS NULL;

      CREATE TABLE run_environment (
        run INTEGER PRIMARY KEY REFERENCES run (key),
        entries BLOB NOT NULL
      ) STRICT;

      CREATE TABLE step (
        run INTEGER NOT NULL REFERENCES run (key),
        step INTEGER NOT NULL,
        status INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        started_at INTEGER,
        finished_at INTEGER,
        exit_code INTEGER,
        error_class INTEGER,
        error TEXT NOT NULL,
        PRIMARY KEY (run, step)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE step_output (
        key INTEGER PRIMARY KEY,
        run INTEGER NOT NULL REFERENCES run (key),
        step INTEGER NOT NULL,
        stdout BLOB NOT NULL,
        stderr BLOB NOT NULL,
        truncated INTEGER NOT NULL,
        UNIQUE (run, step)
      ) STRICT;

      -- No foreign keys: every event is written with the row it tells of, and a check for each would cost a look-up.
      CREATE TABLE event (
        position INTEGER PRIMARY KEY,
        session INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        run INTEGER,
        body BLOB NOT NULL
      ) STRICT;
      CREATE UNIQUE INDEX event_by_session ON event (session, seq);

      -- One row, written to find out whether a full disk takes writes again.
      CREATE TABLE probe (
        key INTEGER PRIMARY KEY CHECK (key = 1),
        at INTEGER NOT NULL,
        ballast BLOB NOT NULL
      ) STRICT;
      """)
}
