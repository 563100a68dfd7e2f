// What it costs to start a command and to see it end: as it is, under flowd-launch, and confined by it. One JSON line.
//   spawn LAUNCHER DIRECTORY COUNT      COUNT of each, in turns; DIRECTORY takes the private directories
#define _GNU_SOURCE
#include "../../Sources/CLinux/include/LauncherProtocol.h"
#include "common.h"
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

static Latencies plain, launched, confined;

static void wrong(const char *what) {
  fprintf(stderr, "spawn: %s\n", what);
  exit(1);
}

static void await(pid_t pid) {
  int status;
  if (waitpid(pid, &status, 0) != pid || status) wrong("a process has failed");
}

static void spawn_plain(Latencies *latencies) {
  char *words[] = {"true", NULL};
  pid_t pid;
  uint64_t begin = now();
  if (posix_spawn(&pid, "/bin/true", NULL, NULL, words, environ)) wrong("posix_spawn");
  await(pid);
  record(latencies, now() - begin);
}

// What the launcher says until the command and all that it left has ended.
static void read_messages(int control) {
  int last = 0;
  for (struct flowd_launch_message message; last != FLOWD_LAUNCH_TREE_ENDED; last = message.kind) {
    if (recv(control, &message, sizeof message, 0) != sizeof message) wrong("the launcher has ended");
    if (message.kind == FLOWD_LAUNCH_FAILED) {
      fprintf(stderr, "spawn: stage %d, errno %d\n", message.detail, message.value);
      exit(1);
    }
    if (message.kind == FLOWD_LAUNCH_ENDED && (message.detail != FLOWD_LAUNCH_EXITED || message.value))
      wrong("the command has failed");
  }
}

static void spawn_launched(Latencies *latencies, char *launcher, char *private) {
  char *bare[] = {launcher, "5000", "1000", "/", "--", "/bin/true", NULL};
  char *with_private[] = {launcher, "5000", "1000", "/", "--private", private, "--", "/bin/true", NULL};
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t all;
  int ends[2];
  pid_t pid;
  uint64_t begin = now();
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends)) fail("socketpair");
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], FLOWD_LAUNCH_CONTROL_FD);
  posix_spawnattr_init(&attributes);
  sigfillset(&all);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  if (posix_spawn(&pid, launcher, &actions, &attributes, private ? with_private : bare, environ)) wrong("posix_spawn");
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  read_messages(ends[0]);
  await(pid);
  record(latencies, now() - begin);
  close(ends[0]);
}

int main(int argc, char **argv) {
  unsigned count = argc == 4 ? (unsigned)atoi(argv[3]) : 0;
  if (!count) {
    fprintf(stderr, "usage: see the first lines of spawn.c\n");
    return 2;
  }
  for (unsigned i = 0; i < count; i++) {
    char private[4096];
    snprintf(private, sizeof private, "%s/%u", argv[2], i);
    spawn_plain(&plain);
    spawn_launched(&launched, argv[1], NULL);
    spawn_launched(&confined, argv[1], private);
  }
  printf("{\"commands\": %u, \"plain_us\": %.3f, \"launched_us\": %.3f, \"confined_us\": %.3f}\n", count,
         quantile_us(&plain, .5), quantile_us(&launched, .5), quantile_us(&confined, .5));
}
