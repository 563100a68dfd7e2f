#define _GNU_SOURCE
#include "landlock.h"

#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * The interface is written down here, since the headers of the machine that builds may be older than the kernel that runs.
 * The numbers are the same on every architecture.
 */
enum { CREATE_RULESET = 444, ADD_RULE = 445, RESTRICT_SELF = 446 };
enum { CREATE_RULESET_VERSION = 1, RULE_PATH_BENEATH = 1 };
enum { SCOPE_ABSTRACT_UNIX_SOCKET = 1, SCOPE_SIGNAL = 2 };

struct ruleset {
  uint64_t files;
  uint64_t network;
  uint64_t scoped;
};

struct path_beneath {
  uint64_t rights;
  int32_t fd;
} __attribute__((packed));

int landlock_version(void) { return (int)syscall(CREATE_RULESET, NULL, (size_t)0, CREATE_RULESET_VERSION); }

/* What is handled and not granted is denied. One program makes one ruleset. */
static uint64_t handled;

/* A kernel refuses rights that it does not know, and moving a file to another directory where REFER is not handled. */
static uint64_t rights_known(int version) {
  uint64_t known = (1U << 13) - 1;
  if (version >= 2) known |= 1U << 13; /* REFER */
  if (version >= 3) known |= 1U << 14; /* TRUNCATE */
  if (version >= 5) known |= 1U << 15; /* IOCTL_DEV */
  return known;
}

int landlock_ruleset(int version) {
  handled = rights_known(version);
  bool scopes = version >= LANDLOCK_SCOPES;
  const struct ruleset ruleset = {
      .files = handled, .network = 0, .scoped = scopes ? SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL : 0};
  return (int)syscall(CREATE_RULESET, &ruleset, scopes ? sizeof ruleset : offsetof(struct ruleset, network), 0);
}

bool landlock_add(int ruleset, int fd, uint64_t rights) {
  const struct path_beneath rule = {rights & handled, fd};
  return syscall(ADD_RULE, ruleset, RULE_PATH_BENEATH, &rule, 0) == 0;
}

bool landlock_restrict(int ruleset) { return syscall(RESTRICT_SELF, ruleset, 0) == 0; }
