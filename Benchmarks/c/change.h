// One metadata change as flowd writes it: a session's row is updated, and an event appended with the new metadata.
// Statements and settings are those of Sources/FlowdStore (SQLiteStore, SessionTable, EventTable).
#ifndef CHANGE_H
#define CHANGE_H

static const char *const settings =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;"
    "PRAGMA mmap_size=0; PRAGMA cache_size=-2048; PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=2000;"
    "PRAGMA journal_size_limit=16777216";

static sqlite3_stmt *update, *insert;

enum { SESSIONS_MAX = 1024 };
static struct {
  int64_t key, revision, seq;
} sessions[SESSIONS_MAX];
static unsigned session_count;
static int64_t position;

static void load_sessions(void) {
  sqlite3_stmt *select = prepare("SELECT s.key, s.revision, max(e.seq), max(e.position) FROM session s"
                                 " JOIN event e ON e.session = s.key GROUP BY s.key");
  while (session_count < SESSIONS_MAX && sqlite3_step(select) == SQLITE_ROW) {
    sessions[session_count].key = sqlite3_column_int64(select, 0);
    sessions[session_count].revision = sqlite3_column_int64(select, 1);
    sessions[session_count++].seq = sqlite3_column_int64(select, 2);
    if (sqlite3_column_int64(select, 3) > position) position = sqlite3_column_int64(select, 3);
  }
  must(sqlite3_finalize(select));
  if (!session_count) fail("no sessions");
}

// The parameters that stay the same. The event's body is one that flowd has encoded: its bytes make no difference here,
// its length does.
static void prepare_change(void) {
  update = prepare("UPDATE session SET executed_flow_id = ?, last_used_flow_id = ?, provider_id = ?, model_id = ?, mode = ?,"
                   " revision = ?, updated_at = ?, closed_at = ? WHERE key = ?");
  insert = prepare("INSERT INTO event (position, session, seq, run, body) VALUES (?, ?, ?, ?, ?)");
  sqlite3_stmt *select = prepare("SELECT s.executed_flow_id, s.last_used_flow_id, s.provider_id, s.mode, e.body"
                                 " FROM session s JOIN event e ON e.session = s.key ORDER BY e.position DESC LIMIT 1");
  must(sqlite3_step(select));
  for (int i = 0; i < 3; i++) must(sqlite3_bind_value(update, i + 1, sqlite3_column_value(select, i)));
  must(sqlite3_bind_value(update, 5, sqlite3_column_value(select, 3)));
  must(sqlite3_bind_value(insert, 5, sqlite3_column_value(select, 4)));
  must(sqlite3_finalize(select));
}

// The n-th change, of one session after the other.
static void write_change(unsigned n) {
  unsigned i = n % session_count;
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  sqlite3_bind_text(update, 4, n / session_count % 2 ? "gpt-5.1" : "gpt-5.2", 7, SQLITE_STATIC);
  sqlite3_bind_int64(update, 6, ++sessions[i].revision);
  sqlite3_bind_int64(update, 7, t.tv_sec * 1000000 + t.tv_nsec / 1000);
  sqlite3_bind_int64(update, 9, sessions[i].key);
  step(update);
  sqlite3_bind_int64(insert, 1, ++position);
  sqlite3_bind_int64(insert, 2, sessions[i].key);
  sqlite3_bind_int64(insert, 3, ++sessions[i].seq);
  step(insert);
}
#endif
