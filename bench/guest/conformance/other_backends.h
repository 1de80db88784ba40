// SPDX-License-Identifier: GPL-2.0-only
// The back ends beside fscache (bench/guest/backend/) that cases are held against: what speaks of data, of the end of
// files, of alignment and of a device that fails is right or wrong on each of them.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/world.h"

namespace diobench {

/// One in which the kernel's own EROFS reads the image.
struct OtherBackend {
    std::string_view name;
    bool takes_blobs;         ///< an image of several blobs can be mounted
    bool is_variant;          ///< another one differs from it only below the image file: it reads fewer images
    bool documented_direct;   ///< Linux says that O_DIRECT of uncompressed files is served past the page cache; else a series says (file_direct_io)
    std::string_view source;  ///< of that
};
[[nodiscard]] std::span<const OtherBackend> other_backends();
/// Whether a series declares with file_direct_io what O_DIRECT means on a back end; it does not of fscache.
[[nodiscard]] bool is_file_backed(std::string_view backend);

/// The case NAME@BACKEND.  It is skipped where the kernel lacks the back end, which is found out, once a boot, by mounting an
/// image that every kernel mounts; so is World::direct().
[[nodiscard]] Case on_backend(Case statement, const OtherBackend& backend);
/// The statement on each other back end.
[[nodiscard]] std::vector<Case> on_other_backends(const Case& statement);
/// The statements over fscache, as they are, and on the back end `file`, where a series may read directly as well.
[[nodiscard]] std::vector<Case> and_on_file(std::vector<Case> cases);
/// The statement over fscache, as it is, and on each other back end.
[[nodiscard]] std::vector<Case> everywhere(const Case& statement);
/// Two statements, NAME-direct and NAME-buffered, of one body, everywhere.
[[nodiscard]] std::vector<Case> both_ways_everywhere(const std::string& name, const std::string& right, const std::string& source,
                                                     const std::function<Result<Finding>(World&, int flags)>& body);

}  // namespace diobench
