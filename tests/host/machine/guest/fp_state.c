// SPDX-License-Identifier: GPL-2.0-only
/*
 * init of a User Mode Linux guest: are the FP registers of its processes right?
 *
 *   gcc -O2 -static -pthread -o init fp_state.c
 *
 * Each check loads a pattern into all vector registers, does something between
 * that load and a store without any C in between, and compares.  Prints one line
 * a check and PASS or FAIL at the end, then powers off (if it is process 1).
 *
 * FP_LEVEL=sse|avx|avx512 (default: what CPUID says) bounds what is checked: on a
 * host whose XSAVE area is smaller than its CPU's, wider registers are not saved.
 * FP_XSAVE_BYTES=N: the area that the frame of a signal must say.
 */
#define _GNU_SOURCE
#include <cpuid.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif

enum level { SSE, AVX, AVX512 };
static enum level level;
static long xsave_bytes;
static int failures;

/* All vector registers: 32 of 64 bytes, then k1..k7. */
struct regs {
	uint8_t v[32][64];
	uint64_t k[8];
} __attribute__((aligned(64)));

static void pattern(struct regs *r, unsigned int seed)
{
	uint8_t *p = (uint8_t *)r;

	for (size_t i = 0; i < sizeof(*r); i++)
		p[i] = (uint8_t)(seed * 37 + i * 11 + (i >> 6) * 5 + 1);
}

#define ALL16(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)
#define HIGH16(X) X(16) X(17) X(18) X(19) X(20) X(21) X(22) X(23) X(24) X(25) X(26) X(27) X(28) X(29) X(30) X(31)
#define MASKS(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7)
#define L_SSE(n) "movdqu " #n "*64(%rdi), %xmm" #n "\n"
#define S_SSE(n) "movdqu %xmm" #n ", " #n "*64(%rsi)\n"
#define L_AVX(n) "vmovdqu " #n "*64(%rdi), %ymm" #n "\n"
#define S_AVX(n) "vmovdqu %ymm" #n ", " #n "*64(%rsi)\n"
#define L_512(n) "vmovdqu64 " #n "*64(%rdi), %zmm" #n "\n"
#define S_512(n) "vmovdqu64 %zmm" #n ", " #n "*64(%rsi)\n"
#define L_K(n) "kmovq 2048+" #n "*8(%rdi), %k" #n "\n"
#define S_K(n) "kmovq %k" #n ", 2048+" #n "*8(%rsi)\n"

/*
 * long NAME_KIND(const struct regs *in, struct regs *out, long a, long b, long c, long d)
 * loads in, does BODY with a in rdx, b in rcx, c in r8, d in r9, stores out.
 */
#define ONE(name, load, store, body)			\
	__asm__(".text\n.globl " name "\n" name ":\n"	\
		"push %rbx\npush %rsi\n" load		\
		body					\
		"pop %rsi\n" store "pop %rbx\nret\n")
#define KIND(name, body)						\
	ONE(name "_sse", ALL16(L_SSE), ALL16(S_SSE), body);		\
	ONE(name "_avx", ALL16(L_AVX), ALL16(S_AVX), body);		\
	ONE(name "_512", ALL16(L_512) HIGH16(L_512) MASKS(L_K),		\
	    ALL16(S_512) HIGH16(S_512) MASKS(S_K), body)
#define DECLARE(name)							\
	long name##_sse(const struct regs *in, struct regs *out, long a, long b, long c, long d);	\
	long name##_avx(const struct regs *in, struct regs *out, long a, long b, long c, long d);	\
	long name##_512(const struct regs *in, struct regs *out, long a, long b, long c, long d);	\
	static long name(const struct regs *in, struct regs *out, long a, long b, long c, long d)	\
	{								\
		return level == AVX512 ? name##_512(in, out, a, b, c, d) :	\
		       level == AVX ? name##_avx(in, out, a, b, c, d) :	\
				      name##_sse(in, out, a, b, c, d);	\
	}

