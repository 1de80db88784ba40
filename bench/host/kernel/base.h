// SPDX-License-Identifier: GPL-2.0-only
// A kernel's name, SERIES@BASE, and the source that a base stands for.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"
#include "bench/common/base/terminal.h"
#include "bench/host/kernel/series.h"
#include "bench/host/kernel/source.h"

namespace diobench {

/// "dio@6.12.107" taken apart.
struct KernelName {
    std::string series;  ///< a name, or a folder
    std::string base;    ///< "6.12.107", "6.12", "newest", "DIR", "DIR:REV"; empty: the default
};
/// What stands behind '@' is the base; a folder that is a series may have one in its own name.
[[nodiscard]] KernelName parse_kernel_name(std::string_view text);

/// The name in reports and of files, without looking whether there is such a series: "dio@6.12.107", "mine@linux:v7.1".
[[nodiscard]] std::string shown_name(const std::string& text);
/// The same kernel named from anywhere: folders, of series and of trees, are absolute.
[[nodiscard]] std::string absolute_kernel_name(const std::string& text);

/// A kernel as somebody named it.
struct NamedKernel {
    std::string name;           ///< in reports, and for files: "dio", "dio@6.12.107", "base@linux:v7.1"
    std::string base;           ///< of its name
    std::vector<Series> chain;  ///< with what it requires; itself last
};
[[nodiscard]] Result<NamedKernel> resolve_kernel(const std::string& text);
/// The same with a chain that is for Linux `version`; where the series is not meant for that, an error.
[[nodiscard]] Result<NamedKernel> resolve_kernel_at(const std::string& text, const std::string& version);
/// Whether each of these resolves, and its base is here; all faults at once.  Nothing is unpacked.
[[nodiscard]] Status check_kernels(const std::vector<std::string>& names);

/// The sources of one command's kernels, each opened once.
class Bases {
public:
    /// `tree` at `revision` is the default base; empty: the distribution's.
    explicit Bases(fs::path tree = {}, std::string revision = {}) : tree_(std::move(tree)), revision_(std::move(revision)) {}
    /// An error says which command brings what is missing.  The source lives as long as this object.
    [[nodiscard]] Result<const KernelSource*> source(const std::string& base, Progress& progress);

private:
    fs::path tree_;
    std::string revision_;
    std::map<std::string, KernelSource> opened_;
};

/// A kernel whose series are as they are for its base.  The source is not opened, which may mean unpacking it, where that
/// changes nothing: for the default base and series without variants.
[[nodiscard]] Result<NamedKernel> resolve_on_base(const std::string& text, Bases& bases, Progress& progress);

}  // namespace diobench
