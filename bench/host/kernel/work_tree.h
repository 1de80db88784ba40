// SPDX-License-Identifier: GPL-2.0-only
// The one tree that is built, for each kernel source: a copy of the pristine
// source that only ever differs from it by the current series, and the object
// tree beside it.  Going from one series to another touches only the files
// that differ, so that make compiles only what they affect.
//
// What makes an interrupted run harmless:
//  * state.json names every modified file before the first is touched;
//  * while make runs, a list of all objects as they were lies beside them; found
//    later, it says that make did not come to its end, and of the objects that
//    are new or changed since, those that kbuild had not finished are deleted;
//  * make's children hold a lock of their own: nothing is cleaned up, or built,
//    while some of them outlive a diobench that was killed;
//  * a configuration that was not finished is made again from nothing.
#pragma once

#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"
#include "bench/common/base/paths.h"
#include "bench/common/base/terminal.h"
#include "bench/host/kernel/patch.h"
#include "bench/host/kernel/source.h"

namespace diobench {

class WorkTree {
public:
    /// Opens the tree for `source`, made on first use, and undoes what an
    /// interrupted run left.  Waits, and says so, while another process uses
    /// it.  `flavour` tells apart trees of one source that share no objects ("bzimage").
    [[nodiscard]] static Result<WorkTree> open(const KernelSource& source, const std::string& flavour, Progress& progress);

    [[nodiscard]] fs::path source() const { return folder_ / "source"; }
    [[nodiscard]] fs::path objects() const { return folder_ / "objects"; }
    /// Held by make and its children, for run_make().
    [[nodiscard]] fs::path make_lock() const { return folder_.string() + ".make.lock"; }
    /// True if the object tree was cleared of an interrupted run's objects on opening.
    [[nodiscard]] bool recovered() const { return recovered_; }

    /// Makes the source the pristine one with exactly these files different;
    /// returns the paths that were touched.
    [[nodiscard]] Result<std::vector<std::string>> apply(const PatchedFiles& wanted);

    /// The identity of the configuration the objects have; empty: none or unfinished.
    [[nodiscard]] const std::string& configured() const { return state_.configured; }
    [[nodiscard]] Status begin_configure();
    [[nodiscard]] Status end_configure(const std::string& identity);

    /// Brackets a run of make.  end_make() is called when make came to its own
    /// end (also one with a compile error: make deletes the targets that
    /// failed); abandon_make() after a full disk, when nothing that was written can be trusted.
    [[nodiscard]] Status begin_make();
    [[nodiscard]] Status end_make();
    [[nodiscard]] Status abandon_make();

    /// Objects in the object tree now, and when the last complete build ended (0: never).
    [[nodiscard]] size_t count_objects() const;
    [[nodiscard]] size_t full_count() const { return state_.full_count; }
    [[nodiscard]] Status remember_full_count();

private:
    struct State {
        std::string source_sha256;
        std::vector<std::string> modified;
        std::string configured;
        size_t full_count = 0;
    };
    static constexpr const char* kConfiguring = "unfinished";

    WorkTree(fs::path folder, fs::path pristine, FileLock lock)
        : folder_(std::move(folder)), pristine_(std::move(pristine)), lock_(std::move(lock)) {}
    [[nodiscard]] Status create(const KernelSource& source, Progress& progress);
    [[nodiscard]] Status load_state();
    [[nodiscard]] Status save_state() const;
    [[nodiscard]] Status recover();
    [[nodiscard]] Status delete_after_make(bool keep_finished);
    [[nodiscard]] Status put(const std::string& name, const std::optional<KernelFile>& content);
    [[nodiscard]] fs::path manifest() const { return folder_ / "make-is-running"; }

    fs::path folder_;
    fs::path pristine_;
    FileLock lock_;
    State state_;
    bool recovered_ = false;
};

}  // namespace diobench
