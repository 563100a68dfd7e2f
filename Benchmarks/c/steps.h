// Runs and steps as flowd writes them, in as many commits. The rows are copies of those that flowd has left in the
// database: of a run that ended, and of one that was cut off while a step ran. So the columns, the size of every row
// and the indexes are flowd's, whatever its schema is.
#ifndef STEPS_H
#define STEPS_H

typedef enum { KEY, ID, RUN, STEP, SESSION, SEQ, POSITION, PLACES } Place;
static const char *const places[PLACES] = {":key", ":id", ":run", ":step", ":session", ":seq", ":position"};

// A statement with all parameters bound to a row's values; `at` are those that differ from write to write, 0: none.
typedef struct {
  sqlite3_stmt *statement;
  int at[PLACES];
} Row;

enum { TABLES_MAX = 8, SQL_BYTES_MAX = 4096 };
static Row run_begun, run_ended, step_begun, step_ended, of_run[TABLES_MAX], of_step[TABLES_MAX];
static Row told_run_begun, told_step_begun, told_step_ended, told_run_ended;
static sqlite3_stmt *forget[TABLES_MAX];
static unsigned of_run_count, of_step_count, forget_count;
static int64_t session, seq, last_position, last_run;

static void set(const Row *row, Place place, int64_t value) {
  if (row->at[place]) must(sqlite3_bind_int64(row->statement, row->at[place], value));
}

static sqlite3_stmt *prepare_for(const char *format, const char *table) {
  char sql[SQL_BYTES_MAX];
  snprintf(sql, sizeof sql, format, table);
  return prepare(sql);
}

// ---- statements from the schema -------------------------------------------------------------------

// INSERT of every column, or UPDATE of those that are in no index, each as a parameter of its column's name.
static void write_sql(char *sql, const char *table, bool is_update) {
  char names[SQL_BYTES_MAX / 4] = "", values[SQL_BYTES_MAX / 4] = "", where[SQL_BYTES_MAX / 4] = "";
  sqlite3_stmt *columns =
      prepare("SELECT name, pk, pk OR EXISTS (SELECT 1 FROM pragma_index_list(?1) l, pragma_index_info(l.name) i"
              " WHERE i.name = c.name) FROM pragma_table_info(?1) c");
  must(sqlite3_bind_text(columns, 1, table, -1, SQLITE_STATIC));
  while (sqlite3_step(columns) == SQLITE_ROW) {
    const char *name = (const char *)sqlite3_column_text(columns, 0);
    size_t n = strlen(names), v = strlen(values), w = strlen(where);
    const char *comma = n ? ", " : "";
    if (is_update && sqlite3_column_int(columns, 1))
      snprintf(where + w, sizeof where - w, "%s%s = :%s", w ? " AND " : "", name, name);
    if (is_update && sqlite3_column_int(columns, 2)) continue;
    snprintf(names + n, sizeof names - n, is_update ? "%s%s = :%s" : "%s%s", comma, name, name);
    snprintf(values + v, sizeof values - v, "%s:%s", comma, name);
  }
  must(sqlite3_finalize(columns));
  if (is_update) snprintf(sql, SQL_BYTES_MAX, "UPDATE %s SET %s WHERE %s", table, names, where);
  else snprintf(sql, SQL_BYTES_MAX, "INSERT INTO %s (%s) VALUES (%s)", table, names, values);
}

// A statement that writes the first row of `SELECT * FROM table` with this end again. False: there is no such row.
static bool copy_row(Row *row, const char *table, bool is_update, const char *end) {
  char sql[SQL_BYTES_MAX];
  snprintf(sql, sizeof sql, "SELECT * FROM %s %s", table, end);
  sqlite3_stmt *select = prepare(sql);
  int found = sqlite3_step(select);
  must(found);
  if (found == SQLITE_ROW) {
    write_sql(sql, table, is_update);
    row->statement = prepare(sql);
    for (int i = 0; i < sqlite3_column_count(select); i++) {
      char name[256];
      snprintf(name, sizeof name, ":%s", sqlite3_column_name(select, i));
      int parameter = sqlite3_bind_parameter_index(row->statement, name);
      if (parameter) must(sqlite3_bind_value(row->statement, parameter, sqlite3_column_value(select, i)));
    }
    for (int i = 0; i < PLACES; i++) row->at[i] = sqlite3_bind_parameter_index(row->statement, places[i]);
  }
  must(sqlite3_finalize(select));
  return found == SQLITE_ROW;
}

static void copy_required(Row *row, const char *table, bool is_update, const char *end) {
  if (copy_row(row, table, is_update, end)) return;
  fprintf(stderr, "sqlite: no row in %s %s\n", table, end);
  exit(1);
}

// ---- what flowd has left --------------------------------------------------------------------------
#define ENDED "(SELECT max(key) FROM run WHERE finished_at IS NOT NULL)"
#define CUT_OFF "(SELECT max(key) FROM run WHERE finished_at IS NULL)"

