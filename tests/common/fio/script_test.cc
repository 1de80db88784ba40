// SPDX-License-Identifier: GPL-2.0-only
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/common/base/text.h"
#include "bench/common/fio/script.h"

using namespace diobench;
using testing::HasSubstr;

namespace {

FioVariables given(std::map<std::string, std::string> variables) {
    return [variables](const std::string& name) -> std::optional<std::string> {
        auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
}

FioScript script_of(std::string_view text, const std::map<std::string, std::string>& variables = {}) {
    auto script = parse_fio_script(text, "user.fio", "/nowhere", given(variables));
    EXPECT_TRUE(script) << script.error().message();
    return script.value_or(FioScript{});
}

std::string script_fault_of(std::string_view text) {
    auto script = parse_fio_script(text, "user.fio", "/nowhere", given({}));
    EXPECT_FALSE(script) << text << " was taken";
    return script ? "" : script.error().message();
}

}  // namespace

TEST(FioScript, SectionsOptionsAndComments) {
    const auto script = script_of("; first\n\n  [global]  # all\nblocksize = 8k ; why\n#bs=1\n[one]\nthread\nsize=1m\r\n[two words: {a}]\nbs=4k\n");
    ASSERT_EQ(script.jobs.size(), 2u);
    EXPECT_EQ(script.jobs[0].name, "one");
    EXPECT_EQ(script.jobs[0].value_of("bs"), "8k");
    EXPECT_EQ(script.jobs[0].find("bs")->line, 4u);
    EXPECT_EQ(script.jobs[0].find("bs")->written, "blocksize = 8k");
    EXPECT_FALSE(script.jobs[0].find("thread")->value);
    EXPECT_EQ(script.jobs[0].value_of("size"), "1m");
    EXPECT_EQ(script.jobs[1].name, "two words: {a}");
    EXPECT_EQ(script.jobs[1].line, 9u);
    EXPECT_EQ(script.jobs[1].value_of("bs"), "4k");
}

TEST(FioScript, EverySectionThatBeginsWithGlobalIsOne) {
    const auto script = script_of("[global]\nbs=1k\n[a]\n[globals]\nbs=2k\n[b]\n[a]\n");
    ASSERT_EQ(script.jobs.size(), 3u);
    EXPECT_EQ(script.jobs[0].value_of("bs"), "1k");
    EXPECT_EQ(script.jobs[1].value_of("bs"), "2k");
    EXPECT_EQ(script.jobs[2].name, "a");
}

TEST(FioScript, TheLastOfTwoHolds) {
    const auto script = script_of("[a]\nbs=4k\nblocksize=8k\n");
    EXPECT_EQ(script.jobs[0].value_of("bs"), "8k");
    ASSERT_EQ(script.overridden.size(), 1u);
    EXPECT_EQ(script.overridden[0].line, 2u);
}

TEST(FioScript, VariablesAndWordsOfTheMachine) {
    const auto script = script_of("[a]\nsize=${N}Gi\nfilename=${DISK}/x${N}\nnumjobs=$ncpus\nio_size=8*$pagesize\n", {{"N", "3"}});
    const auto& job = script.jobs[0];
    EXPECT_EQ(job.value_of("size"), "3Gi");
    EXPECT_EQ(job.value_of("filename"), "${DISK}/x3");
    EXPECT_THAT(job.find("filename")->unknown_variables, testing::ElementsAre("DISK"));
    EXPECT_EQ(job.value_of("numjobs"), "1");
    EXPECT_EQ(job.value_of("io_size"), "32768");
    EXPECT_EQ(script.variables_used, (std::map<std::string, std::string>{{"N", "3"}}));
}

TEST(FioScript, GivenVariablesComeBeforeTheEnvironment) {
    ::setenv("DIOBENCH_SCRIPT_TEST", "environment", 1);
    EXPECT_EQ(fio_variables({})("DIOBENCH_SCRIPT_TEST"), "environment");
    EXPECT_EQ(fio_variables({{"DIOBENCH_SCRIPT_TEST", "given"}})("DIOBENCH_SCRIPT_TEST"), "given");
    ::unsetenv("DIOBENCH_SCRIPT_TEST");
    EXPECT_FALSE(fio_variables({})("DIOBENCH_SCRIPT_TEST"));
}

TEST(FioScript, IncludesFilesBesideIt) {
    auto folder = TempDirectory::create(fs::temp_directory_path(), "fio-script-");
    ASSERT_TRUE(folder);
    ASSERT_TRUE(write_file_atomic(folder->path() / "more.inc", "iodepth=4\nbs=16k\n"));
    ASSERT_TRUE(write_file_atomic(folder->path() / "job.fio", "[a]\nbs=4k\ninclude more.inc\nrw=randread\n"));
    auto script = read_fio_script(folder->path() / "job.fio", given({}));
    ASSERT_TRUE(script) << script.error().message();
    EXPECT_EQ(script->jobs[0].value_of("bs"), "16k");
    EXPECT_EQ(script->jobs[0].value_of("iodepth"), "4");
    EXPECT_THAT(script->jobs[0].find("bs")->file, HasSubstr("more.inc"));
    ASSERT_TRUE(write_file_atomic(folder->path() / "more.inc", "include more.inc\n"));
    auto endless = read_fio_script(folder->path() / "job.fio", given({}));
    ASSERT_FALSE(endless);
    EXPECT_THAT(endless.error().message(), HasSubstr("8 deep"));
}

TEST(FioScript, WhatIsNoJobFileIsRefusedInASentence) {
    EXPECT_THAT(script_fault_of(""), HasSubstr("no job in it"));
    EXPECT_THAT(script_fault_of("[global]\nbs=4k\n"), HasSubstr("no job in it"));
    EXPECT_THAT(script_fault_of("[a\nbs=4k\n"), HasSubstr("user.fio:1: [a: a section must end in ']'"));
    EXPECT_THAT(script_fault_of("[a]\ninclude absent.inc\n"), HasSubstr("absent.inc"));
    EXPECT_THAT(script_fault_of(std::string("[a]\nbs=\0k\n", 9)), HasSubstr("zero byte"));
    EXPECT_THAT(script_fault_of("[a]\nfilename=" + std::string(5000, 'x') + "\n"), HasSubstr("user.fio:2: a line of 5009 bytes"));
    const std::string text = script_fault_of("these words\nare no\njob file\n");
    EXPECT_THAT(text, HasSubstr("user.fio:1: these words: an option must stand in a section"));
    EXPECT_THAT(text, testing::Not(HasSubstr("are no")));
}

TEST(FioScript, AFileWithoutEndEndsSoon) {
    std::string jobs;
    for (int i = 0; i < 5000; ++i) jobs += "[j]\n";
    EXPECT_THAT(script_fault_of(jobs), HasSubstr("more than 1000 jobs"));
    std::string options = "[j]\n";
    for (int i = 0; i < 5000; ++i) options += "o" + std::to_string(i) + "\n";
    EXPECT_THAT(script_fault_of(options), HasSubstr("more than 1000 options"));
    EXPECT_FALSE(read_fio_text("/dev/zero"));
}
