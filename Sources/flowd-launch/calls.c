#define _GNU_SOURCE
#include "calls.h"

#include <string.h>
#include <sys/syscall.h>

#include "landlock.h"

/* Calls that are younger than the headers may be have one number everywhere. */
enum {
  OPENAT2 = 437,
  QUOTACTL_FD = 443,
  PROCESS_MRELEASE = 448,
  FCHMODAT2 = 452,
  SETXATTRAT = 463,
  REMOVEXATTRAT = 466,
  OPEN_TREE_ATTR = 467,
  FILE_SETATTR = 469,
};

static const uint8_t verdicts[CALLS_KNOWN] = {
    /* Modes, owners, attributes and times of files: Landlock has no say about them. */
    [SYS_fchmod] = REFUSE,
    [SYS_fchmodat] = REFUSE,
    [FCHMODAT2] = REFUSE,
    [SYS_fchown] = REFUSE,
    [SYS_fchownat] = REFUSE,
    [SYS_setxattr] = REFUSE,
    [SYS_lsetxattr] = REFUSE,
    [SYS_fsetxattr] = REFUSE,
    [SETXATTRAT] = REFUSE,
    [SYS_removexattr] = REFUSE,
    [SYS_lremovexattr] = REFUSE,
    [SYS_fremovexattr] = REFUSE,
    [REMOVEXATTRAT] = REFUSE,
    [FILE_SETATTR] = REFUSE,
    [SYS_utimensat] = REFUSE,
    [SYS_ioctl] = IOCTL,
    /* Sockets to other programs of the user: flowd's own, agents for keys, message buses, containers. */
    [SYS_socket] = SOCKET,
    [SYS_socketpair] = SOCKETPAIR,
    /* Other processes. Landlock keeps ptrace and signals in; this is the second wall, and what it leaves open. */
    [SYS_ptrace] = REFUSE,
    [SYS_process_vm_readv] = REFUSE,
    [SYS_process_vm_writev] = REFUSE,
    [SYS_process_madvise] = REFUSE,
    [PROCESS_MRELEASE] = REFUSE,
    [SYS_pidfd_getfd] = REFUSE,
    [SYS_kcmp] = REFUSE,
    [SYS_move_pages] = REFUSE,
    [SYS_migrate_pages] = REFUSE,
    [SYS_prlimit64] = FIRST_IS_SELF,
    [SYS_sched_setaffinity] = FIRST_IS_SELF,
    [SYS_sched_setparam] = FIRST_IS_SELF,
    [SYS_sched_setscheduler] = FIRST_IS_SELF,
    [SYS_sched_setattr] = FIRST_IS_SELF,
    [SYS_setpriority] = SET_PRIORITY,
    [SYS_ioprio_set] = SET_IO_PRIORITY,
    /* Memory, semaphores and queues that programs share by a number or a name. */
    [SYS_shmget] = REFUSE,
    [SYS_shmat] = REFUSE,
    [SYS_shmctl] = REFUSE,
    [SYS_semget] = REFUSE,
    [SYS_semop] = REFUSE,
    [SYS_semtimedop] = REFUSE,
    [SYS_semctl] = REFUSE,
    [SYS_msgget] = REFUSE,
    [SYS_msgsnd] = REFUSE,
    [SYS_msgrcv] = REFUSE,
    [SYS_msgctl] = REFUSE,
    [SYS_mq_open] = REFUSE,
    [SYS_mq_unlink] = REFUSE,
    /* io_uring makes calls that no filter sees. */
    [SYS_io_uring_setup] = REFUSE,
    [SYS_io_uring_enter] = REFUSE,
    [SYS_io_uring_register] = REFUSE,
    /* Another view of the file system, or of who one is. A C library that is refused clone3 takes clone. */
    [SYS_clone] = CLONE,
    [SYS_clone3] = UNKNOWN,
    [SYS_unshare] = UNSHARE,
    [SYS_setns] = REFUSE,
    [SYS_mount] = REFUSE,
    [SYS_umount2] = REFUSE,
    [SYS_open_tree] = REFUSE,
    [OPEN_TREE_ATTR] = REFUSE,
    [SYS_move_mount] = REFUSE,
    [SYS_fsopen] = REFUSE,
    [SYS_fsconfig] = REFUSE,
    [SYS_fsmount] = REFUSE,
    [SYS_fspick] = REFUSE,
    [SYS_mount_setattr] = REFUSE,
    [SYS_pivot_root] = REFUSE,
    [SYS_chroot] = REFUSE,
    [SYS_name_to_handle_at] = REFUSE,
    [SYS_open_by_handle_at] = REFUSE,
    [SYS_personality] = PERSONALITY,
    /* The kernel itself. */
    [SYS_bpf] = REFUSE,
    [SYS_perf_event_open] = REFUSE,
    [SYS_userfaultfd] = REFUSE,
    [SYS_fanotify_init] = REFUSE,
    [SYS_keyctl] = REFUSE,
    [SYS_add_key] = REFUSE,
    [SYS_request_key] = REFUSE,
    [SYS_kexec_load] = REFUSE,
    [SYS_kexec_file_load] = REFUSE,
    [SYS_init_module] = REFUSE,
    [SYS_finit_module] = REFUSE,
    [SYS_delete_module] = REFUSE,
    [SYS_reboot] = REFUSE,
    [SYS_quotactl] = REFUSE,
    [QUOTACTL_FD] = REFUSE,
    [SYS_swapon] = REFUSE,
    [SYS_swapoff] = REFUSE,
    [SYS_acct] = REFUSE,
    [SYS_syslog] = REFUSE,
    [SYS_vhangup] = REFUSE,
    [SYS_settimeofday] = REFUSE,
    [SYS_clock_settime] = REFUSE,
    [SYS_sethostname] = REFUSE,
    [SYS_setdomainname] = REFUSE,
#ifdef __x86_64__
    /* Older names of what is above. */
    [SYS_chmod] = REFUSE,
    [SYS_chown] = REFUSE,
    [SYS_lchown] = REFUSE,
    [SYS_utime] = REFUSE,
    [SYS_utimes] = REFUSE,
    [SYS_futimesat] = REFUSE,
    [SYS_iopl] = REFUSE,
    [SYS_ioperm] = REFUSE,
#endif
};

