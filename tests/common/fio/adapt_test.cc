// SPDX-License-Identifier: GPL-2.0-only
// Job files as people have them, each with one trait, and what becomes of them.
#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/common/base/process.h"
#include "bench/common/base/units.h"
#include "bench/common/fio/adapt.h"
#include "bench/common/fio/fio_run.h"
#include "bench/common/fio/job_option.h"

using namespace diobench;
using testing::HasSubstr;

namespace {

constexpr uint64_t kTail = 1000;

struct Asked {
    std::map<std::string, std::string> variables{};
    FioSurroundings around{{32 * kMiB + kTail}, FioClock::emulated, MixedJobs::left_out};
};

FioSurroundings four_files() { return {std::vector<uint64_t>(4, 8 * kMiB + kTail), FioClock::emulated, MixedJobs::left_out}; }

Result<AdaptedFio> adapt(std::string_view text, const Asked& asked = {}) {
    auto script = parse_fio_script(text, "user.fio", "/nowhere", fio_variables(asked.variables));
    if (!script) return forward(script);
    return adapt_fio_script(*script, asked.around);
}

/// The static fio itself says whether it takes the text.
void expect_fio_takes(const FioPhase& phase) {
    auto fio = static_fio_program();
    if (!fio) return;  // the other half of each test holds without it
    auto folder = TempDirectory::create(fs::temp_directory_path(), "fio-adapt-");
    ASSERT_TRUE(folder);
    std::string text = phase.text;
    for (unsigned file = 1; file <= 4; ++file)
        for (size_t at; (at = text.find(fio_file_variable(file))) != std::string::npos;)
            text.replace(at, fio_file_variable(file).size(), (folder->path() / std::to_string(file)).string());
    ASSERT_TRUE(write_file_atomic(folder->path() / "job.fio", text));
    auto ran = run_command({fio->string(), "--readonly", "--thread", "--parse-only", "--warnings-fatal", (folder->path() / "job.fio").string()});
    ASSERT_TRUE(ran);
    EXPECT_EQ(ran->exit_status, 0) << ran->output << text;
}

AdaptedFio adapted(std::string_view text, const Asked& asked = {}) {
    auto out = adapt(text, asked);
    EXPECT_TRUE(out) << out.error().message();
    if (!out) return {};
    for (const auto& phase : out->phases) expect_fio_takes(phase);
    return std::move(*out);
}

FioJob only_job(std::string_view text, const Asked& asked = {}) {
    const AdaptedFio out = adapted(text, asked);
    EXPECT_EQ(out.phases.size(), 1u);
    if (out.phases.size() != 1) return {};
    EXPECT_EQ(out.phases[0].jobs.jobs.size(), 1u) << out.phases[0].text;
    return out.phases[0].jobs.jobs.front();
}

std::string refusal_of(std::string_view text, const Asked& asked = {}) {
    auto out = adapt(text, asked);
    EXPECT_FALSE(out) << text << " was taken";
    return out ? "" : out.error().message();
}

/// The row of a line, as "became: why".
std::string row(const AdaptedFio& out, unsigned line) {
    for (const auto& change : out.changes)
        if (change.line == line) return change.became + ": " + change.why;
    return "";
}

std::string value(const FioJob& job, std::string_view key) {
    const auto* option = job.find(key);
    return option == nullptr ? "" : option->value;
}

}  // namespace

TEST(FioAdapt, WhatCanStayStaysAndIsNoChange) {
    const auto out = adapted("[a]\nfilename=${DIOBENCH_FILE}\nrw=randread\nbs=8k\ndirect=1\nioengine=libaio\niodepth=16\nnumber_ios=500\nrandom_distribution=zipf:1.1\n");
    EXPECT_TRUE(out.changes.empty()) << changes_text(out.changes, 200);
    EXPECT_EQ(out.phases[0].jobs.jobs[0].iodepth, 16u);
    EXPECT_TRUE(refuse_changes(out.changes));
}

