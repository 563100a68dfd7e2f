#define _GNU_SOURCE
#include "privileges.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const unsigned kept = 1U << CAP_DAC_OVERRIDE | 1U << CAP_DAC_READ_SEARCH;

bool privileges_give_up(void) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
  if (syscall(SYS_capget, &header, sets) != 0) return false;
  if ((sets[0].permitted | sets[1].permitted | sets[0].inheritable | sets[1].inheritable) == 0) return true;
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) return false;
  unsigned left = sets[0].permitted & kept;
  sets[0] = (struct __user_cap_data_struct){.effective = left, .permitted = left, .inheritable = 0};
  sets[1] = (struct __user_cap_data_struct){0};
  return syscall(SYS_capset, &header, sets) == 0;
}
