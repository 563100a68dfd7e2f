// What the disk and SQLite allow, for the durable figures to be held against. One JSON line.
//   sqlite DIRECTORY fdatasync 1 SECONDS     4 KiB appended and made durable, one after the other
//   sqlite DIRECTORY change GROUP SECONDS    metadata changes, GROUP of them in each commit
//   sqlite DIRECTORY chain LENGTH RUNS       runs of LENGTH steps, one after the other; a commit whenever one has ended
//   sqlite DIRECTORY fan WIDTH RUNS          runs of one step, then WIDTH side by side, then one
// The last three open a database that flowd has made (DIRECTORY/flowd.db, with sessions or runs), so tables and indexes
// are the real ones. An error of SQLite's there means that c/change.h or c/steps.h no longer fits Sources/FlowdStore.
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

static void open_database(void) {
  must(sqlite3_open_v2("flowd.db", &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL));
  must(sqlite3_exec(database, settings, NULL, NULL, NULL));
}

static void changes(unsigned group, double seconds) {
  open_database();
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

// ---- runs -----------------------------------------------------------------------------------------
#include "steps.h"

// A run from its start to the end of its last step, whose commit is not counted: flowd's `finished_at` comes before it.
static uint64_t one_run(unsigned stages, unsigned width, sqlite3_stmt *begin, sqlite3_stmt *commit) {
  uint64_t start = now();
  int64_t first = 0;
  step(begin);
  begin_run();
  begin_step(first);
  step(commit);
  record(&latencies, now() - start);
  for (unsigned stage = 1, ended = 1; stage < stages; stage++) {
    unsigned begun = stage + 1 < stages ? width : 1;
    step(begin);
    for (unsigned i = 0; i < ended; i++) end_step(first++);
    for (unsigned i = 0; i < begun; i++) begin_step(first + i);
    step(commit);
    ended = begun;
  }
  uint64_t took = now() - start;
  step(begin);
  end_step(first);
  end_run();
  step(commit);
  return took;
}

static void runs(unsigned stages, unsigned width, unsigned count) {
  open_database();
  load_rows();
  sqlite3_stmt *begin = prepare("BEGIN IMMEDIATE"), *commit = prepare("COMMIT");
  uint64_t took = 0, steps = stages < 3 ? stages : (uint64_t)(stages - 2) * width + 2;
  for (unsigned n = 0; n < count; n++) took += one_run(stages, width, begin, commit);
  printf("{\"runs\": %u, \"steps\": %llu, \"seconds\": %.6f, \"start_us\": %.3f}\n", count,
         (unsigned long long)(steps * count), (double)took / 1e9, quantile_us(&latencies, .5));
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
  unsigned size = (unsigned)atoi(argv[3]);
  if (strcmp(argv[2], "change") == 0) changes(size, atof(argv[4]));
  else if (strcmp(argv[2], "chain") == 0) runs(size, 1, (unsigned)atoi(argv[4]));
  else if (strcmp(argv[2], "fan") == 0) runs(3, size, (unsigned)atoi(argv[4]));
  else syncs(atof(argv[4]));
}