TEST(FioAdapt, WhatIsAboutWritesAndPlacesIsDroppedAndListed) {
    const auto out = adapted("[global]\nname=x\nfallocate=none\nfsync_on_close=1\nsync=0\nverify=0\nwrite_lat_log=l\nper_job_logs=0\nunlink=0\nexitall\ncpus_allowed=0-3\n"
                             "numa_mem_policy=bind:0\nprioclass=2\nnice=-5\nstartdelay=3\ngtod_reduce=1\nclat_percentiles=1\n[a]\nrw=read\n");
    for (unsigned line = 2; line <= 17; ++line) EXPECT_THAT(row(out, line), testing::StartsWith("dropped: ")) << line;
    EXPECT_EQ(out.changes.size(), 16u);
    EXPECT_THAT(refuse_changes(out.changes).error().message(), testing::AllOf(HasSubstr("user.fio:2: name=x"), HasSubstr("user.fio:17: clat_percentiles=1"), HasSubstr("--strict-fio")));
}

TEST(FioAdapt, ALineOfGlobalIsOneChangeForAllJobs) {
    EXPECT_EQ(adapted("[global]\nsync=0\nfilename=/f\n[a]\n[b]\n[c]\n").changes.size(), 2u);
}

TEST(FioAdapt, PhasesAreCellsAndWritersAreLeftOut) {
    const auto out = adapted("[global]\nfilename=/f\n[w]\nrw=write\n[a]\nstonewall\nrw=read\n[b]\nstonewall\nrw=randread\n[t]\nstonewall\nrw=randtrim\n[c]\nwait_for=b\n");
    ASSERT_EQ(out.phases.size(), 3u);
    EXPECT_EQ(out.phases[0].name, "a");
    EXPECT_EQ(out.phases[1].name, "b");
    EXPECT_EQ(out.phases[2].name, "c");
    EXPECT_THAT(row(out, 3), HasSubstr("left out: it writes"));
    EXPECT_THAT(row(out, 6), HasSubstr("cells of their own"));
}

TEST(FioAdapt, JobsWithoutBarriersRunTogether) {
    const auto out = adapted("[global]\nfilename=/f\n[a]\nstonewall\n[b]\n[c]\nstonewall\n[d]\n");
    ASSERT_EQ(out.phases.size(), 2u);
    EXPECT_EQ(out.phases[0].jobs.jobs.size(), 2u);
    EXPECT_EQ(out.phases[0].name, "phase1");
}

TEST(FioAdapt, BothModesAtATimeAreTwoCells) {
    const auto out = adapted("[global]\nfilename=/f\n[a]\ndirect=1\n[b]\nbuffered=1\n[c]\nbuffered=0\n");
    ASSERT_EQ(out.phases.size(), 2u);
    EXPECT_EQ(out.phases[0].jobs.jobs.size(), 2u);
    EXPECT_TRUE(out.phases[0].jobs.jobs[0].direct);
    EXPECT_FALSE(out.phases[1].jobs.jobs[0].direct);
    EXPECT_THAT(row(out, 5), HasSubstr("prove neither"));
}

TEST(FioAdapt, MixedJobsAreLeftOutOrReadTheirShare) {
    const char* text = "[m]\nrw=randrw:4\nrwmixread=75\nnumber_ios=1000\nfilename=/f\n";
    EXPECT_THAT(refusal_of(text), testing::AllOf(HasSubstr("nothing is left of it to read"), HasSubstr("--reads-of-mixed")));
    Asked asked;
    asked.around.mixed = MixedJobs::reads_kept;
    const auto job = only_job(text, asked);
    EXPECT_EQ(value(job, "rw"), "randread:4");
    EXPECT_EQ(job.number_ios, 750u);
    EXPECT_EQ(value(only_job("[m]\nrw=rw\nrwmixwrite=75\nsize=1m\nfilename=/f\n", asked), "io_size"), "256k");
}

TEST(FioAdapt, AFileThatOnlyWritesIsRefusedInOneSentence) {
    const std::string text = refusal_of("[a]\nrw=write\n[b]\nioengine=cpuio\ncpuload=50\n[c]\nread_iolog=x\n[d]\nrw=trim\n");
    EXPECT_THAT(text, testing::AllOf(HasSubstr("nothing is left"), HasSubstr("[a] (it writes"), HasSubstr("[b] (ioengine cpuio: it burns CPU"), HasSubstr("and 1 more")));
    EXPECT_EQ(text.find('\n'), std::string::npos);
}

