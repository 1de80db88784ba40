// SPDX-License-Identifier: GPL-2.0-only
// open(2), pread(2) and close(2): what reading a small file takes.
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "bench/guest/engine/read_loop.h"

namespace diobench {
namespace {

class OpenRead {
public:
    static Result<OpenRead> create(const ReadPlan& plan) { return OpenRead(plan); }
    int64_t operator()(std::byte* buffer, const Request& request) const {
        const int fd = ::open(plan_->paths[request.file].c_str(), O_RDONLY | O_CLOEXEC | (plan_->direct ? O_DIRECT : 0) | (plan_->noatime ? O_NOATIME : 0));
        if (fd < 0) return -errno;
        const ssize_t n = ::pread(fd, buffer, request.length_bytes, static_cast<off_t>(request.offset_bytes));
        const int error = errno;
        ::close(fd);
        return n < 0 ? -error : n;
    }

private:
    explicit OpenRead(const ReadPlan& plan) : plan_(&plan) {}
    const ReadPlan* plan_;
};

const EngineRegistration open_pread_close_engine({
    .name = "open-pread-close",
    .purpose = "opens, reads and closes a file each time, one at a time",
    .max_iodepth = 1,
    .reads_file = true,
    .create = create_queue_engine<SynchronousQueue<OpenRead>>,
});

}  // namespace
}  // namespace diobench
