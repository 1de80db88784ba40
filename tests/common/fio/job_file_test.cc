// SPDX-License-Identifier: GPL-2.0-only
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/common/base/paths.h"
#include "bench/common/fio/job_file.h"
#include "bench/common/fio/job_option.h"
#include "bench/common/fio/job_text.h"

using namespace diobench;
using testing::HasSubstr;

namespace {

FioJobFile parsed(std::string_view text) {
    auto jobs = parse_fio_job_file(text, "user.fio");
    EXPECT_TRUE(jobs) << jobs.error().message();
    return jobs.value_or(FioJobFile{});
}

/// The message with which a file is refused.
std::string refusal(std::string_view text) {
    auto jobs = parse_fio_job_file(text, "user.fio");
    EXPECT_FALSE(jobs) << text << " was taken";
    return jobs ? "" : jobs.error().message();
}

struct Refused {
    const char* text;
    const char* place;
    const char* why;
};

}  // namespace

TEST(FioJobFile, KnowsWhatAJobDoes) {
    const auto file = parsed("; comment\n[global]\ndirect=1\nioengine=io_uring   # behind it\n\n[one]\nreadwrite=randread\nblocksize=16k\n"
                             "iodepth=8\nnumjobs=2\nsize=1m\noffset=4k\nnumber_ios=1k\nfixedbufs\n[two]\nbsrange=4k-64k\nruntime=500ms\ntime_based\n");
    ASSERT_EQ(file.jobs.size(), 2u);
    const auto& one = file.jobs[0];
    EXPECT_EQ(one.name, "one");
    EXPECT_TRUE(one.random);
    EXPECT_TRUE(one.direct);
    EXPECT_EQ(one.block_size_bytes, 16384u);
    EXPECT_EQ(one.ioengine, "io_uring");
    EXPECT_EQ(one.iodepth, 8u);
    EXPECT_EQ(one.numjobs, 2u);
    EXPECT_EQ(one.size_bytes, 1u << 20);
    EXPECT_EQ(one.offset_bytes, 4096u);
    EXPECT_EQ(one.number_ios, 1024u);
    EXPECT_EQ(one.find("fixedbufs")->value, "1");
    EXPECT_EQ(one.find("rw")->line, 7u);
    const auto& two = file.jobs[1];
    EXPECT_FALSE(two.random);
    EXPECT_EQ(two.block_size_bytes, 65536u);
    EXPECT_EQ(two.iodepth, 1u);
    EXPECT_EQ(two.runtime_ns, 500'000'000u);
    EXPECT_FALSE(two.size_bytes);
    EXPECT_EQ(file.threads(), 3u);
}

TEST(FioJobFile, GlobalHoldsForJobsBelowAndJobsOverrideIt) {
    const auto file = parsed("[global]\nbs=4k\n[a]\n[global]\nbs=8k\n[b]\n[c]\nbs=16k\n");
    ASSERT_EQ(file.jobs.size(), 3u);
    EXPECT_EQ(file.jobs[0].block_size_bytes, 4096u);
    EXPECT_EQ(file.jobs[1].block_size_bytes, 8192u);
    EXPECT_EQ(file.jobs[2].block_size_bytes, 16384u);
}

TEST(FioJobFile, TellsAllFaultsAtOnce) {
    const auto file = parse_fio_job_file("[a]\niodpeth=4\nrw=raed\n", "user.fio");
    ASSERT_FALSE(file);
    EXPECT_THAT(file.error().message(), HasSubstr("user.fio:2: iodpeth=4"));
    EXPECT_THAT(file.error().message(), HasSubstr("\n  read fio job user.fio:3: rw=raed"));
}

