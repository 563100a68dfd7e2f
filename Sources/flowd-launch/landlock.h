#ifndef LANDLOCK_H
#define LANDLOCK_H
#include <stdbool.h>
#include <stdint.h>

#include "options.h"

/* What may be done with a file; of a directory's rights these alone may be granted for a file. */
#define LANDLOCK_READ_FILE_RIGHTS (1U << 0 /* EXECUTE */ | 1U << 2 /* READ_FILE */)
#define LANDLOCK_WRITE_FILE_RIGHTS (1U << 1 /* WRITE_FILE */ | 1U << 14 /* TRUNCATE */)
#define LANDLOCK_FILE_RIGHTS (LANDLOCK_READ_FILE_RIGHTS | LANDLOCK_WRITE_FILE_RIGHTS)

#define LANDLOCK_READ_DIR (1U << 3)
#define LANDLOCK_READ (LANDLOCK_READ_FILE_RIGHTS | LANDLOCK_READ_DIR)
/* REMOVE_DIR, REMOVE_FILE; MAKE_DIR, MAKE_REG, MAKE_SOCK, MAKE_FIFO, MAKE_SYM; REFER. Never MAKE_CHAR, MAKE_BLOCK. */
#define LANDLOCK_WRITE \
  (LANDLOCK_READ | LANDLOCK_WRITE_FILE_RIGHTS | 1U << 4 | 1U << 5 | 1U << 7 | 1U << 8 | 1U << 9 | 1U << 10 | 1U << 12 | \
   1U << 13)

/* The first ABI that keeps signals and abstract sockets in (Linux 6.12); what older ones leave open the filter closes. */
#define LANDLOCK_SCOPES 6

/* The kernel's ABI version; -1 and errno. */
int landlock_version(void);

/* A ruleset that handles all rights that `version` knows, and keeps in what it can keep in; -1 and errno. */
int landlock_ruleset(int version);

/* Grants what the options allow (grants.c); false and errno. */
bool landlock_grant_all(int ruleset, const struct options *options);

/* Grants those of `rights` that the ruleset handles for what `fd` names and all below it; false and errno. */
bool landlock_add(int ruleset, int fd, uint64_t rights);

/* For this process and all that it starts; false and errno. */
bool landlock_restrict(int ruleset);
#endif
