// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/mapped_file.h"

#include <cerrno>
#include <csetjmp>
#include <csignal>
#include <cstring>
#include <sys/mman.h>

#include "bench/common/image/content.h"

namespace diobench {

namespace {

sigjmp_buf fault_return;

void on_fault(int) { siglongjmp(fault_return, 1); }

}  // namespace

bool copy_guarded(std::span<std::byte> to, const std::byte* from) {
    struct sigaction action {};
    struct sigaction old_bus {};
    struct sigaction old_segv {};
    action.sa_handler = on_fault;
    ::sigaction(SIGBUS, &action, &old_bus);
    ::sigaction(SIGSEGV, &action, &old_segv);
    volatile bool done = false;
    if (sigsetjmp(fault_return, 1) == 0) {
        std::memcpy(to.data(), from, to.size());
        done = true;
    }
    ::sigaction(SIGBUS, &old_bus, nullptr);
    ::sigaction(SIGSEGV, &old_segv, nullptr);
    return done;
}

Result<MappedFile> MappedFile::map(int fd, uint64_t size_bytes, int advice) {
    size_t bytes = (size_bytes + kBlockBytes - 1) / kBlockBytes * kBlockBytes;
    void* data = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, fd, 0);
    if (data == MAP_FAILED) return fail_errno("map", "a file of the image");
    if (::madvise(data, bytes, advice) < 0) return fail_errno("advise on", "a mapping of the image");
    return MappedFile(static_cast<std::byte*>(data), bytes);
}

MappedFile::MappedFile(MappedFile&& other) noexcept : data_(other.data_), bytes_(other.bytes_) { other.data_ = nullptr; }

MappedFile::~MappedFile() {
    if (data_ != nullptr) ::munmap(data_, bytes_);
}

ssize_t MappedFile::read(uint64_t offset, std::span<std::byte> to) const {
    if (offset >= bytes_) return 0;
    auto part = to.first(std::min<size_t>(to.size(), bytes_ - offset));
    return copy_guarded(part, data_ + offset) ? static_cast<ssize_t>(part.size()) : -EFAULT;
}

}  // namespace diobench
