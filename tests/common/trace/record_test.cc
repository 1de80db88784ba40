// SPDX-License-Identifier: GPL-2.0-only
// Real programs are recorded, and what must be in their traces is compared.
#include "bench/common/trace/record.h"

#include <cstdlib>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <optional>
#include <set>

#include "bench/common/base/fd.h"
#include "bench/common/base/units.h"

using namespace diobench;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

/// One read without its time.
struct Line {
    std::string file;
    uint64_t offset_bytes;
    uint64_t length_bytes;
    bool direct = false;

    bool operator==(const Line&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Line& line) {
    return out << line.file << " " << line.offset_bytes << " " << line.length_bytes << (line.direct ? " direct" : " buffered");
}

class Record : public testing::Test {
protected:
    void SetUp() override {
        // Not /tmp, which may be a tmpfs.
        folder_.emplace(TempDirectory::create(DIOBENCH_BINARY_DIR, "trace-test").value());
        root_ = folder_->path() / "root";
        ASSERT_TRUE(make_directories(root_ / "sub"));
        write("a", 300000);
        write("sub/b", 5000);
        fs::current_path(folder_->path());
    }
    void TearDown() override { fs::current_path("/"); }

    void write(const std::string& file, size_t bytes) { ASSERT_TRUE(write_file_atomic(root_ / file, std::string(bytes, 'x'))); }

    Recording record(const std::vector<std::string>& argv) {
        auto recording = record_trace(root_, argv);
        if (!recording) {
            ADD_FAILURE() << recording.error().message();
            return {};
        }
        return *recording;
    }
    Recording python(const std::string& code) {
        // -S -E -I: nothing of the machine's own is imported.
        return record({"/usr/bin/python3", "-S", "-E", "-I", "-c", "import os\nfd = os.open('root/a', os.O_RDONLY)\n" + code});
    }
    static std::vector<Line> lines(const Recording& recording) {
        std::vector<Line> out;
        for (const auto& read : recording.trace.reads)
            out.push_back({recording.trace.files.at(read.file), read.offset_bytes, read.length_bytes, read.direct});
        return out;
    }

