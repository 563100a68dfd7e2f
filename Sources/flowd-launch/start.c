/*
 * This program has no C library: it lives for every command once more, and setting one up took four times as long as
 * starting a program does at all. What is needed of one is here and in library.c, under the usual names.
 */
#include <errno.h>
#include <unistd.h>

int main(int count, char **words);

char **environ;
static int last_error;

int *__errno_location(void) { return &last_error; }

/* `stack` as the kernel leaves it: the count, the words and NULL, the environment and NULL. */
__attribute__((noreturn, used)) static void begin(long *stack) {
  int count = (int)stack[0];
  char **words = (char **)(stack + 1);
  environ = words + count + 1;
  _exit(main(count, words));
}

/* For syscall, below: the kernel's answer is the errno value's negative. */
__attribute__((used)) static long fail(long answer) {
  last_error = (int)-answer;
  return -1;
}

#if defined(__x86_64__)
__asm__(".text\n"
        ".globl _start\n"
        "_start:\n"
        "  xor %ebp, %ebp\n"
        "  mov %rsp, %rdi\n"
        "  and $-16, %rsp\n"
        "  call begin\n"
        ".globl syscall\n"
        "syscall:\n"
        "  mov %rdi, %rax\n"
        "  mov %rsi, %rdi\n"
        "  mov %rdx, %rsi\n"
        "  mov %rcx, %rdx\n"
        "  mov %r8, %r10\n"
        "  mov %r9, %r8\n"
        "  mov 8(%rsp), %r9\n"
        "  syscall\n"
        "  cmp $-4095, %rax\n"
        "  jae 1f\n"
        "  ret\n"
        "1:\n"
        "  mov %rax, %rdi\n"
        "  jmp fail\n"
        /*
         * clone(CLONE_VM | CLONE_FILES | CLONE_VFORK | SIGCHLD). The child uses this stack first, and
         * overwrites the address to return to: it is kept in a register that the call does not take.
         */
        ".globl vfork\n"
        "vfork:\n"
        "  pop %r9\n"
        "  mov $56, %eax\n"
        "  mov $0x4511, %edi\n"
        "  xor %esi, %esi\n"
        "  xor %edx, %edx\n"
        "  xor %r10d, %r10d\n"
        "  xor %r8d, %r8d\n"
        "  syscall\n"
        "  push %r9\n"
        "  cmp $-4095, %rax\n"
        "  jae 1b\n"
        "  ret\n");
#elif defined(__aarch64__)
__asm__(".text\n"
        ".globl _start\n"
        "_start:\n"
        "  mov x29, #0\n"
        "  mov x30, #0\n"
        "  mov x0, sp\n"
        "  bl begin\n"
        ".globl syscall\n"
        "syscall:\n"
        "  mov x8, x0\n"
        "  mov x0, x1\n"
        "  mov x1, x2\n"
        "  mov x2, x3\n"
        "  mov x3, x4\n"
        "  mov x4, x5\n"
        "  mov x5, x6\n"
        "  svc #0\n"
        "  cmn x0, #4095\n"
        "  b.hs 1f\n"
        "  ret\n"
        "1:\n"
        "  b fail\n"
        /* clone, as above. */
        ".globl vfork\n"
        "vfork:\n"
        "  mov x0, #0x4511\n"
        "  mov x1, #0\n"
        "  mov x2, #0\n"
        "  mov x3, #0\n"
        "  mov x4, #0\n"
        "  mov x8, #220\n"
        "  svc #0\n"
        "  cmn x0, #4095\n"
        "  b.hs 1b\n"
        "  ret\n");
#else
#error "flowd-launch has to learn how this machine makes system calls"
#endif