TEST(FioAdapt, AllFaultsComeAtOnce) {
    const std::string text = refusal_of("[a]\niodpeth=4\nrw=raed\n[b]\nbs=1.5k\nioengine=frob\nsize=${NO_SUCH_VARIABLE}g\nruntime=10sec\n[c]\nrate=1m\nrate_iops=10\n");
    for (const char* fault : {"user.fio:3: rw=raed", "user.fio:5: bs=1.5k: fio reads no fractions", "user.fio:6: ioengine=frob", "--set NO_SUCH_VARIABLE=VALUE", "user.fio:8: runtime=10sec",
                              "user.fio:11: rate_iops=10: fio takes either"})
        EXPECT_THAT(text, HasSubstr(fault));
    EXPECT_THAT(refusal_of("[a]\niodpeth=4\n"), HasSubstr("did you mean iodepth?"));
}

TEST(FioAdapt, EveryVariableThatMattersIsMissed) {
    const std::string text = refusal_of("[a]\nrw=${NO_RW}\nioengine=${NO_ENGINE}\niodepth=${NO_DEPTH}\nnumjobs=${NO_JOBS}\ndirect=${NO_MODE}\n");
    for (const char* name : {"NO_RW", "NO_ENGINE", "NO_DEPTH", "NO_JOBS", "NO_MODE"}) EXPECT_THAT(text, HasSubstr(std::string("--set ") + name + "=VALUE"));
    EXPECT_EQ(std::ranges::count(text, '\n'), 4);
}

TEST(FioAdapt, VariablesAreOnlyMissedWhereTheyMatter) {
    Asked asked;
    asked.variables = {{"MIB", "3"}};
    const auto job = only_job("[a]\nfilename=${NO_SUCH_DISK}\nwrite_bw_log=${NO_SUCH_LOG}\nsize=${MIB}m\n", asked);
    EXPECT_EQ(job.size_bytes, 3 * kMiB);
}

TEST(FioAdapt, EqualNamesAreOneFileAndOthersAreOthers) {
    Asked asked;
    asked.around = four_files();
    const auto out = adapted("[a]\nfilename=/x\n[b]\nfilename=/y\n[c]\nfilename=/x:/z\n", asked);
    const auto& jobs = out.phases[0].jobs.jobs;
    EXPECT_THAT(jobs[0].files, testing::ElementsAre(1));
    EXPECT_THAT(jobs[1].files, testing::ElementsAre(2));
    EXPECT_THAT(jobs[2].files, testing::ElementsAre(1, 3));
    EXPECT_THAT(row(out, 6), HasSubstr("files 1, 3 of the image"));
}

TEST(FioAdapt, ThreadsWithoutAFilenameHaveOneEach) {
    auto script = parse_fio_script("[a]\ndirectory=/d\nnumjobs=6\n[b]\ndirectory=/d\nnrfiles=2\n[w]\nrw=write\n", "u", "", fio_variables({}));
    ASSERT_TRUE(script);
    EXPECT_EQ(fio_files_wanted(*script, MixedJobs::left_out), 8u);
    auto out = adapt_fio_script(*script, four_files());
    ASSERT_TRUE(out) << out.error().message();
    const auto& jobs = out->phases[0].jobs.jobs;
    ASSERT_EQ(jobs.size(), 5u);
    EXPECT_EQ(jobs[0].name, "a.0");
    EXPECT_EQ(jobs[0].numjobs, 2u);  // the fifth file is the first again
    EXPECT_EQ(jobs[2].numjobs, 1u);
    EXPECT_THAT(jobs[4].files, testing::ElementsAre(3, 4));
    EXPECT_EQ(out->phases[0].jobs.threads(), 7u);
}

TEST(FioAdapt, AFormatOfNamesSaysWhichAreEqual) {
    auto files = [](std::string_view text) { return fio_files_wanted(parse_fio_script(text, "u", "", fio_variables({})).value(), MixedJobs::left_out); };
    EXPECT_EQ(files("[global]\nfilename_format=f.$filenum\nnrfiles=3\n[a]\n[b]\n"), 3u);
    EXPECT_EQ(files("[global]\nfilename_format=f.$jobnum\nnumjobs=2\n[a]\n[b]\n"), 2u);
    EXPECT_EQ(files("[global]\nfilename=/x\\:y\nnumjobs=2\n[a]\n[b]\n"), 1u);
    EXPECT_EQ(files("[a]\n"), 1u);
}

