// Starts runs and says how long they took. Session ids on the standard input; one JSON line.
//   flows SOCKET runs COUNT AT_ONCE        AT_ONCE runs over all sessions, then the next when all of them ended; the
//                                          time from the first `started_at` of such a group to its last `finished_at`
//   flows SOCKET first COUNT               one after the other in one session, which is watched: from the call to the
//                                          event `step_started`
//   flows SOCKET stream COUNT BYTES        the same, from the call to `run_finished`; `step_output` must carry BYTES bytes
//   flows SOCKET start COUNT               only starts them, over all sessions
//   flows SOCKET resume COUNT COMMAND...   starts a daemon; until its first reply, and until COUNT runs go on; kills it
#define _GNU_SOURCE
#include "flowd/v1/daemon.pb-c.h"
#include "flowd/v1/flow.pb-c.h"
#include "link.h"
#include <math.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>

enum { SESSIONS_MAX = 4096, RUN_SECONDS_MAX = 60, PAGE_MAX = 500, PAUSE_US_MIN = 500, PAUSE_US_MAX = 50000 };
#define FLOWS "flowd.v1.FlowService"

static Link server;
static char sessions[SESSIONS_MAX][37];
static unsigned session_count;

static void read_sessions(void) {
  while (session_count < SESSIONS_MAX && scanf("%36s", sessions[session_count]) == 1) session_count++;
  if (!session_count) wrong("no session ids on the standard input");
}

static uint32_t send_start(const char *session) {
  Flowd__V1__FlowServiceStartRequest r = FLOWD__V1__FLOW_SERVICE_START_REQUEST__INIT;
  r.session_id = (char *)session;
  r.if_active = FLOWD__V1__IF_ACTIVE__IF_ACTIVE_PARALLEL;
  return send_request(&server, FLOWS, "Start", &r, false);
}

static uint32_t send_watch(const char *session) {
  Flowd__V1__EventServiceWatchRequest r = FLOWD__V1__EVENT_SERVICE_WATCH_REQUEST__INIT;
  r.target_case = session ? FLOWD__V1__EVENT_SERVICE_WATCH_REQUEST__TARGET_SESSION_ID
                          : FLOWD__V1__EVENT_SERVICE_WATCH_REQUEST__TARGET_ALL;
  if (session) r.session_id = (char *)session;
  else r.all = true;
  return send_request(&server, "flowd.v1.EventService", "Watch", &r, true);
}

// ---- many runs ------------------------------------------------------------------------------------

// Runs of a session, newest first; valid until the next call.
static Flowd__V1__FlowServiceListRunsResponse *list(unsigned i, bool unfinished, unsigned size) {
  static Flowd__V1__RunStatus statuses[] = {FLOWD__V1__RUN_STATUS__RUN_STATUS_QUEUED,
                                            FLOWD__V1__RUN_STATUS__RUN_STATUS_RUNNING,
                                            FLOWD__V1__RUN_STATUS__RUN_STATUS_WAITING_INPUT};
  Flowd__V1__FlowServiceListRunsRequest r = FLOWD__V1__FLOW_SERVICE_LIST_RUNS_REQUEST__INIT;
  r.session_id = sessions[i];
  r.page_size = size;
  if (unfinished) r.n_statuses = sizeof statuses / sizeof *statuses, r.statuses = statuses;
  return call(&server, FLOWS, "ListRuns", &r, &flowd__v1__flow_service_list_runs_response__descriptor);
}

// All of them are sent before the first reply is awaited.
static void start(unsigned count) {
  for (unsigned i = 0; i < count; i++) send_start(sessions[i % session_count]);
  for (unsigned i = 0; i < count; i++) {
    Frame frame = next_frame(&server);
    message_arena.used = 0;
    read_response(&frame, &flowd__v1__flow_service_start_response__descriptor);
  }
}

