// SPDX-License-Identifier: GPL-2.0-only
// The real fio on a real file.
#include <cerrno>
#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/common/base/paths.h"
#include "bench/common/fio/fio_run.h"
#include "bench/common/fio/job_text.h"
#include "bench/common/fio/meeting.h"

using namespace diobench;
using testing::HasSubstr;

namespace {

constexpr size_t kFileBytes = 8u << 20;

class FioRunTest : public testing::Test {
protected:
    void SetUp() override {
        auto program = static_fio_program();
        if (!program && std::getenv("DIOBENCH_REQUIRE") != nullptr) FAIL() << program.error().message();
        if (!program) GTEST_SKIP() << program.error().message();
        auto made = TempDirectory::create(fs::temp_directory_path(), "fio-test-");
        ASSERT_TRUE(made);
        directory_.emplace(std::move(*made));
        request_.program = *program;
        request_.files = {directory_->path() / "data"};
        request_.work_directory = directory_->path() / "work";
        request_.time_limit = std::chrono::seconds(60);
        ASSERT_TRUE(make_directories(request_.work_directory));
        ASSERT_TRUE(write_file_atomic(request_.files[0], std::string(kFileBytes, 'x')));
    }

    Result<FioMeasurement> run(std::string_view job) {
        auto jobs = parse_fio_job_file(job, "test.fio");
        if (!jobs) return forward(jobs);
        request_.jobs = *jobs;
        return run_fio(request_);
    }

    std::optional<TempDirectory> directory_;
    FioRequest request_;
};

}  // namespace

TEST_F(FioRunTest, MeasuresEveryRead) {
    FioParameters parameters;
    parameters.random = true;
    parameters.direct = false;
    parameters.number_ios = 1000;
    auto jobs = fio_jobs_from(parameters);
    ASSERT_TRUE(jobs);
    request_.jobs = *jobs;
    auto measured = run_fio(request_);
    ASSERT_TRUE(measured) << measured.error().message();
    EXPECT_EQ(measured->ops, 1000u);
    EXPECT_EQ(measured->bytes, 1000u * 4096);
    EXPECT_EQ(measured->errors, 0u);
    EXPECT_EQ(measured->latency.count(), 1000u);
    EXPECT_GT(measured->latency.min_ns(), 0u);
    EXPECT_GE(measured->latency.sum_ns(), measured->completion_latency.sum_ns());
    EXPECT_LT(measured->latency.sum_ns(), measured->elapsed_ns + FioMeasurement::kElapsedResolutionNs);
    EXPECT_LE(measured->elapsed_ns, measured->between_snapshots_ns + FioMeasurement::kElapsedResolutionNs);
    EXPECT_GT(measured->cpu_ns, 0u);
    EXPECT_EQ(measured->version, "fio-3.33");
}

TEST_F(FioRunTest, ReadsMoreThanTheFileHasByBeginningAgain) {
    for (const char* order : {"read", "randread"}) {
        FioParameters parameters;
        parameters.random = std::string_view(order) == "randread";
        parameters.direct = false;
        parameters.size_bytes = 64 * 4096;
        parameters.number_ios = 500;
        request_.jobs = fio_jobs_from(parameters).value();
        auto measured = run_fio(request_);
        ASSERT_TRUE(measured) << measured.error().message();
        EXPECT_EQ(measured->ops, 500u) << order;
    }
}

TEST_F(FioRunTest, HooksStandRightAroundTheReadsOfAllJobs) {
    std::vector<std::string> calls;
    request_.hooks.before = [&]() -> Status {
        calls.push_back("before");
        return {};
    };
    request_.hooks.after = [&]() -> Status {
        calls.push_back("after");
        return {};
    };
    // The second one is through long before the first: it must not take their leave to begin.
    auto measured = run("[a]\nrw=randread\nnumjobs=3\nsize=1m\n[b]\nioengine=libaio\niodepth=4\nsize=1m\n");
    ASSERT_TRUE(measured) << measured.error().message();
    EXPECT_EQ(measured->ops, 4u * 256);
    EXPECT_THAT(calls, testing::ElementsAre("before", "after"));
    EXPECT_TRUE(fs::is_empty(request_.work_directory));
}

