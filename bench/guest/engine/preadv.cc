// SPDX-License-Identifier: GPL-2.0-only
#include <cerrno>
#include <sys/uio.h>

#include "bench/guest/engine/read_loop.h"
#include "bench/guest/engine/segments.h"

namespace diobench {
namespace {

class Preadv {
public:
    static Result<Preadv> create(const ReadPlan& plan) { return Preadv(plan); }
    int64_t operator()(std::byte* buffer, const Request& request) const {
        Segments segments;
        const unsigned count = cut_segments(buffer, request.length_bytes, segments);
        const ssize_t n = ::preadv(plan_->fds[request.file], segments.data(), static_cast<int>(count), static_cast<off_t>(request.offset_bytes));
        return n < 0 ? -errno : n;
    }

private:
    explicit Preadv(const ReadPlan& plan) : plan_(&plan) {}
    const ReadPlan* plan_;
};

const EngineRegistration preadv_engine({
    .name = "preadv",
    .purpose = "preadv(2) into four segments, one at a time",
    .max_iodepth = 1,
    .reads_file = true,
    .create = create_queue_engine<SynchronousQueue<Preadv>>,
});

}  // namespace
}  // namespace diobench
