// SPDX-License-Identifier: GPL-2.0-only
// Loaded into User Mode Linux (LD_PRELOAD) by a test: makes this host look like
// one whose XSAVE area has another size.  DIOBENCH_TEST_XSAVE_BYTES names it:
// 576 (no AVX), 832 (AVX), 2696 (AVX-512), 11008 (AMX), or what is still to
// come.  Without the variable nothing changes.
//
// Only what ptrace(2) says of NT_X86_XSTATE is changed, as the host's kernel
// would say it (Linux kernel/ptrace.c ptrace_regset(), arch/x86/kernel/fpu/regset.c
// xstateregs_get() and xstateregs_set()):
//   PTRACE_GETREGSET  gives as many bytes as asked for, at most N, and says how many;
//   PTRACE_SETREGSET  answers EFAULT unless it is given N bytes or more.
// A larger area than the real one is zero at its end.  Of a smaller one the
// components that do not fit are not there: neither in XCR0 nor in XSTATE_BV.
//
// CPUID is not changed.  A guest on a host with a smaller area must therefore be told not to use what UML cannot save: a
// parameter of User Mode Linux that it does not know itself is in the environment of its init, where glibc reads it.
#include <algorithm>
#include <cerrno>
#include <cpuid.h>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <elf.h>
#include <string>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>

namespace {

/// What NT_X86_XSTATE is made of: FXSAVE, in whose last 48 bytes the host's
/// kernel writes XCR0, then the header, which starts with XSTATE_BV.
constexpr size_t kXcr0At = 464;
constexpr size_t kXstateBvAt = 512;
constexpr size_t kSmallest_bytes = 576;
constexpr size_t kAvx_bytes = 832;
constexpr size_t kAvx512_bytes = 2432;
constexpr size_t kLargest_bytes = 1 << 20;
constexpr size_t kRegister_bytes = 8;

using Ptrace = long (*)(int request, pid_t pid, void* addr, void* data);
Ptrace real_ptrace;
/// 0: this host as it is.
size_t area_bytes;
/// Components of XCR0 that lie within area_bytes.
uint64_t fitting;
/// UML calls from one thread; a stack may be as small as a page.
unsigned char area[kLargest_bytes];

uint64_t load(size_t at) {
    uint64_t value;
    std::memcpy(&value, area + at, sizeof value);
    return value;
}

void store(size_t at, uint64_t value) { std::memcpy(area + at, &value, sizeof value); }

/// CPUID leaf 0xD: size and offset of each component beyond x87 and SSE.
uint64_t components_within(size_t bytes) {
    uint64_t out = 3;
    for (unsigned i = 2; i < 63; ++i) {
        unsigned size = 0, offset = 0, ecx = 0, edx = 0;
        if (!__get_cpuid_count(0xd, i, &size, &offset, &ecx, &edx)) break;
        if (size != 0 && static_cast<uint64_t>(offset) + size <= bytes) out |= uint64_t{1} << i;
    }
    return out;
}

/// What glibc must not use with this area.
std::string wide_registers() {
    std::string out;
    if (area_bytes < kAvx512_bytes) out = "-AVX512F,-AVX512VL,-AVX512BW,-AVX512DQ,-AVX512CD";
    if (area_bytes < kAvx_bytes) out += ",-AVX,-AVX2,-AVX_Fast_Unaligned_Load";
    return out;
}

/// The last argument of a User Mode Linux grows by a parameter: it joins them with blanks.
void tell_guest(int argc, char** argv) {
    const std::string without = wide_registers();
    const std::string program = argv[0];
    if (without.empty() || argc < 2 || !program.ends_with("/linux")) return;
    static std::string last;
    last = std::string(argv[argc - 1]) + " GLIBC_TUNABLES=glibc.cpu.hwcaps=" + without;
    argv[argc - 1] = last.data();
}

/// Before main(): a process that UML has cloned has too little stack for dlsym().
__attribute__((constructor)) void start(int argc, char** argv, char**) {
    real_ptrace = reinterpret_cast<Ptrace>(::dlsym(RTLD_NEXT, "ptrace"));
    const char* text = std::getenv("DIOBENCH_TEST_XSAVE_BYTES");
    if (!text) return;
    char* end = nullptr;
    const unsigned long value = std::strtoul(text, &end, 10);
    if (*text == '\0' || *end != '\0' || value < kSmallest_bytes || value > kLargest_bytes || value % kRegister_bytes != 0) {
        std::fprintf(stderr, "DIOBENCH_TEST_XSAVE_BYTES=%s: wanted a multiple of %zu from %zu to %zu\n", text, kRegister_bytes,
                     kSmallest_bytes, kLargest_bytes);
        std::_Exit(2);
    }
    area_bytes = value;
    fitting = components_within(value);
    tell_guest(argc, argv);
}

long fail(int code) {
    errno = code;
    return -1;
}

/// Reads the real area into `area`; its size, or 0 with errno.
size_t read_real(pid_t pid) {
    iovec all{area, sizeof area};
    if (real_ptrace(PTRACE_GETREGSET, pid, reinterpret_cast<void*>(NT_X86_XSTATE), &all) < 0) return 0;
    if (all.iov_len < area_bytes) std::memset(area + all.iov_len, 0, area_bytes - all.iov_len);
    return all.iov_len;
}

long get(pid_t pid, iovec& asked) {
    if (asked.iov_len % kRegister_bytes != 0) return fail(EINVAL);
    const size_t real_bytes = read_real(pid);
    if (real_bytes == 0) return -1;
    if (area_bytes < real_bytes) {
        store(kXcr0At, load(kXcr0At) & fitting);
        store(kXstateBvAt, load(kXstateBvAt) & fitting);
    }
    asked.iov_len = std::min(asked.iov_len, area_bytes);
    std::memcpy(asked.iov_base, area, asked.iov_len);
    return 0;
}

long set(pid_t pid, iovec& given) {
    if (given.iov_len % kRegister_bytes != 0) return fail(EINVAL);
    given.iov_len = std::min(given.iov_len, area_bytes);
    if (given.iov_len < area_bytes) return fail(EFAULT);
    const size_t real_bytes = read_real(pid);
    if (real_bytes == 0) return -1;
    const uint64_t hidden = area_bytes < real_bytes ? load(kXstateBvAt) & ~fitting : 0;
    std::memcpy(area, given.iov_base, std::min(area_bytes, real_bytes));
    if (area_bytes < real_bytes) {
        if (load(kXstateBvAt) & ~fitting) return fail(EINVAL);
        store(kXstateBvAt, load(kXstateBvAt) | hidden);
    }
    iovec whole{area, real_bytes};
    return real_ptrace(PTRACE_SETREGSET, pid, reinterpret_cast<void*>(NT_X86_XSTATE), &whole);
}

}  // namespace

extern "C" long ptrace(enum __ptrace_request request, ...) noexcept {
    std::va_list list;
    va_start(list, request);
    const pid_t pid = va_arg(list, pid_t);
    void* addr = va_arg(list, void*);
    void* data = va_arg(list, void*);
    va_end(list);
    if (area_bytes != 0 && reinterpret_cast<uintptr_t>(addr) == NT_X86_XSTATE) {
        if (request == PTRACE_GETREGSET) return get(pid, *static_cast<iovec*>(data));
        if (request == PTRACE_SETREGSET) return set(pid, *static_cast<iovec*>(data));
    }
    return real_ptrace(request, pid, addr, data);
}