TEST_F(FioRunTest, AHooksErrorEndsTheRun) {
    request_.hooks.before = []() -> Status { return fail("take snapshot", "", "no"); };
    auto measured = run("[a]\nsize=1m\n");
    ASSERT_FALSE(measured);
    EXPECT_EQ(measured.error().message(), "take snapshot: no");
    EXPECT_TRUE(fs::is_empty(request_.work_directory));
}

TEST_F(FioRunTest, TheSeedOrdersTheReads) {
    auto order = [&](uint64_t seed) {
        const auto jobs = parse_fio_job_file("[a]\nrw=randread\nnumber_ios=20\n", "test.fio").value();
        const auto job_file = directory_->path() / "job.fio";
        EXPECT_TRUE(write_file_atomic(job_file, fio_job_text(jobs, {request_.files[0].string()}, seed, {}).value()));
        const auto ran = run_checked({request_.program.string(), "--debug=io", "--readonly", job_file.string()});
        EXPECT_TRUE(ran) << ran.error().message();
        std::string offsets;
        for (size_t at = 0; ran && (at = ran->output.find("off=", at)) != std::string::npos; ++at)
            offsets += ran->output.substr(at, ran->output.find(',', at) - at) + " ";
        return offsets;
    };
    const auto one = order(1);
    EXPECT_FALSE(one.empty());
    EXPECT_EQ(one, order(1));
    EXPECT_NE(one, order(2));
}

TEST_F(FioRunTest, ARefusedDirectOpenIsAResult) {
    // What the kernel makes as it is read cannot be read directly.
    request_.files = {"/sys/kernel/uevent_seqnum"};
    if (!fs::exists(request_.files[0])) GTEST_SKIP() << request_.files[0] << " is not there";
    auto measured = run("[a]\ndirect=1\nbs=512\nsize=512\n");
    ASSERT_TRUE(measured) << measured.error().message();
    EXPECT_EQ(measured->open_errno, EINVAL);
    EXPECT_EQ(measured->ops, 0u);
    EXPECT_THAT(measured->complaint, HasSubstr("uevent_seqnum"));
    EXPECT_THAT(measured->complaint, HasSubstr("Invalid argument"));
}

TEST_F(FioRunTest, AFileTooSmallIsRefusedAndStaysAsItIs) {
    auto measured = run("[a]\nsize=16m\n");
    ASSERT_FALSE(measured);
    EXPECT_THAT(measured.error().message(), HasSubstr("reads up to byte 16777216, but the file has 8388608"));
    EXPECT_EQ(fs::file_size(request_.files[0]), kFileBytes);
}

TEST_F(FioRunTest, AMissingFileIsNamed) {
    request_.files = {directory_->path() / "absent"};
    auto measured = run("[a]\n");
    ASSERT_FALSE(measured);
    EXPECT_THAT(measured.error().message(), HasSubstr("absent: No such file"));
}

TEST_F(FioRunTest, TakesNoLongerThanAllowed) {
    request_.time_limit = std::chrono::seconds(8);
    auto measured = run("[a]\nrw=randread\nruntime=60s\ntime_based\n");
    ASSERT_FALSE(measured);
    EXPECT_THAT(measured.error().message(), HasSubstr("it was still reading"));
    EXPECT_EQ(measured.error().code, ExitCode::invalid);
    EXPECT_TRUE(fs::is_empty(request_.work_directory));
}