TEST(FioJobFile, RefusesInOneSentenceWithPlaceAndRemedy) {
    const Refused cases[] = {
        {"[a]\nrw=randwrite\n", "user.fio:2", "must be read or randread"},
        {"[a]\nrw=readwrite\n", "user.fio:2", "read-only"},
        {"[a]\nrw=raed\n", "user.fio:2", "must be read or randread"},
        {"[a]\nfilename=/etc/passwd\n", "user.fio:2", "the workload names the file"},
        {"[a]\ndirectory=/tmp\n", "user.fio:2", "the workload names the file"},
        {"[a]\n\ntime_based\n", "user.fio:3", "add runtime"},
        {"[a]\nexec_prerun=/bin/rm\n", "user.fio:2", "remove it"},
        {"[a]\nioengine=external:/tmp/x.so\n", "user.fio:2", "cannot be loaded"},
        {"[a]\nioengine=preadv2\n", "user.fio:2", "pvsync2"},
        {"[a]\nioengine=guasi\n", "user.fio:2", "must be one of sync, psync"},
        {"[a]\niodpeth=4\n", "user.fio:2", "did you mean iodepth?"},
        {"[a]\nfrobnicate=4\n", "user.fio:2", "not an option that diobench knows"},
        {"[a]\niodepth=4\n", "user.fio:2", "psync reads one block at a time"},
        {"[a]\nioengine=io_uring\niodepth=0\n", "user.fio:3", "must be 1 to 4k"},
        {"[a]\nbs=4x\n", "user.fio:2", "must be a number"},
        {"[a]\nbs=4k,8k\n", "user.fio:2", "must be a number"},
        {"[a]\nbs=0\n", "user.fio:2", "must be 1 to 1g"},
        {"[a]\nbs=4k\nbsrange=4k-8k\n", "user.fio:3", "contradicts bs"},
        {"[a]\nbsrange=8k-4k\n", "user.fio:2", "LOW at most HIGH"},
        {"[a]\ndirect=2\n", "user.fio:2", "must be 0 or 1"},
        {"[a]\ndirect=1\nbuffered=1\n", "user.fio:3", "contradicts direct=1"},
        {"[a]\nioengine=mmap\ndirect=1\n", "user.fio:3", "through the page cache"},
        {"[a]\nfixedbufs=1\n", "user.fio:2", "only ioengine io_uring has it"},
        {"[a]\nsize=1k\n", "user.fio:2", "smaller than one block of 4k"},
        {"[a]\nsize=101%\n", "user.fio:2", "0% to 100%"},
        {"[a]\nruntime=0\n", "user.fio:2", "must be more than 0"},
        {"[a]\nruntime=ten\n", "user.fio:2", "such as 500ms"},
        {"[a]\nrandrepeat=0\n", "user.fio:2", "repeatable"},
        {"[a]\ninvalidate=1\n", "user.fio:2", "cache_state"},
        {"[a]\nthread=0\n", "user.fio:2", "threads of one fio"},
        {"[a]\nstonewall\n", "user.fio:2", "same time"},
        {"[a]\ngtod_reduce=1\n", "user.fio:2", "latencies"},
        {"[a]\nbs=4k\nbs=8k\n", "user.fio:3", "given twice"},
        {"[a]\nbs=4k\nblocksize=8k\n", "user.fio:3", "given twice"},
        {"[a]\nbs\n", "user.fio:2", "it needs a value"},
        {"[a]\nrandom_distribution=zipf:x\n", "user.fio:2", "zipf:THETA"},
        {"[a]\ninclude other.fio\n", "user.fio:2", "stand alone"},
        {"rw=read\n", "user.fio:1", "must stand in a section"},
        {"[a b; rm]\n", "user.fio:1", "must end in ']'"},
        {"[a$(x)]\n", "user.fio:1", "letters, digits"},
        {"[globals]\n", "user.fio:1", "rename it"},
        {"[a]\n[a]\n", "user.fio:2", "of that name above"},
        {"[global]\nrw=read\n", "user.fio", "no job in it"},
        {"", "user.fio", "no job in it"},
        {"[a]\nnumjobs=64\n[b]\nnumjobs=64\n[c]\nnumjobs=64\n[d]\nnumjobs=64\n[e]\n", "user.fio", "at most 256"},
    };
    for (const auto& one : cases) {
        const std::string message = refusal(one.text);
        EXPECT_THAT(message, HasSubstr(one.place)) << one.text;
        EXPECT_THAT(message, HasSubstr(one.why)) << one.text;
        EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    }
}

TEST(FioJobFile, DefaultIsToReadAllOnce) {
    const auto file = parsed("[a]\nfilename=${DIOBENCH_FILE}\n");
    EXPECT_FALSE(file.jobs[0].random);
    EXPECT_FALSE(file.jobs[0].direct);
    EXPECT_EQ(file.jobs[0].ioengine, "psync");
}

TEST(FioJobFile, ShippedExamplesAreRight) {
    size_t seen = 0;
    for (const auto& entry : fs::directory_iterator(project_root() / "workloads" / "fio")) {
        if (entry.path().extension() != ".fio") continue;
        auto jobs = read_fio_job_file(entry.path());
        EXPECT_TRUE(jobs) << jobs.error().message();
        ++seen;
    }
    EXPECT_GT(seen, 0u);
}