    std::optional<TempDirectory> folder_;
    fs::path root_;
};

TEST_F(Record, CatReadsEachFileOnceFromStartToEnd) {
    const Recording recording = record({"sh", "-c", "cat root/a root/sub/b | cat > copy"});
    EXPECT_EQ(recording.exit_status, 0);
    EXPECT_EQ(recording.trace.files, (std::vector<std::string>{"a", "sub/b"}));
    EXPECT_EQ(fs::file_size("copy"), 305000U);
    std::map<std::string, uint64_t> next;
    for (const Line& line : lines(recording)) {
        EXPECT_EQ(line.offset_bytes, next[line.file]) << line;
        EXPECT_FALSE(line.direct);
        next[line.file] += line.length_bytes;
    }
    EXPECT_EQ(next, (std::map<std::string, uint64_t>{{"a", 300000}, {"sub/b", 5000}}));
}

TEST_F(Record, TimesRunForwardAndTheFileParses) {
    const Recording recording = record({"sh", "-c", "cat root/a root/sub/b > /dev/null"});
    const std::string text = format_recording(recording, {"cat", "with\nnewline"});
    auto again = parse_trace(text, "t");
    ASSERT_TRUE(again) << again.error().message() << text;
    EXPECT_EQ(*again, recording.trace);
    EXPECT_THAT(text, HasSubstr("# reads of: cat with newline\n"));
}

TEST_F(Record, EveryCallThatReads) {
    const Recording recording = python("null = os.open('/dev/null', os.O_WRONLY)\n"
                                       "out = os.open('copy', os.O_RDWR | os.O_CREAT)\n"
                                       "r, w = os.pipe()\n"
                                       "os.read(fd, 100)\n"
                                       "os.readv(fd, [bytearray(30), bytearray(70)])\n"
                                       "os.pread(fd, 1000, 4097)\n"
                                       "os.preadv(fd, [bytearray(10), bytearray(20)], 5)\n"
                                       "os.sendfile(null, fd, 7777, 4000)\n"
                                       "os.sendfile(null, fd, None, 50)\n"
                                       "os.copy_file_range(fd, out, 6000, 8192)\n"
                                       "os.splice(fd, w, 4096, 12288)\n"
                                       "os.lseek(fd, 299990, 0)\n"
                                       "os.read(fd, 4096)\n");
    EXPECT_EQ(recording.exit_status, 0);
    EXPECT_THAT(lines(recording),
                ElementsAre(Line{"a", 0, 100}, Line{"a", 100, 100}, Line{"a", 4097, 1000}, Line{"a", 5, 30}, Line{"a", 7777, 4000}, Line{"a", 200, 50},
                            Line{"a", 8192, 6000}, Line{"a", 12288, 4096}, Line{"a", 299990, 10}));
    EXPECT_FALSE(recording.gaps.incomplete());
}

TEST_F(Record, Preadv2AtMinusOneReadsAtThePosition) {
    const Recording recording = python("import ctypes\n"
                                       "libc = ctypes.CDLL(None)\n"
                                       "buffer = ctypes.create_string_buffer(100)\n"
                                       "class iovec(ctypes.Structure): _fields_ = [('base', ctypes.c_void_p), ('len', ctypes.c_size_t)]\n"
                                       "one = iovec(ctypes.addressof(buffer), 100)\n"
                                       "os.lseek(fd, 1234, 0)\n"
                                       "assert libc.preadv2(fd, ctypes.byref(one), 1, ctypes.c_long(-1), 0) == 100\n"
                                       "assert libc.preadv2(fd, ctypes.byref(one), 1, ctypes.c_long(55), 0) == 100\n");
    EXPECT_EQ(recording.exit_status, 0);
    EXPECT_THAT(lines(recording), ElementsAre(Line{"a", 1234, 100}, Line{"a", 55, 100}));
}

TEST_F(Record, WhatReadNothingIsNotThere) {
    const Recording recording = python("os.lseek(fd, 300000, 0)\n"
                                       "assert os.read(fd, 10) == b''\n"
                                       "other = os.open('root/sub/b', os.O_WRONLY)\n"
                                       "try: os.read(other, 10)\n"
                                       "except OSError: pass\n"
                                       "os.pread(os.open('/usr/bin/python3', os.O_RDONLY), 64, 0)\n"
                                       "os.pread(fd, 1, 0)\n");
    EXPECT_THAT(lines(recording), ElementsAre(Line{"a", 0, 1}));
    EXPECT_EQ(recording.trace.files, std::vector<std::string>{"a"});
}

TEST_F(Record, ThreadsAndChildrenAreFollowed) {
    const Recording recording = python("import threading\n"
                                       "def read(i):\n"
                                       "    for j in range(20): os.pread(fd, i + 1, 1000 * j)\n"
                                       "threads = [threading.Thread(target=read, args=(i,)) for i in range(8)]\n"
                                       "for t in threads: t.start()\n"
                                       "for t in threads: t.join()\n"
                                       "if os.fork() == 0:\n"
                                       "    os.pread(fd, 4242, 0)\n"
                                       "    os.execvp('sh', ['sh', '-c', 'cat root/sub/b > /dev/null & exit 0'])\n"
                                       "os.wait()\n");
    EXPECT_EQ(recording.exit_status, 0);
    std::map<uint64_t, std::set<uint64_t>> by_length;
    for (const Line& line : lines(recording)) EXPECT_TRUE(by_length[line.length_bytes].insert(line.offset_bytes).second) << line;
    for (uint64_t i = 1; i <= 8; ++i) EXPECT_EQ(by_length[i].size(), 20U) << i;
    EXPECT_EQ(by_length[4242].size(), 1U);
    EXPECT_EQ(by_length[5000].size(), 1U) << "of cat, which nobody waits for";
    EXPECT_EQ(recording.trace.reads.size(), 162U);
}

TEST_F(Record, DirectReadsAreMarkedAndEndInTheLastBlock) {
    if (auto fd = UniqueFd::open((root_ / "a").string(), O_RDONLY | O_DIRECT); !fd) {
        if (std::getenv("DIOBENCH_REQUIRE") != nullptr) FAIL() << fd.error().message();
        GTEST_SKIP() << "no O_DIRECT here: " << fd.error().message();
    }
    const Recording recording = record({"sh", "-c", "dd if=root/a bs=64k iflag=direct of=copy 2>/dev/null; cat root/sub/b > /dev/null"});
    EXPECT_EQ(fs::file_size("copy"), 300000U);
    // 300000 = 4 * 65536 + 37856, and 37856 ends in the block that ends at 40960.
    EXPECT_THAT(lines(recording), ElementsAre(Line{"a", 0, 65536, true}, Line{"a", 65536, 65536, true}, Line{"a", 131072, 65536, true},
                                              Line{"a", 196608, 65536, true}, Line{"a", 262144, 40960, true}, Line{"sub/b", 0, 5000}));
    EXPECT_TRUE(check_trace_fits(recording.trace, "t", [](const std::string& file) { return file == "a" ? 300000U : 5000U; }));
}

TEST_F(Record, MappingsAreReadsOfWhatWasMapped) {
    write("large", 2 * kMiB + 500000);
    const Recording recording = python("import mmap\n"
                                       "large = os.open('root/large', os.O_RDONLY)\n"
                                       "mmap.mmap(large, 0, prot=mmap.PROT_READ)\n"
                                       "mmap.mmap(fd, 4096, prot=mmap.PROT_READ, offset=8192)\n"
                                       "mmap.mmap(-1, 4096)\n");
    EXPECT_EQ(recording.exit_status, 0);
    EXPECT_THAT(lines(recording), ElementsAre(Line{"large", 0, kMiB}, Line{"large", kMiB, kMiB}, Line{"large", 2 * kMiB, 500000}, Line{"a", 8192, 4096}));
    EXPECT_EQ(recording.gaps.mapped_reads, 4U);
    EXPECT_FALSE(recording.gaps.incomplete());
    EXPECT_THAT(format_recording(recording, {"x"}), HasSubstr("# 4 lines stand for mappings"));
}

TEST_F(Record, AProgramBelowTheRootIsReadByItsStart) {
    fs::copy_file("/bin/true", root_ / "true");
    const Recording recording = record({(root_ / "true").string()});
    ASSERT_FALSE(recording.trace.reads.empty());
    EXPECT_EQ(lines(recording)[0].file, "true");
    EXPECT_EQ(lines(recording)[0].offset_bytes, 0U);
    EXPECT_LE(summarize_trace(recording.trace).end_bytes, fs::file_size("/bin/true"));
}

/// A C library's io_setup(2) and io_submit(2) for Python.
constexpr const char* kAio = R"(
import ctypes, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
numbers = {'x86_64': (206, 209, 208), 'aarch64': (0, 2, 4)}[os.uname().machine]
context = ctypes.c_ulong(0)
assert libc.syscall(numbers[0], 8, ctypes.byref(context)) == 0
buffers = [ctypes.create_string_buffer(8192) for _ in range(3)]
vector = (ctypes.c_ulong * 4)(ctypes.addressof(buffers[1]), 100, ctypes.addressof(buffers[1]) + 100, 200)
def iocb(opcode, address, length, offset):
    return ctypes.create_string_buffer(struct.pack('<QIiHhIQQqQII', 0, 0, 0, opcode, 0, fd, address, length, offset, 0, 0, 0), 64)
blocks = [iocb(0, ctypes.addressof(buffers[0]), 4096, 12345), iocb(7, ctypes.addressof(vector), 2, 500), iocb(0, ctypes.addressof(buffers[2]), 8192, 299000)]
pointers = (ctypes.c_void_p * 3)(*[ctypes.addressof(b) for b in blocks])
assert libc.syscall(numbers[1], context, 3, pointers) == 3, ctypes.get_errno()
events = ctypes.create_string_buffer(32 * 3)
assert libc.syscall(numbers[2], context, 3, 3, events, None) == 3
assert [struct.unpack_from('<QQqq', events, 32 * i)[2] for i in range(3)] == [4096, 300, 1000]
)";