/* What a Landlock older than `until` leaves open. */
static const struct {
  uint16_t call;
  uint8_t verdict;
  uint8_t until;
} older[] = {
    /* Truncating, also by opening without the right to write; a filter cannot see openat2's flags. */
    {SYS_truncate, REFUSE, 3},
    {SYS_openat, OPENAT, 3},
    {OPENAT2, UNKNOWN, 3},
#ifdef __x86_64__
    {SYS_open, OPEN, 3},
#endif
    /* Devices that were opened for reading. */
    {SYS_ioctl, OLDER_IOCTL, LANDLOCK_SCOPES},
    /* Signals. Programs that are refused pidfd_send_signal take kill, whose arguments say whom it means. */
    {SYS_kill, ASK, LANDLOCK_SCOPES},
    {SYS_tkill, ASK, LANDLOCK_SCOPES},
    {SYS_tgkill, ASK, LANDLOCK_SCOPES},
    {SYS_rt_sigqueueinfo, ASK, LANDLOCK_SCOPES},
    {SYS_rt_tgsigqueueinfo, ASK, LANDLOCK_SCOPES},
    {SYS_pidfd_send_signal, UNKNOWN, LANDLOCK_SCOPES},
    {SYS_fcntl, FCNTL, LANDLOCK_SCOPES},
    /* A younger filter that listens would answer in this program's place once this program has been killed. */
    {SYS_seccomp, SECCOMP, LANDLOCK_SCOPES},
};

const uint8_t *verdicts_beside(int landlock) {
  if (landlock >= LANDLOCK_SCOPES) return verdicts;
  static uint8_t changed[CALLS_KNOWN];
  memcpy(changed, verdicts, sizeof changed);
  for (size_t at = 0; at < sizeof older / sizeof older[0]; at++) {
    if (landlock < older[at].until) changed[older[at].call] = older[at].verdict;
  }
  return changed;
}