TEST_F(FioRunTest, RuntimeEndsAJob) {
    auto measured = run("[a]\nrw=randread\nruntime=200ms\ntime_based\n");
    ASSERT_TRUE(measured) << measured.error().message();
    EXPECT_GE(measured->elapsed_ns, 200'000'000u);
    EXPECT_LT(measured->elapsed_ns, 20'000'000'000u);
}

TEST_F(FioRunTest, RampingUpIsInNoNumber) {
    int before = 0;
    request_.hooks.before = [&]() -> Status {
        ++before;
        return {};
    };
    auto measured = run("[a]\nrw=randread\nramp_time=100ms\nnumber_ios=50\n");
    ASSERT_TRUE(measured) << measured.error().message();
    EXPECT_EQ(measured->ops, 50u);
    EXPECT_EQ(before, 1);
}

TEST_F(FioRunTest, ReadsSeveralFiles) {
    request_.files.push_back(directory_->path() / "more");
    ASSERT_TRUE(write_file_atomic(request_.files[1], std::string(kFileBytes, 'y')));
    auto measured = run("[a]\nfilename=${DIOBENCH_FILE}:${DIOBENCH_FILE_2}\nsize=2m\n[b]\nfilename=${DIOBENCH_FILE_2}\nsize=1m\n");
    ASSERT_TRUE(measured) << measured.error().message();
    EXPECT_EQ(measured->bytes, 3u << 20);
    EXPECT_FALSE(run("[a]\nfilename=${DIOBENCH_FILE_3}\n"));
}

TEST_F(FioRunTest, FioFindsTheIodepthOfALatencyTarget) {
    auto measured = run("[a]\nrw=randread\nioengine=libaio\niodepth=8\nlatency_target=10s\nlatency_window=20ms\nlatency_percentile=90\nruntime=5s\ntime_based\n");
    ASSERT_TRUE(measured) << measured.error().message();
    EXPECT_EQ(measured->latency_iodepth, 8u);
    EXPECT_FALSE(run("[a]\nsize=1m\n").value().latency_iodepth);
}

TEST_F(FioRunTest, EveryEngineThatAJobMayNameIsInTheStaticFio) {
    for (std::string engine : {"sync", "psync", "vsync", "pvsync", "pvsync2", "libaio", "io_uring", "posixaio", "mmap", "null"}) {
        auto measured = run("[a]\nrw=randread\nsize=1m\nioengine=" + engine + "\n");
        ASSERT_TRUE(measured) << engine << ": " << measured.error().message();
        if (engine == "io_uring" && measured->errors != 0) continue;  // this host forbids it
        EXPECT_EQ(measured->ops, 256u) << engine;
    }
}

TEST_F(FioRunTest, AFioThatDoesNotStopForSnapshotsIsAnError) {
    const auto fake = directory_->path() / "fake";
    ASSERT_TRUE(write_file_atomic(fake, "#!/bin/sh\ncat <<'X'\n{\n  \"fio version\" : \"fio-3.33\",\n  \"jobs\" : []\n}\nX\n"));
    fs::permissions(fake, fs::perms::owner_all);
    request_.program = fake;
    auto measured = run("[a]\nsize=1m\n");
    ASSERT_FALSE(measured);
    EXPECT_THAT(measured.error().message(), HasSubstr("did not stop where the snapshots are taken"));
}

TEST(FioMeeting, TheShellStandInMeetsAndRefusesAllElse) {
    auto directory = TempDirectory::create(fs::temp_directory_path(), "fio-meeting-");
    ASSERT_TRUE(directory);
    auto meeting = Meeting::create(directory->path());
    ASSERT_TRUE(meeting);
    ASSERT_TRUE(meeting->release(MeetingPoint::after_reads, 1));
    const pid_t pid = ::fork();
    if (pid == 0) {
        std::string name = "sh", flag = "-c", command = meeting_command(MeetingPoint::after_reads) + " > a.prerun.txt 2>&1";
        char* argv[] = {name.data(), flag.data(), command.data(), nullptr};
        ::_exit(::chdir(directory->path().c_str()) == 0 ? meeting_shell_main(3, argv) : 99);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    EXPECT_EQ(status, 0);
    std::string name = "sh", flag = "-c", command = "rm -rf /nothing";
    char* argv[] = {name.data(), flag.data(), command.data(), nullptr};
    EXPECT_EQ(meeting_shell_main(3, argv), 127);
    EXPECT_EQ(meeting_shell_main(1, argv), 127);
}

TEST(FioProgram, MissingSaysWhatToDo) {
    ::setenv("DIOBENCH_CACHE", "/nonexistent", 1);
    auto program = static_fio_program();
    auto t_io_uring = static_t_io_uring_program();
    ::unsetenv("DIOBENCH_CACHE");
    ASSERT_FALSE(program);
    EXPECT_THAT(program.error().message(), HasSubstr("run scripts/setup"));
    ASSERT_FALSE(t_io_uring);
    EXPECT_THAT(t_io_uring.error().message(), testing::AllOf(HasSubstr("t/io_uring"), HasSubstr("run scripts/setup")));
}

TEST(FioProgram, SetupBuildsTheVersionThatIsLookedFor) {
    const auto setup = read_file(project_root() / "scripts" / "setup").value();
    EXPECT_THAT(setup, HasSubstr("fio_version=" + std::string(kFioVersion) + "\n"));
}