TEST(FioAdapt, SizesAreScaledTogether) {
    const auto out = adapted("[global]\nfilename=/f\nbs=4k\n[a]\nsize=8g\noffset=0\n[b]\nsize=2g\noffset=6g\nio_size=4g\n");
    const auto& jobs = out.phases[0].jobs.jobs;
    EXPECT_EQ(jobs[0].size_bytes, 32 * kMiB);
    EXPECT_EQ(jobs[1].size_bytes, 8 * kMiB);
    EXPECT_EQ(jobs[1].offset_bytes, 24 * kMiB);
    EXPECT_EQ(value(jobs[1], "io_size"), "16m");
    EXPECT_THAT(row(out, 5), HasSubstr("size=32m: the file has 32m: all sizes and offsets are scaled together, to 1/256"));
}

TEST(FioAdapt, WhatFitsStaysAsLargeAsItIs) {
    EXPECT_EQ(only_job("[a]\nfilename=${DIOBENCH_FILE}\nsize=10m\noffset=4m\n").size_bytes, 10 * kMiB);
    EXPECT_EQ(value(only_job("[a]\nfilename=/f\nsize=50%\n"), "size"), "50%");
}

TEST(FioAdapt, ThreadsSideBySideStaySo) {
    const auto job = only_job("[a]\nfilename=/f\nbs=64k\nsize=1g\noffset_increment=1g\nnumjobs=4\n");
    EXPECT_EQ(job.size_bytes, 8 * kMiB);
    EXPECT_EQ(value(job, "offset_increment"), "8m");
}

TEST(FioAdapt, ReadingBackwardsBeginsAtTheEnd) {
    const auto job = only_job("[a]\nfilename=/f\nbs=8k\nrw=read:-16k\noffset=100%\nsize=10m\n");
    EXPECT_EQ(value(job, "rw"), "read:-16384");
    EXPECT_EQ(job.find("offset"), nullptr);
    EXPECT_EQ(job.size_bytes, 10 * kMiB);
}

TEST(FioAdapt, ReadingBackwardsBeginsWithAWholeBlock) {
    EXPECT_EQ(only_job("[a]\nfilename=/f\nbs=4k\nrw=read:-8k\ndirect=1\n").size_bytes, 32 * kMiB);
}

TEST(FioAdapt, AnOffsetAtTheEndLeavesRoomForABlock) {
    const auto job = only_job("[a]\nfilename=/f\nbs=1m\noffset=100%\n");
    EXPECT_LE(job.offset_bytes + kMiB, 32 * kMiB + kTail);
}

TEST(FioAdapt, NumbersOfReadsAreKeptWhereTheFileIsSmaller) {
    const auto job = only_job("[a]\nfilename=/f\nbs=1m\nsize=1g\nnumber_ios=100\n");
    EXPECT_EQ(job.number_ios, 100u);
    EXPECT_EQ(value(job, "io_size"), "100m");
    EXPECT_EQ(only_job("[a]\nfilename=/f\nbs=4k\nsize=1g\nnumber_ios=1000\n").find("io_size"), nullptr);  // made before the end
}

TEST(FioAdapt, BlocksOfReadsStandBeforeThoseOfWrites) {
    for (const char* bs : {"4k,64k", "4k-64k", "4k:64k"}) EXPECT_EQ(value(only_job(std::string("[a]\nfilename=/f\nbs=") + bs + "\n"), "bs"), "4k") << bs;
    EXPECT_THAT(row(adapted("[a]\nfilename=/f\nbs=4k-64k\n"), 3), HasSubstr("a range of blocks is bsrange"));
    EXPECT_THAT(refusal_of("[a]\nfilename=/f\nbs=-4k\n"), HasSubstr("bs=-4k"));
}

