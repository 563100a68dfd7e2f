extension Migration {
  /// Questions, retries, `foreach`, runs that are steps of runs, checksums, and what sweeping needs.
  ///
  /// Columns are only added, which touches no row: one of version 1 reads as NULL or the default in them. NULL takes a byte
  /// in a row, so a step that uses none of this stays as small as it was.
  static let wholeFlowFile = Migration(
    version: 2,
    sql: """
      ALTER TABLE session ADD COLUMN archived_at INTEGER;
      -- Here and below: CRC-32C of the row's other columns; NULL in a row of version 1.
      ALTER TABLE session ADD COLUMN checksum INTEGER;

      -- The file as it was; NULL: not kept.
      ALTER TABLE definition ADD COLUMN source BLOB;
      ALTER TABLE definition ADD COLUMN checksum INTEGER;

      ALTER TABLE run ADD COLUMN parent INTEGER REFERENCES run (key);
      ALTER TABLE run ADD COLUMN parent_id BLOB;
      ALTER TABLE run ADD COLUMN parent_step INTEGER;
      ALTER TABLE run ADD COLUMN parent_attempt INTEGER;
      -- What the step is called, so that nobody has to read the parent's definition for it.
      ALTER TABLE run ADD COLUMN parent_name TEXT;
      ALTER TABLE run ADD COLUMN depth INTEGER;
      ALTER TABLE run ADD COLUMN reused_from BLOB;
      ALTER TABLE run ADD COLUMN concurrency_group TEXT NOT NULL DEFAULT '';
      -- A JSON object: hashes by flow id.
      ALTER TABLE run ADD COLUMN subflows TEXT;
      ALTER TABLE run ADD COLUMN outputs BLOB;
      -- NULL: as `mode`.
      ALTER TABLE run ADD COLUMN mode_now INTEGER;
      ALTER TABLE run ADD COLUMN pause_requested INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE run ADD COLUMN stepping INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE run ADD COLUMN checksum INTEGER;
      CREATE INDEX run_children ON run (parent, key) WHERE parent IS NOT NULL;
      -- For deleting definitions: without it each would look through all runs.
      CREATE INDEX run_by_definition ON run (definition_hash);

      -- What `run.subflows` refers to, so that no definition is deleted that a run still needs.
      CREATE TABLE subflow_use (
        run INTEGER NOT NULL REFERENCES run (key),
        definition_hash TEXT NOT NULL REFERENCES definition (hash),
        PRIMARY KEY (run, definition_hash)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX subflow_use_by_definition ON subflow_use (definition_hash);

      ALTER TABLE run_environment ADD COLUMN checksum INTEGER;

      ALTER TABLE step ADD COLUMN parent INTEGER;
      ALTER TABLE step ADD COLUMN item INTEGER;
      ALTER TABLE step ADD COLUMN retries INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE step ADD COLUMN first_started_at INTEGER;
      ALTER TABLE step ADD COLUMN wake_at INTEGER;
      ALTER TABLE step ADD COLUMN child_count INTEGER;
      ALTER TABLE step ADD COLUMN first_child INTEGER;
      ALTER TABLE step ADD COLUMN question TEXT;
      ALTER TABLE step ADD COLUMN child_run BLOB;
      ALTER TABLE step ADD COLUMN checksum INTEGER;

      -- JSON; a blob, because the length of a text is known only by reading it.
      ALTER TABLE step_output ADD COLUMN details BLOB;
      ALTER TABLE step_output ADD COLUMN checksum INTEGER;

      ALTER TABLE event ADD COLUMN checksum INTEGER;

      -- Sessions that are being deleted, piece by piece; nobody sees them any more.
      CREATE TABLE doomed_session (
        key INTEGER PRIMARY KEY REFERENCES session (key)
      ) STRICT;
      CREATE INDEX workspace_by_selection ON workspace (selected_session) WHERE selected_session IS NOT NULL;

      -- One row: keys and positions that were in use when rows were deleted, so that none is given twice.
      CREATE TABLE high_water (
        key INTEGER PRIMARY KEY CHECK (key = 1),
        session INTEGER NOT NULL,
        run INTEGER NOT NULL,
        position INTEGER NOT NULL
      ) STRICT;
      """)
}
