#define _GNU_SOURCE
#include "confine.h"

#include <errno.h>

#include "landlock.h"
#include "privileges.h"

static struct start_failure failed(int stage) { return (struct start_failure){stage, errno}; }

/* The ruleset is made first: to look around, the kernel may ask for the privileges that are given up then. */
struct start_failure confine(const struct options *options, struct listener *listener) {
  int version = landlock_version();
  if (version < 0) return failed(FLOWD_LAUNCH_STAGE_LANDLOCK);
  int ruleset = landlock_ruleset(version);
  if (ruleset < 0) return failed(FLOWD_LAUNCH_STAGE_LANDLOCK);
  if (!landlock_grant_all(ruleset, options)) return failed(FLOWD_LAUNCH_STAGE_RULES);
  if (!privileges_give_up()) return failed(FLOWD_LAUNCH_STAGE_PRIVILEGES);
  if (!landlock_restrict(ruleset)) return failed(FLOWD_LAUNCH_STAGE_LANDLOCK);
  if (!filter_install(version, listener)) return failed(FLOWD_LAUNCH_STAGE_SECCOMP);
  return (struct start_failure){0, 0};
}