TEST_F(Record, LibaioReadsAreSeenWhenSubmitted) {
    const Recording recording = python(kAio);
    ASSERT_EQ(recording.exit_status, 0);
    EXPECT_THAT(lines(recording), ElementsAre(Line{"a", 12345, 4096}, Line{"a", 500, 300}, Line{"a", 299000, 1000}));
    EXPECT_EQ(recording.gaps.asynchronous_reads, 3U);
}

/// A ring with one no-op in it, not submitted: its first entry is all zero.  Exit 77 where there is none.
constexpr const char* kRing = R"(
import ctypes, mmap, sys
libc = ctypes.CDLL(None, use_errno=True)
parameters = (ctypes.c_uint32 * 30)()
ring = libc.syscall(425, 4, parameters)
if ring < 0: sys.exit(77)
entries = mmap.mmap(ring, 4 * 64, offset=0x10000000)
head_tail = mmap.mmap(ring, 4096, offset=0)
tail = parameters[11]
os.pread(fd, 9, 0)
)";

TEST_F(Record, IoUringIsAGapOnceSomethingIsSubmitted) {
    const Recording unused = python(kRing);
    if (unused.exit_status == 77) {
        if (std::getenv("DIOBENCH_REQUIRE") != nullptr) FAIL() << "no io_uring here";
        GTEST_SKIP() << "no io_uring here";
    }
    EXPECT_EQ(unused.exit_status, 0);
    EXPECT_FALSE(unused.gaps.io_uring) << "a ring that nothing was submitted to";
    const Recording used = python(std::string(kRing) + "head_tail[tail:tail + 4] = (1).to_bytes(4, 'little')\n"
                                                       "assert libc.syscall(426, ring, 1, 1, 1, None, 0) == 1\n");
    EXPECT_EQ(used.exit_status, 0);
    EXPECT_TRUE(used.gaps.io_uring);
    EXPECT_TRUE(used.gaps.incomplete());
    EXPECT_THAT(lines(used), ElementsAre(Line{"a", 0, 9}));
    EXPECT_THAT(format_recording(used, {"x"}), HasSubstr("# INCOMPLETE: the program submitted to io_uring"));
}