TEST(FioAdapt, AJobThatOnlyMakesFilesReadsNothing) {
    const auto out = adapted("[global]\nfilename=/f\n[files]\ncreate_only=1\n[reads]\nstonewall\ncreate_only=0\n");
    EXPECT_THAT(row(out, 3), HasSubstr("left out: create_only=1"));
    ASSERT_EQ(out.phases.size(), 1u);
    EXPECT_EQ(out.phases[0].name, "reads");
    EXPECT_THAT(refusal_of("[a]\nfilename=/f\ncreate_only\n"), HasSubstr("nothing is left of it"));
}

TEST(FioAdapt, DirectReadsAreOfWholeBlocks) {
    const auto out = adapted("[a]\nfilename=/f\ndirect=1\nbs=1B\nsize=100GiB\nio_size=1B\nrw=read\n");
    const auto& job = out.phases[0].jobs.jobs[0];
    EXPECT_EQ(job.block_size_bytes, 4096u);
    EXPECT_EQ(value(job, "io_size"), "4k");
    EXPECT_THAT(row(out, 4), HasSubstr("bs=4k: direct reads of this file system are of multiples of 4096"));
    EXPECT_EQ(value(only_job("[a]\nfilename=/f\ndirect=1\nbsrange=512-6k\nrw=randread\n"), "bsrange"), "4k-8k");
    EXPECT_EQ(value(only_job("[a]\nfilename=/f\ndirect=1\nbssplit=512/50:64k/50\n"), "bssplit"), "4k/50:64k/50");
    EXPECT_EQ(only_job("[a]\nfilename=/f\nbs=512\n").block_size_bytes, 512u);
}

