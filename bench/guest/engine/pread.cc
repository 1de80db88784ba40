// SPDX-License-Identifier: GPL-2.0-only
#include <cerrno>
#include <unistd.h>

#include "bench/guest/engine/read_loop.h"

namespace diobench {
namespace {

class Pread {
public:
    static Result<Pread> create(const ReadPlan& plan) { return Pread(plan); }
    int64_t operator()(std::byte* buffer, const Request& request) const {
        const ssize_t n = ::pread(plan_->fds[request.file], buffer, request.length_bytes, static_cast<off_t>(request.offset_bytes));
        return n < 0 ? -errno : n;
    }

private:
    explicit Pread(const ReadPlan& plan) : plan_(&plan) {}
    const ReadPlan* plan_;
};

const EngineRegistration pread_engine({
    .name = "pread",
    .purpose = "pread(2), one at a time",
    .max_iodepth = 1,
    .reads_file = true,
    .create = create_queue_engine<SynchronousQueue<Pread>>,
});

}  // namespace
}  // namespace diobench
