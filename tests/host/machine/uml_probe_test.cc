// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/machine/uml_probe.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <optional>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace diobench;
using testing::HasSubstr;

namespace {

/// Sets a variable of the environment as long as it lives.
class Environment {
public:
    Environment(const char* name, const std::string& value) : name_(name) {
        if (const char* old = std::getenv(name)) before_ = old;
        ::setenv(name, value.c_str(), 1);
    }
    ~Environment() {
        if (before_) ::setenv(name_, before_->c_str(), 1);
        else ::unsetenv(name_);
    }

private:
    const char* name_;
    std::optional<std::string> before_;
};

/// ptrace(2) is answered by `answer` from now on, in this process and its children.
bool filter_ptrace(unsigned answer) {
    sock_filter instructions[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ptrace, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, answer),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    sock_fprog program = {static_cast<unsigned short>(std::size(instructions)), instructions};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/// "REASON; ADVICE" of a probe in a child process behind such a filter.
std::string probe_behind(unsigned answer, const UmlProbeOptions& options) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) return "no pipe";
    const pid_t child = ::fork();
    if (child == 0) {
        std::string said = "no filter";
        if (filter_ptrace(answer)) {
            const UmlProbe probe = probe_uml(options);
            said = probe.usable ? "usable" : probe.reason + "; " + probe.advice;
        }
        ::_exit(::write(ends[1], said.data(), said.size()) == static_cast<ssize_t>(said.size()) ? 0 : 1);
    }
    ::close(ends[1]);
    std::string out;
    std::array<char, 4096> buffer;
    for (ssize_t n; (n = ::read(ends[0], buffer.data(), buffer.size())) > 0;) out.append(buffer.data(), static_cast<size_t>(n));
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? out : out + " (the child died)";
}

/// A file that says what /proc/sys/kernel/yama/ptrace_scope says.
class UmlProbeTest : public testing::Test {
protected:
    void SetUp() override {
        auto made = TempDirectory::create(fs::temp_directory_path(), "diobench-uml-probe");
        ASSERT_TRUE(made);
        directory_.emplace(std::move(*made));
        options_.ptrace_scope = directory_->path() / "ptrace_scope";
        options_.memory_bytes = 1;
    }
    void set_scope(const char* value) { ASSERT_TRUE(write_file_atomic(options_.ptrace_scope, value)); }

    std::optional<TempDirectory> directory_;
    UmlProbeOptions options_;
};

constexpr unsigned kForbidden = SECCOMP_RET_ERRNO | EPERM;

}  // namespace

TEST_F(UmlProbeTest, TracesAChildAndLeavesNothing) {
    if (probe_behind(SECCOMP_RET_ALLOW, options_) != "usable") GTEST_SKIP() << "this host forbids ptrace: " << probe_uml(options_).reason;
    const UmlProbe probe = probe_uml(options_);
    EXPECT_TRUE(probe.usable);
    EXPECT_EQ(probe.reason + probe.advice, "");
    // FXSAVE's area and the header of XSAVE; no processor has as much as the buffer.
    EXPECT_GE(probe.xsave_bytes, 512u);
    EXPECT_LT(probe.xsave_bytes, 65536u);
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD);
}

TEST_F(UmlProbeTest, YamaOfThreeIsNamedWithItsWayOut) {
    set_scope("3\n");
    EXPECT_THAT(probe_behind(kForbidden, options_), testing::AllOf(HasSubstr("kernel.yama.ptrace_scope = 3"), HasSubstr("until it boots again"), HasSubstr("/etc/sysctl.d")));
    // It says nothing where ptrace works.
    EXPECT_EQ(probe_uml(options_).usable, probe_behind(SECCOMP_RET_ALLOW, options_) == "usable");
}

TEST_F(UmlProbeTest, ASeccompFilterIsNamedAndNotYama) {
    set_scope("1\n");
    EXPECT_THAT(probe_behind(kForbidden, options_), testing::AllOf(HasSubstr("seccomp filter"), HasSubstr("forbids ptrace"), HasSubstr("--cap-add=SYS_PTRACE"), testing::Not(HasSubstr("yama"))));
    EXPECT_THAT(probe_behind(SECCOMP_RET_ERRNO | ENOSYS, options_), HasSubstr("forbids ptrace (ptrace(PTRACE_TRACEME): Function not implemented)"));
}

TEST_F(UmlProbeTest, AFilterThatKillsIsSurvived) {
    EXPECT_THAT(probe_behind(SECCOMP_RET_KILL_PROCESS, options_), HasSubstr("kills who uses ptrace"));
}

TEST_F(UmlProbeTest, OtherErrorsKeepTheirNumber) {
    EXPECT_THAT(probe_behind(SECCOMP_RET_ERRNO | EIO, options_), HasSubstr("ptrace(PTRACE_TRACEME) fails: Input/output error"));
}

TEST_F(UmlProbeTest, DoesNotWaitForEver) {
    options_.time_limit = std::chrono::milliseconds(0);
    const UmlProbe probe = probe_uml(options_);
    EXPECT_FALSE(probe.usable);
    EXPECT_THAT(probe.reason, HasSubstr("did not come to its end within 0 s"));
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
}

TEST_F(UmlProbeTest, MemoryLiesWhereTheKernelPutsIt) {
    const Environment own("TMPDIR", directory_->path().string());
    EXPECT_EQ(uml_memory_folder(), directory_->path());
    const Environment none("TMPDIR", "");
    const Environment other("TMP", "/other");
    EXPECT_EQ(uml_memory_folder(), "/other");
}

TEST_F(UmlProbeTest, AFolderWithoutRoomOrThatIsNotThereIsSaid) {
    if (!probe_uml(options_).usable) GTEST_SKIP() << probe_uml(options_).reason;
    options_.memory_bytes = uint64_t{1} << 60;
    EXPECT_THAT(probe_uml(options_).reason, HasSubstr("are needed"));
    EXPECT_THAT(probe_uml(options_).advice, HasSubstr("TMPDIR"));
    const Environment gone("TMPDIR", (directory_->path() / "gone").string());
    EXPECT_THAT(probe_uml(options_).reason, HasSubstr("No such file or directory"));
}

TEST_F(UmlProbeTest, AFolderMountedNoexecIsSaid) {
    if (!probe_uml(options_).usable) GTEST_SKIP() << probe_uml(options_).reason;
    const fs::path folder = directory_->path() / "noexec";
    ASSERT_TRUE(make_directories(folder));
    if (::mount("none", folder.c_str(), "tmpfs", MS_NOEXEC, "size=2m") != 0) GTEST_SKIP() << "mounting a tmpfs needs root";
    const Environment here("TMPDIR", folder.string());
    const UmlProbe probe = probe_uml(options_);
    ::umount2(folder.c_str(), MNT_DETACH);
    EXPECT_THAT(probe.reason, HasSubstr("mounted noexec"));
    EXPECT_THAT(probe.advice, HasSubstr("mount -o remount,exec"));
}
