// What the disk and SQLite allow, for the durable figures to be held against. One JSON line.
//   sqlite DIRECTORY fdatasync 1 SECONDS     4 KiB appended and made durable, one after the other
//   sqlite DIRECTORY change GROUP SECONDS    metadata changes, GROUP of them in each commit
// `change` opens a database that flowd has made (DIRECTORY/flowd.db, with sessions), so tables and indexes are the
// real ones. An error of SQLite's there means that c/change.h is no longer what Sources/FlowdStore has.
#include "common.h"
#include <fcntl.h>
#include <sqlite3.h>

static Latencies latencies;
static sqlite3 *database;

static void must(int code) {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
  fprintf(stderr, "sqlite: %s\n", sqlite3_errmsg(database));
  exit(1);
}

static sqlite3_stmt *prepare(const char *sql) {
  sqlite3_stmt *statement;
  must(sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL));
  return statement;
}

static void step(sqlite3_stmt *statement) {
  must(sqlite3_step(statement));
  must(sqlite3_reset(statement));
}

static void print_json(uint64_t took, uint64_t cpu, unsigned group) {
  printf("{\"commits\": %llu, \"changes\": %llu, \"seconds\": %.6f, \"p50_us\": %.3f, \"p99_us\": %.3f, \"cpu\": %.6f}\n",
         (unsigned long long)latencies.total, (unsigned long long)latencies.total * group, (double)took / 1e9,
         quantile_us(&latencies, .5), quantile_us(&latencies, .99), (double)cpu / 1e9);
}

// ---- metadata changes -----------------------------------------------------------------------------
#include "change.h"

static void changes(unsigned group, double seconds) {
  must(sqlite3_open_v2("flowd.db", &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL));
  must(sqlite3_exec(database, settings, NULL, NULL, NULL));
  load_sessions();
  sqlite3_stmt *begin = prepare("BEGIN IMMEDIATE"), *commit = prepare("COMMIT");
  prepare_change();
  uint64_t start = now(), cpu = cpu_time(getpid()), time = start, end = start + (uint64_t)(seconds * 1e9);
  for (unsigned n = 0; time < end;) {
    step(begin);
    for (unsigned i = 0; i < group; i++) write_change(n++);
    step(commit);
    uint64_t before = time;
    time = now();
    record(&latencies, time - before);
  }
  print_json(time - start, cpu_time(getpid()) - cpu, group);
  must(sqlite3_close_v2(database));
}

// ---- the floor ------------------------------------------------------------------------------------
static void syncs(double seconds) {
  static uint8_t block[4096];
  memset(block, 7, sizeof block);
  int file = open("floor", O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0) fail("floor");
  uint64_t start = now(), cpu = cpu_time(getpid()), time = start, end = start + (uint64_t)(seconds * 1e9);
  while (time < end) {
    if (write(file, block, sizeof block) != sizeof block || fdatasync(file)) fail("floor");
    uint64_t before = time;
    time = now();
    record(&latencies, time - before);
  }
  print_json(time - start, cpu_time(getpid()) - cpu, 1);
}

int main(int argc, char **argv) {
  if (argc != 5) return fprintf(stderr, "usage: see the first lines of sqlite.c\n"), 2;
  if (chdir(argv[1])) fail(argv[1]);
  if (strcmp(argv[2], "change") == 0) changes((unsigned)atoi(argv[3]), atof(argv[4]));
  else syncs(atof(argv[4]));
}