/* a: number, b, c, d: arguments */
KIND("fp_syscall", "mov %rdx, %rax\nmov %rcx, %rdi\nmov %r8, %rsi\nmov %r9, %rdx\nsyscall\n");
DECLARE(fp_syscall)
/* a: address to write to */
KIND("fp_touch", "movb $1, (%rdx)\nxor %eax, %eax\n");
DECLARE(fp_touch)
/* a: rounds */
KIND("fp_spin", "1: dec %rdx\njnz 1b\nxor %eax, %eax\n");
DECLARE(fp_spin)
/* Loads in and leaves it there. */
KIND("fp_load", "xor %eax, %eax\n");
DECLARE(fp_load)

static int same(const struct regs *a, const struct regs *b)
{
	int n = level == AVX512 ? 32 : 16, width = 16 << level;

	for (int i = 0; i < n; i++)
		if (memcmp(a->v[i], b->v[i], width))
			return 0;
	return level < AVX512 || !memcmp(&a->k[1], &b->k[1], 7 * 8);
}

static void check(const char *what, int ok)
{
	printf("%s: %s\n", ok ? "ok" : "FAILED", what);
	if (!ok)
		failures++;
}

static int status_of(pid_t pid)
{
	int status = -1;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

/* -- a process, its page faults, others at the same time ------------------- */

static void system_calls(void)
{
	struct regs in, out;
	int ok = 1;

	for (int i = 0; i < 200; i++) {
		pattern(&in, i);
		fp_syscall(&in, &out, i % 2 ? SYS_sched_yield : SYS_getppid, 0, 0, 0);
		ok &= same(&in, &out);
	}
	check("system calls", ok);
}

static void page_faults(void)
{
	char *p = mmap(NULL, 256 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct regs in, out;
	int ok = 1;

	for (int i = 0; i < 256; i++) {
		pattern(&in, i);
		fp_touch(&in, &out, (long)(p + i * 4096), 0, 0, 0);
		ok &= same(&in, &out);
	}
	check("page faults", ok);
}

static int busy(unsigned int seed, double seconds)
{
	struct timeval start, now;
	struct regs in, out;

	gettimeofday(&start, NULL);
	for (unsigned int i = 0;; i++) {
		pattern(&in, seed + i);
		if (i % 2)
			fp_spin(&in, &out, 100000, 0, 0, 0);
		else
			fp_syscall(&in, &out, SYS_sched_yield, 0, 0, 0);
		if (!same(&in, &out))
			return 1;
		gettimeofday(&now, NULL);
		if ((now.tv_sec - start.tv_sec) + (now.tv_usec - start.tv_usec) / 1e6 > seconds)
			return 0;
	}
}

static void processes(void)
{
	pid_t pids[6];
	int ok = 1;

	for (int i = 0; i < 6; i++) {
		pids[i] = fork();
		if (!pids[i])
			_exit(busy(1000 * i, 2));
	}
	for (int i = 0; i < 6; i++)
		ok &= status_of(pids[i]) == 0;
	check("six processes at the same time", ok);
}

static void *busy_thread(void *arg)
{
	return (void *)(long)busy((long)arg, 2);
}

static void threads(void)
{
	pthread_t t[6];
	int ok = 1;

	for (long i = 0; i < 6; i++)
		pthread_create(&t[i], NULL, busy_thread, (void *)(1000 * i));
	for (int i = 0; i < 6; i++) {
		void *r;

		pthread_join(t[i], &r);
		ok &= !r;
	}
	check("six threads at the same time", ok);
}

/* -- fork, exec ------------------------------------------------------------ */

static void inherits(void)
{
	struct regs in, out;
	int ok = 1;

	for (int i = 0; i < 20; i++) {
		long pid;

		pattern(&in, i + 7);
		pid = fp_syscall(&in, &out, SYS_fork, 0, 0, 0);
		if (!pid)
			_exit(!same(&in, &out));
		ok &= same(&in, &out) && status_of(pid) == 0;
	}
	check("fork: parent and child have the same", ok);
}

static void exec_resets(void)
{
	pid_t pid = fork();

	if (!pid) {
		unsigned int mxcsr = 0x7fa0;
		unsigned short cw = 0x27f;
		char *argv[] = { "/init", "after-exec", NULL };

		__asm__ volatile("ldmxcsr %0\nfldcw %1" : : "m"(mxcsr), "m"(cw));
		execv("/proc/self/exe", argv);
		_exit(99);
	}
	check("exec: control words are reset", status_of(pid) == 0);
}

static int after_exec(void)
{
	unsigned int mxcsr;
	unsigned short cw;

	__asm__ volatile("stmxcsr %0\nfnstcw %1" : "=m"(mxcsr), "=m"(cw));
	return (mxcsr & ~0x3f) != 0x1f80 || cw != 0x37f;
}

/* -- signals --------------------------------------------------------------- */

static volatile int handled;
static char *protected_page;
static struct regs expected;	/* in the frame */
static volatile int frame_ok;
static volatile int change_frame;

static int frame_is_right(ucontext_t *uc)
{
	uint8_t *fp = (uint8_t *)uc->uc_mcontext.fpregs;
	uint32_t magic1, extended_size, xstate_size, magic2;
	uint64_t features;

	for (int i = 0; i < 16; i++)
		if (memcmp(fp + 160 + 16 * i, expected.v[i], 16))
			return 0;
	memcpy(&magic1, fp + 464, 4);
	memcpy(&extended_size, fp + 468, 4);
	memcpy(&features, fp + 472, 8);
	memcpy(&xstate_size, fp + 480, 4);
	if (magic1 != FP_XSTATE_MAGIC1 || !(uc->uc_flags & 1) || (uintptr_t)fp % 64)
		return 0;
	memcpy(&magic2, fp + xstate_size, 4);
	if (magic2 != FP_XSTATE_MAGIC2 || extended_size != xstate_size + 4)
		return 0;
	if (xsave_bytes && xstate_size != xsave_bytes)
		return 0;
	if ((features & 3) != 3)
		return 0;
	if (level >= AVX) {
		if (!(features & 4))
			return 0;
		for (int i = 0; i < 16; i++)
			if (memcmp(fp + 576 + 16 * i, expected.v[i] + 16, 16))
				return 0;
	}
	return level < AVX512 || (features & 0xe0) == 0xe0;
}

static void handler(int sig, siginfo_t *si, void *context)
{
	ucontext_t *uc = context;
	struct regs in, out;

	(void)si;
	frame_ok = frame_is_right(uc);
	if (sig == SIGSEGV)
		mprotect(protected_page, 4096, PROT_READ | PROT_WRITE);
	if (change_frame)
		memset((uint8_t *)uc->uc_mcontext.fpregs + 160 + 16 * 5, 0xab, 16);
	pattern(&in, 4242);
	fp_load(&in, &out, 0, 0, 0, 0);
	handled++;
	if (sig == SIGUSR1)
		raise(SIGUSR2);
	fp_load(&in, &out, 0, 0, 0, 0);
}

static void set_handler(int sig, int flags)
{
	struct sigaction sa = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags };

	sigaction(sig, &sa, NULL);
}

static void signals(int flags, const char *what)
{
	struct regs in, out;
	int ok = 1, frames = 1;
	char text[80];

	set_handler(SIGUSR1, flags);
	set_handler(SIGUSR2, flags);
	set_handler(SIGSEGV, flags);
	for (int i = 0; i < 20; i++) {
		pattern(&in, i + 100);
		expected = in;
		handled = 0;
		fp_syscall(&in, &out, SYS_kill, getpid(), SIGUSR2, 0);
		ok &= same(&in, &out) && handled == 1;
		frames &= frame_ok;
		handled = 0;
		fp_syscall(&in, &out, SYS_kill, getpid(), SIGUSR1, 0);
		ok &= same(&in, &out) && handled == 2;
		mprotect(protected_page, 4096, PROT_NONE);
		handled = 0;
		fp_touch(&in, &out, (long)protected_page, 0, 0, 0);
		ok &= same(&in, &out) && handled == 1;
		frames &= frame_ok;
	}
	snprintf(text, sizeof(text), "%s: handlers change nothing", what);
	check(text, ok);
	snprintf(text, sizeof(text), "%s: frames are right", what);
	check(text, frames);

	change_frame = 1;
	fp_syscall(&in, &out, SYS_kill, getpid(), SIGUSR2, 0);
	change_frame = 0;
	memset(in.v[5], 0xab, 16);
	snprintf(text, sizeof(text), "%s: what a handler writes to its frame is restored", what);
	check(text, same(&in, &out));
}

static void timer_signals(void)
{
	struct itimerval it = { { 0, 3000 }, { 0, 3000 } }, off = { { 0, 0 }, { 0, 0 } };

	set_handler(SIGALRM, 0);
	handled = 0;
	setitimer(ITIMER_REAL, &it, NULL);
	int r = busy(31, 2);

	setitimer(ITIMER_REAL, &off, NULL);
	printf("   %d timer signals\n", handled);
	check("signals at any time", !r && handled > 10);
}

static void alternate_stacks(void)
{
	unsigned long need = getauxval(AT_MINSIGSTKSZ);
	size_t size = 2 * (need + 16384);	/* a handler in a handler, each with what it needs itself */
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	stack_t ss = { .ss_sp = p, .ss_size = size };

	printf("   AT_MINSIGSTKSZ %lu\n", need);
	check("AT_MINSIGSTKSZ is larger than the area", need > (unsigned long)xsave_bytes + 512);
	sigaltstack(&ss, NULL);
	signals(SA_ONSTACK, "alternate stack");
	ss.ss_flags = SS_DISABLE;
	sigaltstack(&ss, NULL);

	if (need <= 2048) {
		printf("   no alternate stack is too small\n");
		return;
	}
	/* One that is too small: the process ends, what is below is not written */
	char *shared = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid = fork();

	if (!pid) {
		stack_t small = { .ss_sp = shared + 61440, .ss_size = 2048 };

		signal(SIGSEGV, SIG_DFL);
		sigaltstack(&small, NULL);
		kill(getpid(), SIGUSR2);
		_exit(0);
	}
	int status = status_of(pid), clean = 1;

	for (int i = 0; i < 61440; i++)
		clean &= !shared[i];
	check("alternate stack too small: SIGSEGV", WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	check("alternate stack too small: nothing written below", clean);
}

/* -- ptrace, core dumps ---------------------------------------------------- */

static void traced(void)
{
	struct regs in, out, mine, after;
	struct user_fpregs_struct fp;
	pid_t pid;
	int ok = 1;

	pattern(&in, 55);
	pattern(&mine, 66);
	pattern(&after, 77);
	pid = fork();
	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		fp_syscall(&in, &out, SYS_kill, getpid(), SIGSTOP, 0);
		/* xmm are those that the tracer wrote, the rest is as it was */
		for (int i = 0; i < 16; i++)
			memcpy(in.v[i], after.v[i], 16);
		_exit(!same(&in, &out));
	}
	waitpid(pid, NULL, 0);
	memset(&fp, 0xee, sizeof(fp));
	fp_syscall(&mine, &out, SYS_ptrace, PTRACE_PEEKUSER, pid, 0);
	__asm__ volatile("" ::: "memory");
	/* With other registers of our own: r10 is data, so by libc */
	fp_load(&mine, &out, 0, 0, 0, 0);
	ok &= ptrace(PTRACE_GETFPREGS, pid, 0, &fp) == 0;
	for (int i = 0; i < 16; i++)
		ok &= !memcmp((char *)fp.xmm_space + 16 * i, in.v[i], 16);
	check("PTRACE_GETFPREGS reads the child's", ok);
	check("PTRACE_GETFPREGS: control words", fp.cwd == 0x37f && (fp.mxcsr & ~0x3f) == 0x1f80);
	for (int i = 0; i < 16; i++)
		memcpy((char *)fp.xmm_space + 16 * i, after.v[i], 16);
	check("PTRACE_SETFPREGS", ptrace(PTRACE_SETFPREGS, pid, 0, &fp) == 0);
	fp.mxcsr = 0xffffffff;
	errno = 0;
	check("PTRACE_SETFPREGS refuses a bad mxcsr", ptrace(PTRACE_SETFPREGS, pid, 0, &fp) < 0 && errno == EINVAL);

	static char area[65536];
	struct iovec iov = { area, sizeof(area) };

	if (ptrace(PTRACE_GETREGSET, pid, NT_X86_XSTATE, &iov) == 0) {
		printf("   PTRACE_GETREGSET(NT_X86_XSTATE) gives %zu bytes\n", iov.iov_len);
		ok = !xsave_bytes || (long)iov.iov_len == xsave_bytes;
		for (int i = 0; i < 16; i++)
			ok &= !memcmp(area + 160 + 16 * i, after.v[i], 16);
		check("PTRACE_GETREGSET", ok);
	} else {
		printf("   PTRACE_GETREGSET(NT_X86_XSTATE): %s\n", strerror(errno));
	}
	ptrace(PTRACE_CONT, pid, 0, 0);
	check("the child has what was written", status_of(pid) == 0);
	fp_syscall(&mine, &out, SYS_getppid, 0, 0, 0);
	check("the tracer has its own", same(&mine, &out));
}

static void core_dump(void)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	struct regs in, out;
	static char core[1 << 20];
	int fd = open("/proc/sys/kernel/core_pattern", O_WRONLY), found = 0, ok = 0;

	if (fd < 0) {
		printf("   no core dumps in this kernel\n");
		return;
	}
	if (write(fd, "/tmp/core", 9) != 9)
		return;
	close(fd);
	pattern(&in, 88);
	pid_t pid = fork();

	if (!pid) {
		signal(SIGSEGV, SIG_DFL);
		setrlimit(RLIMIT_CORE, &all);
		fp_touch(&in, &out, 16, 0, 0, 0);
		_exit(0);
	}
	int status = status_of(pid);

	fd = open("/tmp/core", O_RDONLY);
	ssize_t n = read(fd, core, sizeof(core));
	Elf64_Ehdr *eh = (Elf64_Ehdr *)core;
	Elf64_Phdr *ph = (Elf64_Phdr *)(core + eh->e_phoff);

	for (int i = 0; n > 0 && i < eh->e_phnum; i++) {
		if (ph[i].p_type != PT_NOTE)
			continue;
		for (size_t at = ph[i].p_offset; at < ph[i].p_offset + ph[i].p_filesz;) {
			Elf64_Nhdr *nh = (Elf64_Nhdr *)(core + at);
			char *desc = core + at + sizeof(*nh) + ((nh->n_namesz + 3) & ~3u);

			if (nh->n_type == NT_PRFPREG) {
				found = ok = 1;
				for (int j = 0; j < 16; j++)
					ok &= !memcmp(desc + 160 + 16 * j, in.v[j], 16);
			}
			at = (desc - core) + ((nh->n_descsz + 3) & ~3u);
		}
	}
	check("core dump", WCOREDUMP(status) && found && ok);
}