// Asks seldom, so that the asking costs nothing beside the runs.
static void await_ends(void) {
  unsigned pause = PAUSE_US_MIN;
  for (unsigned i = 0; i < session_count; i++)
    while (list(i, true, 1)->n_runs) {
      usleep(pause);
      if (pause < PAUSE_US_MAX) pause *= 2;
    }
}

static double seconds_of(const Google__Protobuf__Timestamp *t) {
  if (!t) wrong("a time is missing");
  return (double)t->seconds + (double)t->nanos / 1e9;
}

// From the first start to the last end of the sessions' `count` newest runs.
static double busy_seconds(unsigned count) {
  double first = INFINITY, last = 0;
  for (unsigned i = 0; i < session_count && i < count; i++) {
    unsigned own = count / session_count + (i < count % session_count);
    const Flowd__V1__FlowServiceListRunsResponse *r = list(i, false, own);
    if (r->n_runs != own) wrong("a run is missing");
    for (unsigned n = 0; n < own; n++) {
      const Flowd__V1__Run *run = r->runs[n];
      if (run->status != FLOWD__V1__RUN_STATUS__RUN_STATUS_SUCCEEDED) wrong("a run has not succeeded");
      double begun = seconds_of(run->started_at), ended = seconds_of(run->finished_at);
      if (begun < first) first = begun;
      if (ended > last) last = ended;
    }
  }
  return last - first;
}

static void run_all(unsigned count, unsigned at_once) {
  if (at_once > PAGE_MAX * session_count) wrong("too few sessions");
  double busy = 0;
  uint64_t begin = now();
  for (unsigned done = 0; done < count; done += at_once) {
    start(at_once);
    await_ends();
    busy += busy_seconds(at_once);
  }
  printf("{\"runs\": %u, \"seconds\": %.6f, \"wall_seconds\": %.6f}\n", count, busy, (double)(now() - begin) / 1e9);
}

// ---- one run, watched -----------------------------------------------------------------------------
static Latencies answered, first_step, whole;

// Until the run has ended and its start is answered.
static void one_run(uint32_t watch, bool measuring) {
  uint64_t begin = now();
  uint32_t started = send_start(sessions[0]);
  bool has_answer = false, has_step = false, has_ended = false;
  while (!has_answer || !has_ended) {
    Frame frame = next_frame(&server);
    uint64_t time = now() - begin;
    if (frame.stream == started) {
      message_arena.used = 0;
      read_response(&frame, &flowd__v1__flow_service_start_response__descriptor);
      has_answer = true;
      if (measuring) record(&answered, time);
      continue;
    }
    if (frame.stream != watch) wrong("a stream that is not open");
    const Flowd__V1__Event *event = read_event(&frame);
    if (event->kind_case == FLOWD__V1__EVENT__KIND_STEP_STARTED && !has_step) {
      has_step = true;
      if (measuring) record(&first_step, time);
    }
    if (event->kind_case != FLOWD__V1__EVENT__KIND_RUN_FINISHED) continue;
    has_ended = event->run_finished->status == FLOWD__V1__RUN_STATUS__RUN_STATUS_SUCCEEDED;
    if (!has_step || !has_ended) wrong("events of a run");
    if (measuring) record(&whole, time);
  }
}

static void first(unsigned count) {
  uint32_t watch = send_watch(sessions[0]);
  for (unsigned i = 0; i < count / 10 + 1; i++) one_run(watch, false);
  for (unsigned i = 0; i < count; i++) one_run(watch, true);
  printf("{\"runs\": %u, \"first_us\": %.3f, \"first_p99_us\": %.3f, \"answer_us\": %.3f, \"whole_us\": %.3f}\n", count,
         quantile_us(&first_step, .5), quantile_us(&first_step, .99), quantile_us(&answered, .5),
         quantile_us(&whole, .5));
}

// ---- a run's output -------------------------------------------------------------------------------

