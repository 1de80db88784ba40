// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/engine/engine.h"

#include "bench/guest/engine/page_layout.h"

#include <algorithm>
#include <cerrno>
#include <sys/mman.h>
#include <utility>

namespace diobench {

Result<AlignedBuffer> AlignedBuffer::create(size_t bytes, PageOrder order) {
    const int populate = order == PageOrder::as_allocated ? MAP_POPULATE : 0;
    void* p = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | populate, -1, 0);
    if (p == MAP_FAILED) return fail_errno("map buffer of", std::to_string(bytes) + " bytes");
    AlignedBuffer out(static_cast<std::byte*>(p), bytes);
    if (order == PageOrder::fragmented)
        if (auto s = touch_fragmented(out.data_, bytes); !s) return forward(s);
    return out;
}

AlignedBuffer::AlignedBuffer(AlignedBuffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

AlignedBuffer::~AlignedBuffer() {
    if (data_ != nullptr) ::munmap(data_, bytes_);
}

namespace {

std::vector<EngineInfo>& registry() {
    static std::vector<EngineInfo> engines;
    return engines;
}

}  // namespace

EngineRegistration::EngineRegistration(EngineInfo info) {
    auto& engines = registry();
    engines.insert(std::upper_bound(engines.begin(), engines.end(), info,
                                    [](const auto& a, const auto& b) { return a.name < b.name; }),
                   info);
}

std::span<const EngineInfo> all_engines() { return registry(); }

Result<const EngineInfo*> find_engine(std::string_view name) {
    std::string known;
    for (const auto& engine : all_engines()) {
        if (engine.name == name) return &engine;
        known += (known.empty() ? "" : ", ") + std::string(engine.name);
    }
    return fail("find engine", name, "known engines are " + known);
}

bool is_refusal(const Error& error) { return error.errno_value == ENOSYS || error.errno_value == EOPNOTSUPP || error.errno_value == EPERM; }

}  // namespace diobench