TEST(FioAdapt, SizesAreWhatFioTakesThemFor) {
    const auto out = adapted("[a]\nfilename=/f\nbs=128KiB\nsize=1Gi\n");
    EXPECT_EQ(out.phases[0].jobs.jobs[0].block_size_bytes, 128'000u);
    EXPECT_THAT(row(out, 3), HasSubstr("powers of 1000"));
    EXPECT_EQ(only_job("[a]\nkb_base=1000\nfilename=/f\nbs=128KiB\n").block_size_bytes, 128 * kKiB);
    EXPECT_EQ(only_job("[a]\nfilename=/f\nbs=16kb,32kb\nsize=0x100000\n").block_size_bytes, 16 * kKiB);
    EXPECT_EQ(only_job("[a]\nfilename=/f\nbs=,32k\n").block_size_bytes, 4096u);
    EXPECT_EQ(only_job("[a]\nfilename=/f\nbs=8k   // as the database\n").block_size_bytes, 8 * kKiB);
}

TEST(FioAdapt, TheEmulatedMachineReadsForAShorterTime) {
    const char* text = "[a]\nfilename=/f\nrw=randread\nruntime=60\ntime_based\nramp_time=5s\n";
    const auto out = adapted(text);
    EXPECT_EQ(out.phases[0].jobs.jobs[0].runtime_ns, 500'000'000u);
    EXPECT_EQ(out.phases[0].jobs.jobs[0].ramp_ns, 100'000'000u);
    EXPECT_THAT(row(out, 4), HasSubstr("emulated"));
    Asked real;
    real.around.clock = FioClock::real;
    EXPECT_EQ(only_job(text, real).runtime_ns, 60'000'000'000u);
    EXPECT_EQ(only_job(text, real).ramp_ns, 5'000'000'000u);
}

TEST(FioAdapt, WhatWaitsForItsRateMayTakeLonger) {
    const auto out = adapted("[global]\nioengine=libaio\niodepth=16\nrw=randread\nrate_process=poisson\nio_submit_mode=offload\nfilename=/f\n[slow]\nrate_iops=50\n[fast]\nrate_iops=500\n");
    const auto& jobs = out.phases[0].jobs.jobs;
    EXPECT_EQ(jobs[0].runtime_ns, 20'000'000'000u);
    EXPECT_FALSE(jobs[1].runtime_ns);  // it is through the file before
    for (const auto& job : jobs) EXPECT_EQ(value(job, "io_submit_mode"), "offload");
    EXPECT_EQ(only_job("[a]\nfilename=/f\nrate_iops=10k\nruntime=1m\n").runtime_ns, 1'953'000'000u);
}

TEST(FioAdapt, TimesThatMeanNothingAreNone) {
    const auto job = only_job("[a]\nfilename=/f\nruntime=0\ntime_based\nramp_time=0s\nnumber_ios=10\n");
    EXPECT_FALSE(job.runtime_ns);
    EXPECT_EQ(job.find("time_based"), nullptr);
}

TEST(FioAdapt, EndlessJobsGetAnEnd) {
    EXPECT_EQ(only_job("[a]\nfilename=/f\nrw=randread\nloops=1000\n").runtime_ns, 500'000'000u);
    EXPECT_FALSE(only_job("[a]\nfilename=/f\nrw=randread\n").runtime_ns);
}

TEST(FioAdapt, ALatencyTargetIsLookedForInShorterWindows) {
    const auto job = only_job("[a]\nfilename=/f\nrw=randread\ndirect=1\nioengine=libaio\niodepth=128\nlatency_target=500000\nlatency_window=5000000\nlatency_percentile=99.9\n");
    EXPECT_EQ(value(job, "latency_target"), "500ms");
    EXPECT_EQ(value(job, "latency_window"), "20ms");
    EXPECT_NE(job.find("time_based"), nullptr);
}

TEST(FioAdapt, EnginesThatReadFilesStandForOthers) {
    const std::pair<const char*, const char*> pairs[] = {{"aio", "libaio"}, {"linuxaio", "libaio"}, {"io_uring_cmd", "io_uring"}, {"sg", "psync"}, {"dev-dax", "mmap"}, {"posixaio", "posixaio"}, {"spdk_bdev", "io_uring"}};
    for (const auto& [given, here] : pairs) EXPECT_EQ(only_job(std::string("[a]\nfilename=/f\nioengine=") + given + "\n").ioengine, here);
    const auto out = adapted("[a]\nfilename=/f\nioengine=sync\niodepth=16\niodepth_batch=8\nhipri\n");
    EXPECT_EQ(out.phases[0].jobs.jobs[0].iodepth, 1u);
    EXPECT_THAT(row(out, 4), HasSubstr("one block at a time"));
    EXPECT_THAT(row(out, 6), HasSubstr("only ioengine"));
    EXPECT_FALSE(only_job("[a]\nfilename=/f\nioengine=mmap\ndirect=1\n").direct);
    EXPECT_THAT(refusal_of("[a]\nfilename=/f\nioengine=/usr/lib/engine.so\n"), HasSubstr("an engine from outside cannot be loaded"));
}

TEST(FioAdapt, NamesOfAnyCharactersBecomePlainOnes) {
    const auto out = adapted("[global]\nfilename=/f\n[4k {qd32} 100%]\n[../../etc]\n[a]\n[a]\n[]\n");
    std::vector<std::string> names;
    for (const auto& job : out.phases[0].jobs.jobs) names.push_back(job.name);
    EXPECT_THAT(names, testing::ElementsAre("4k-qd32-100", "job-..-..-etc", "a", "a-2", "job"));
    EXPECT_EQ(plain_fio_name("globally"), "job-globally");
    EXPECT_EQ(plain_fio_name(std::string(300, 'x')).size(), 40u);
}

TEST(FioAdapt, DistributionsAndZones) {
    EXPECT_EQ(value(only_job("[a]\nfilename=/f\nrw=randread\nrandom_distribution=zoned:50/5:30/15:20/,zoned:100/100\n"), "random_distribution"), "zoned:50/5:30/15:20/");
    EXPECT_EQ(value(only_job("[a]\nfilename=/f\nrw=randread\nrandom_distribution=zoned_abs:95/20g:5/180g\n"), "random_distribution"), "zoned:95/10:5/90");
    const auto job = only_job("[a]\nfilename=/f\nbs=64k\nzonemode=strided\nzonesize=256m\nzoneskip=2g\nsize=32g\n");
    EXPECT_EQ(value(job, "zonesize"), "256k");
    EXPECT_EQ(value(job, "zoneskip"), "2m");
    const auto whole = only_job("[a]\nfilename=/dev/sda\nbs=64k\nzonemode=strided\nzonesize=256m\nzoneskip=2g\n");  // no size: the device's
    EXPECT_EQ(value(whole, "zonesize"), "448k");
    EXPECT_EQ(value(whole, "zoneskip"), "3584k");
    EXPECT_EQ(value(only_job("[a]\nfilename=/f\nbs=64k\nzonemode=strided\nzonesize=1m\nzoneskip=2m\n"), "zonesize"), "1m");
    EXPECT_EQ(only_job("[a]\nfilename=/f\nzonemode=zbd\nzonesize=64m\n").find("zonesize"), nullptr);
}

TEST(FioAdapt, BlocksThatAreAlignedMayComeAgain) {
    EXPECT_NE(only_job("[a]\nfilename=/f\nrw=randread\nblockalign=8k\n").find("norandommap"), nullptr);
}

TEST(FioAdapt, WhatDoesNotFitTheMachineIsMadeSmaller) {
    const auto threads = adapted("[global]\nfilename=/f\n[a]\nnumjobs=300\n[b]\nnumjobs=32\n");
    EXPECT_LE(threads.phases[0].jobs.threads(), 64u);
    EXPECT_GT(threads.phases[0].jobs.jobs[0].numjobs, threads.phases[0].jobs.jobs[1].numjobs);
    const auto job = only_job("[a]\nfilename=/f\nbs=1m\nioengine=libaio\niodepth=1024\n");
    EXPECT_EQ(job.iodepth, 128u);
    EXPECT_EQ(only_job("[a]\nfilename=/f\nbs=64m\n").block_size_bytes, 8 * kMiB);
}

TEST(FioAdapt, PreReadIsACacheState) {
    EXPECT_TRUE(adapted("[a]\nfilename=/f\npre_read=1\n").phases[0].pre_read);
    EXPECT_FALSE(adapted("[a]\nfilename=/f\npre_read=1\ndirect=1\n").phases[0].pre_read);
}

TEST(FioAdapt, WhatCameOutGoesInAgainUnchanged) {
    const auto first = adapted("[g x]\nfilename=/dev/sda\nrw=randread\nbs=16kb\nruntime=30\ntime_based\nsize=10g\noffset=1g\nnumjobs=2\nioengine=aio\niodepth=4\n");
    const auto second = adapted(first.phases[0].text);
    EXPECT_TRUE(second.changes.empty()) << changes_text(second.changes, 200);
    EXPECT_EQ(first.phases[0].text.substr(first.phases[0].text.find('[')), second.phases[0].text.substr(second.phases[0].text.find('[')));
}

TEST(FioAdapt, TheTableHasAColumnEach) {
    const std::string text = changes_text({{"f", 12, "filename=/dev/sdb", "file 1 of the image", "because"}, {"f", 3, "[" + std::string(60, 'x') + "]", "left out", "one two three four five six seven eight nine ten eleven twelve thirteen"}}, 100);
    EXPECT_THAT(text, HasSubstr("  12  filename=/dev/sdb"));
    EXPECT_THAT(text, HasSubstr("file 1 of the image  because\n"));
    EXPECT_THAT(text, HasSubstr("xxx...  left out"));
    EXPECT_THAT(text, HasSubstr("left out             one two three"));
    EXPECT_THAT(text, HasSubstr("\n" + std::string(4 + 2 + 34 + 2 + 19 + 2, ' ') + "eight"));
}

TEST(FioOptionTable, EveryOptionOfFioIsInIt) {
    auto fio = static_fio_program();
    if (!fio) GTEST_SKIP() << fio.error().message();
    auto help = run_command({fio->string(), "--cmdhelp"});
    ASSERT_TRUE(help);
    size_t seen = 0;
    for (size_t at = 0; at < help->output.size(); at = help->output.find('\n', at) + 1) {
        const std::string line = help->output.substr(at, help->output.find('\n', at) - at);
        const size_t colon = line.find(':');
        if (help->output.find('\n', at) == std::string::npos) break;
        if (colon == std::string::npos || colon < 20) continue;
        const size_t from = line.find_first_not_of(' ');
        const std::string name = line.substr(from, line.find_first_of(" :", from) - from);
        EXPECT_NE(find_fio_option(name), nullptr) << name;
        ++seen;
    }
    EXPECT_GT(seen, 190u);
}
