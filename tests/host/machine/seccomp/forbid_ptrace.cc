// SPDX-License-Identifier: GPL-2.0-only
// forbid-ptrace errno|kill COMMAND...: runs a command where ptrace(2) fails
// with EPERM, or kills who calls it, as it is in some containers.
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char** argv) {
    if (argc < 3 || (std::strcmp(argv[1], "errno") != 0 && std::strcmp(argv[1], "kill") != 0)) {
        std::fprintf(stderr, "usage: %s errno|kill COMMAND...\n", argv[0]);
        return 2;
    }
    const unsigned answer = std::strcmp(argv[1], "kill") == 0 ? SECCOMP_RET_KILL_PROCESS : SECCOMP_RET_ERRNO | EPERM;
    sock_filter instructions[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ptrace, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, answer),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    sock_fprog program = {static_cast<unsigned short>(sizeof instructions / sizeof *instructions), instructions};
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        std::fprintf(stderr, "forbid-ptrace: seccomp: %s\n", std::strerror(errno));
        return 77;
    }
    ::execvp(argv[2], argv + 2);
    std::fprintf(stderr, "forbid-ptrace: %s: %s\n", argv[2], std::strerror(errno));
    return 127;
}