TEST_F(Record, DeletedFilesAreAGap) {
    const Recording recording = python("os.unlink('root/a')\nos.read(fd, 10)\nos.pread(os.open('root/sub/b', os.O_RDONLY), 1, 0)");
    EXPECT_THAT(lines(recording), ElementsAre(Line{"sub/b", 0, 1}));
    EXPECT_EQ(recording.gaps.deleted_reads, 1U);
    EXPECT_TRUE(recording.gaps.incomplete());
}

TEST_F(Record, TheEndOfTheProgramIsPassedOn) {
    EXPECT_EQ(record({"sh", "-c", "exit 7"}).exit_status, 7);
    EXPECT_EQ(record({"sh", "-c", "kill -TERM $$"}).exit_status, 128 + 15);
    EXPECT_EQ(record({"sh", "-c", "sh -c 'exit 3'; exit 5"}).exit_status, 5);
}

TEST_F(Record, SignalsReachTheProgram) {
    const Recording recording = record({"sh", "-c", "trap 'cat root/sub/b > /dev/null; exit 9' USR1; kill -USR1 $$; sleep 5"});
    EXPECT_EQ(recording.exit_status, 9);
    EXPECT_THAT(lines(recording), ElementsAre(Line{"sub/b", 0, 5000}));
}

TEST_F(Record, AStoppedProgramGoesOn) {
    const Recording recording = record({"sh", "-c", "(for i in 1 2 3 4 5 6 7 8 9; do sleep 0.3; kill -CONT $$; done) 2> /dev/null & kill -STOP $$; cat root/sub/b > /dev/null"});
    EXPECT_EQ(recording.exit_status, 0);
    EXPECT_THAT(lines(recording), ElementsAre(Line{"sub/b", 0, 5000}));
}

TEST_F(Record, WhatCannotBeStartedIsNamed) {
    auto recording = record_trace(root_, {"no-such-program"});
    ASSERT_FALSE(recording);
    EXPECT_EQ(recording.error().errno_value, ENOENT);
    EXPECT_THAT(recording.error().message(), HasSubstr("no-such-program"));
    auto no_root = record_trace(root_ / "none", {"true"});
    ASSERT_FALSE(no_root);
    EXPECT_THAT(no_root.error().message(), HasSubstr("root/none"));
}

TEST_F(Record, TheRootMayBeReachedByALink) {
    fs::create_directory_symlink(root_, folder_->path() / "link");
    auto recording = record_trace(folder_->path() / "link", {"sh", "-c", "cat link/a > /dev/null"});
    ASSERT_TRUE(recording);
    EXPECT_EQ(recording->trace.files, std::vector<std::string>{"a"});
}

}  // namespace