// Until the run has ended; returns how many events carried its output.
static unsigned one_output(uint32_t watch, size_t expected) {
  size_t bytes = 0;
  unsigned events = 0;
  uint64_t begin = now();
  uint32_t started = send_start(sessions[0]);
  alarm(RUN_SECONDS_MAX); // A run that waits for a person waits for ever.
  for (;;) {
    Frame frame = next_frame(&server);
    if (frame.stream == started) {
      message_arena.used = 0;
      read_response(&frame, &flowd__v1__flow_service_start_response__descriptor);
      continue;
    }
    if (frame.stream != watch) wrong("a stream that is not open");
    const Flowd__V1__Event *event = read_event(&frame);
    if (event->kind_case == FLOWD__V1__EVENT__KIND_STEP_OUTPUT) events++, bytes += event->step_output->chunk.len;
    if (event->kind_case != FLOWD__V1__EVENT__KIND_RUN_FINISHED) continue;
    if (event->run_finished->status != FLOWD__V1__RUN_STATUS__RUN_STATUS_SUCCEEDED) wrong(event->run_finished->error);
    if (bytes != expected) wrong("the output's length");
    record(&whole, now() - begin);
    return events;
  }
}

static void stream(unsigned count, size_t bytes) {
  uint32_t watch = send_watch(sessions[0]);
  unsigned events = 0;
  for (unsigned i = 0; i < count; i++) events += one_output(watch, bytes);
  printf("{\"runs\": %u, \"seconds\": %.6f, \"bytes\": %zu, \"events\": %u}\n", count, quantile_us(&whole, .5) / 1e6, bytes,
         events / count);
}

// ---- after a crash --------------------------------------------------------------------------------
static void resume(const char *path, unsigned count, char **command) {
  prctl(PR_SET_TIMERSLACK, 1);
  pid_t pid;
  uint64_t begin = now();
  if (posix_spawnp(&pid, command[0], NULL, NULL, command, environ)) fail(command[0]);
  alarm(120);
  while ((server.fd = connect_unix(path)) < 0) {
    if (waitpid(pid, NULL, WNOHANG)) wrong("the daemon has ended");
    usleep(50);
  }
  Flowd__V1__DaemonServiceHelloRequest hello = FLOWD__V1__DAEMON_SERVICE_HELLO_REQUEST__INIT;
  call(&server, "flowd.v1.DaemonService", "Hello", &hello, &flowd__v1__daemon_service_hello_response__descriptor);
  uint64_t reply = now();
  uint32_t watch = send_watch(NULL);
  for (unsigned resumed = 0; resumed < count;) {
    Frame frame = next_frame(&server);
    if (frame.stream != watch) wrong("a stream that is not open");
    resumed += read_event(&frame)->kind_case == FLOWD__V1__EVENT__KIND_RUN_RESUMED;
  }
  uint64_t all = now();
  printf("{\"runs\": %u, \"first_reply_ms\": %.3f, \"resumed_ms\": %.3f}\n", count, (double)(reply - begin) / 1e6,
         (double)(all - begin) / 1e6);
  kill(pid, SIGKILL);
  waitpid(pid, NULL, 0);
}

int main(int argc, char **argv) {
  const char *mode = argc > 3 ? argv[2] : "";
  unsigned count = argc > 3 ? (unsigned)atoi(argv[3]) : 0;
  if (!strcmp(mode, "resume") && argc > 4) return resume(argv[1], count, argv + 4), 0;
  read_sessions();
  server.fd = connect_unix(argv[1]);
  if (server.fd < 0) fail("connect");
  if (!strcmp(mode, "runs") && argc == 5) {
    run_all(count, (unsigned)atoi(argv[4]));
  } else if (!strcmp(mode, "first")) {
    first(count);
  } else if (!strcmp(mode, "stream") && argc == 5) {
    stream(count, (size_t)atol(argv[4]));
  } else if (!strcmp(mode, "start")) {
    start(count);
    printf("{\"runs\": %u}\n", count);
  } else {
    fprintf(stderr, "usage: see the first lines of flows.c\n");
    return 2;
  }
}