// Other tables with rows of a run or of a step. What an unfinished run has and an ended one has not is deleted at the
// end. What only a step in hand has is not written: it may be there because the step that was cut off is another kind.
static void load_tables(void) {
  sqlite3_stmt *tables =
      prepare("SELECT name, EXISTS (SELECT 1 FROM pragma_table_info(m.name) WHERE name = 'step') FROM sqlite_schema m"
              " WHERE type = 'table' AND name NOT IN ('step', 'event')"
              " AND EXISTS (SELECT 1 FROM pragma_table_info(m.name) WHERE name = 'run')");
  while (sqlite3_step(tables) == SQLITE_ROW) {
    const char *table = (const char *)sqlite3_column_text(tables, 0);
    if (of_run_count == TABLES_MAX || of_step_count == TABLES_MAX) fail("too many tables");
    Row row = {0}, left;
    if (sqlite3_column_int(tables, 1)) {
      if (copy_row(&row, table, false, "WHERE run = " ENDED " ORDER BY step DESC LIMIT 1"))
        of_step[of_step_count++] = row;
    } else if (copy_row(&row, table, false, "WHERE run = " CUT_OFF)) {
      of_run[of_run_count++] = row;
      if (!copy_row(&left, table, false, "WHERE run = " ENDED))
        forget[forget_count++] = prepare_for("DELETE FROM %s WHERE run = ?", table);
    }
    if (row.at[KEY]) must(sqlite3_bind_null(row.statement, row.at[KEY])); // SQLite chooses one
  }
  must(sqlite3_finalize(tables));
}

static void load_rows(void) {
  copy_required(&run_begun, "run", false, "WHERE key = " CUT_OFF);
  copy_required(&run_ended, "run", true, "WHERE key = " ENDED);
  copy_required(&step_begun, "step", false, "WHERE run = " CUT_OFF " ORDER BY step DESC LIMIT 1");
  copy_required(&step_ended, "step", true, "WHERE run = " ENDED " ORDER BY step DESC LIMIT 1");
  copy_required(&told_run_begun, "event", false, "WHERE run = " ENDED " ORDER BY seq LIMIT 1");
  copy_required(&told_step_begun, "event", false, "WHERE run = " ENDED " ORDER BY seq LIMIT 1 OFFSET 1");
  copy_required(&told_step_ended, "event", false, "WHERE run = " ENDED " ORDER BY seq DESC LIMIT 1 OFFSET 1");
  copy_required(&told_run_ended, "event", false, "WHERE run = " ENDED " ORDER BY seq DESC LIMIT 1");
  load_tables();
  sqlite3_stmt *last = prepare("SELECT max(r.key), r.session, (SELECT max(seq) FROM event WHERE session = r.session),"
                               " (SELECT max(position) FROM event) FROM run r");
  must(sqlite3_step(last));
  last_run = sqlite3_column_int64(last, 0);
  session = sqlite3_column_int64(last, 1);
  seq = sqlite3_column_int64(last, 2);
  last_position = sqlite3_column_int64(last, 3);
  must(sqlite3_finalize(last));
}

// ---- writing --------------------------------------------------------------------------------------
static void tell(const Row *event) {
  set(event, POSITION, ++last_position);
  set(event, SESSION, session);
  set(event, SEQ, ++seq);
  set(event, RUN, last_run);
  step(event->statement);
}

static void begin_run(void) {
  struct {
    int64_t high, low;
  } id = {(int64_t)now(), ++last_run};
  set(&run_begun, KEY, last_run);
  must(sqlite3_bind_blob(run_begun.statement, run_begun.at[ID], &id, sizeof id, SQLITE_TRANSIENT));
  set(&run_begun, SESSION, session);
  step(run_begun.statement);
  for (unsigned i = 0; i < of_run_count; i++) {
    set(&of_run[i], RUN, last_run);
    step(of_run[i].statement);
  }
  tell(&told_run_begun);
}

static void end_run(void) {
  set(&run_ended, KEY, last_run);
  step(run_ended.statement);
  for (unsigned i = 0; i < forget_count; i++) {
    must(sqlite3_bind_int64(forget[i], 1, last_run));
    step(forget[i]);
  }
  tell(&told_run_ended);
}

static void begin_step(int64_t index) {
  set(&step_begun, RUN, last_run);
  set(&step_begun, STEP, index);
  step(step_begun.statement);
  tell(&told_step_begun);
}

static void end_step(int64_t index) {
  set(&step_ended, RUN, last_run);
  set(&step_ended, STEP, index);
  step(step_ended.statement);
  for (unsigned i = 0; i < of_step_count; i++) {
    set(&of_step[i], RUN, last_run);
    set(&of_step[i], STEP, index);
    step(of_step[i].statement);
  }
  tell(&told_step_ended);
}
#endif