int main(int argc, char **argv)
{
	unsigned int a, b = 0, c, d;
	const char *want = getenv("FP_LEVEL"), *bytes = getenv("FP_XSAVE_BYTES");

	if (argc > 1 && !strcmp(argv[1], "after-exec"))
		return after_exec();
	setvbuf(stdout, NULL, _IONBF, 0);
	if (getpid() == 1) {
		mkdir("/proc", 0755);
		mkdir("/tmp", 0755);
		mount("proc", "/proc", "proc", 0, NULL);
		mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
		int fd = open("/dev/console", O_RDWR);

		if (fd >= 0) {
			dup2(fd, 0);
			dup2(fd, 1);
			dup2(fd, 2);
		}
	}
	__get_cpuid_count(7, 0, &a, &b, &c, &d);
	level = b & (1u << 16) && b & (1u << 30) ? AVX512 : AVX;
	if (want)
		level = !strcmp(want, "sse") ? SSE : !strcmp(want, "avx") ? AVX : AVX512;
	xsave_bytes = bytes ? atol(bytes) : 0;
	printf("fp_state: level %d, area %ld\n", level, xsave_bytes);

	protected_page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	system_calls();
	page_faults();
	inherits();
	exec_resets();
	signals(0, "signals");
	timer_signals();
	alternate_stacks();
	traced();
	core_dump();
	processes();
	threads();
	printf(failures ? "FAIL: %d\n" : "PASS\n", failures);
	if (getpid() == 1)
		reboot(RB_POWER_OFF);
	return failures != 0;
}