TEST(FioJobFile, ParametersBecomeOneJob) {
    FioParameters parameters;
    parameters.random = true;
    parameters.ioengine = "libaio";
    parameters.iodepth = 32;
    parameters.number_ios = 512;
    parameters.offset_bytes = 8192;
    parameters.size_bytes = 1 << 20;
    auto jobs = fio_jobs_from(parameters);
    ASSERT_TRUE(jobs) << jobs.error().message();
    ASSERT_EQ(jobs->jobs.size(), 1u);
    const auto& job = jobs->jobs[0];
    EXPECT_TRUE(job.random && job.direct);
    EXPECT_EQ(job.iodepth, 32u);
    EXPECT_EQ(job.offset_bytes, 8192u);
    EXPECT_EQ(job.number_ios, 512u);
    EXPECT_EQ(job.find("io_size")->value, std::to_string(512 * 4096));
    parameters.ioengine = "psync";
    auto refused = fio_jobs_from(parameters);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("one block at a time"));
}

TEST(FioJobText, KeepsTheUsersOptionsAndAddsWhatARunNeeds) {
    const auto file = parsed("[a]\nfilename=${DIOBENCH_FILE}\nrw=randread\nrandseed=7\n");
    auto text = fio_job_text(file, {"/mnt/a:b"}, 42, {"meet", "part"});
    ASSERT_TRUE(text);
    EXPECT_THAT(*text, HasSubstr("[a]\nfilename=/mnt/a\\:b\nrw=randread\nrandseed=7\n"));
    EXPECT_THAT(*text, HasSubstr("invalidate=0\n"));
    EXPECT_THAT(*text, HasSubstr("randrepeat=0\nrandseed=42\nexec_prerun=meet\nexec_postrun=part\n"));
    EXPECT_LT(text->find("randseed=42"), text->find("randseed=7"));
    EXPECT_EQ(text->find("DIOBENCH_FILE"), std::string::npos);
    EXPECT_FALSE(fio_job_text(file, {"/mnt/a#b"}, 42, {}));
}

TEST(FioJobText, FilesGoByNumber) {
    const auto file = parsed("[a]\nfilename=${DIOBENCH_FILE_2}\n[b]\nfilename=${DIOBENCH_FILE}:${DIOBENCH_FILE_3}\n");
    EXPECT_THAT(file.jobs[1].files, testing::ElementsAre(1, 3));
    auto text = fio_job_text(file, {"/m/x", "/m/y", "/m/z"}, 1, {});
    ASSERT_TRUE(text);
    EXPECT_THAT(*text, HasSubstr("[a]\nfilename=/m/y\n"));
    EXPECT_THAT(*text, HasSubstr("[b]\nfilename=/m/x:/m/z\n"));
    EXPECT_FALSE(fio_job_text(file, {"/m/x", "/m/y"}, 1, {}));
}

TEST(FioJobFile, RampsUpInARunOfItsOwn) {
    const auto file = parsed("[a]\nrw=randread\nramp_time=50ms\nnumber_ios=7\nrandseed=3\n[b]\nruntime=2s\n");
    EXPECT_EQ(file.ramp_ns(), 50'000'000u);
    const auto ramp = file.ramp();
    EXPECT_EQ(ramp.ramp_ns(), 0u);
    for (const auto& job : ramp.jobs) {
        EXPECT_EQ(job.find("runtime")->value, "50ms");
        EXPECT_NE(job.find("time_based"), nullptr);
        EXPECT_EQ(job.find("number_ios"), nullptr);
        EXPECT_EQ(job.find("randseed"), nullptr);
    }
    const auto after = file.after_ramp();
    EXPECT_EQ(after.jobs[0].find("ramp_time"), nullptr);
    EXPECT_EQ(after.jobs[0].find("number_ios")->value, "7");
}

TEST(FioJobFile, KnowsWhetherBlocksComeOnce) {
    const auto once = [](const std::string& options) { return parsed("[a]\n" + options).jobs[0].reads_each_once(); };
    EXPECT_TRUE(once("rw=randread\n"));
    EXPECT_TRUE(once("rw=read\n"));
    for (const char* again : {"rw=read:8k\n", "rw=randread\nnorandommap\n", "rw=randread\nrandom_distribution=zipf:1.1\n", "numjobs=2\n",
                              "filename=${DIOBENCH_FILE}:${DIOBENCH_FILE_2}\n", "rw=randread\nbsrange=4k-8k\n"})
        EXPECT_FALSE(once(again)) << again;
}
