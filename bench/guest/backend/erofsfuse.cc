// SPDX-License-Identifier: GPL-2.0-only
// EROFS read by a process (erofs-utils' erofsfuse).
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fmt/format.h>
#include <sys/mount.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "bench/common/base/files.h"
#include "bench/guest/backend/backend.h"

namespace diobench {
namespace {

constexpr const char* kProgram = "/usr/bin/erofsfuse";
constexpr long kFuseMagic = 0x65735546;  // FUSE_SUPER_MAGIC

class ErofsFuse : public Backend {
public:
    ~ErofsFuse() override {
        for (auto& [layout, served] : served_) {
            ::umount2(served.directory.c_str(), MNT_DETACH);
            ::kill(served.pid, SIGTERM);
            ::waitpid(served.pid, nullptr, 0);
        }
    }
    Status install(BackendWorld& world, const GuestImage& image) override {
        if (::access(kProgram, X_OK) < 0) return unsupported("use back end erofsfuse", fmt::format("{} is not in this machine (scripts/setup builds it)", kProgram));
        if (::access("/dev/fuse", F_OK) < 0) return unsupported("use back end erofsfuse", "this kernel has no FUSE");
        auto copies = copy_blobs(world, image);
        if (!copies) return forward(copies);
        Served served{"/mnt/erofsfuse." + image.layout, *copies, -1};
        if (auto s = make_directories(served.directory); !s) return s;
        std::vector<std::string> arguments = {kProgram, "-f"};
        for (size_t i = 1; i < copies->size(); ++i) arguments.push_back("--device=" + copies->at(i));
        arguments.insert(arguments.end(), {copies->front(), served.directory});
        std::vector<char*> argv;
        for (auto& argument : arguments) argv.push_back(argument.data());
        argv.push_back(nullptr);
        served.pid = ::fork();
        if (served.pid < 0) return fail_errno("start", kProgram);
        if (served.pid == 0) {
            ::execv(kProgram, argv.data());
            ::_exit(127);
        }
        if (auto s = wait_for_mount(served); !s) return s;
        served_.emplace(image.layout, std::move(served));
        return {};
    }
    Result<OpenImage> open(BackendWorld&, const GuestImage& image, CacheState state) override {
        // erofsfuse does not ask for FOPEN_KEEP_CACHE (fuse_finish_open(), fs/fuse/file.c).
        if (state == CacheState::resident) return unsupported("use back end erofsfuse with cache_state resident", "FUSE drops a file's page cache when it is opened");
        const Served& served = served_.at(image.layout);
        OpenImage out;
        out.directory = served.directory;
        out.backing = served.backing;
        out.server = served.pid;
        return out;
    }

private:
    struct Served {
        std::string directory;
        std::vector<std::string> backing;
        pid_t pid;
    };
    static Status wait_for_mount(const Served& served) {
        for (int i = 0; i < 500; ++i) {
            struct statfs st {};
            if (::statfs(served.directory.c_str(), &st) == 0 && st.f_type == kFuseMagic) return {};
            int status = 0;
            if (::waitpid(served.pid, &status, WNOHANG) == served.pid)
                return fail("start", kProgram, "it ended with status " + std::to_string(status) + " before it mounted (see the console)", ExitCode::failed_check);
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        return fail("start", kProgram, "it did not mount within 5 s", ExitCode::failed_check);
    }
    std::map<std::string, Served> served_;
};

const BackendRegistration erofsfuse_backend({
    .name = "erofsfuse",
    .purpose = "EROFS read by a process through FUSE",
    .copies = BackendCopies::blobs,
    .program = kProgram,
    .built_program = "erofs-utils-1.5/erofsfuse",
    .create = []() -> std::unique_ptr<Backend> { return std::make_unique<ErofsFuse>(); },
});

}  // namespace
}  // namespace diobench
