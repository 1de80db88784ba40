// SPDX-License-Identifier: GPL-2.0-only
// An image under test: its files and how they lie on its blobs.  The table
// here is the conformance suite's; layout.h has the one that is measured.
//
// A hole is where the file system has no data, so only images whose name says
// "sparse" have some: that a kernel cannot read those says nothing of the others.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"
#include "bench/common/base/units.h"
#include "bench/common/image/content.h"

namespace diobench {

/// Odd bytes behind the last whole block: every image also tests the end of file.
inline constexpr uint64_t kTail = 1234;

/// A file of a test image; its name says what it is for.
struct TestFile {
    std::string name;  ///< path below the image's root
    uint32_t file_id = 0;
    uint64_t size_bytes = 0;
    std::vector<Hole> holes;  ///< whole chunks, in blocks
    Texture texture = Texture::random;

    [[nodiscard]] FileContent content(uint64_t seed) const { return {{seed, file_id}, size_bytes, holes, texture}; }
};

/// A symbolic link of a test image: "link-N" points at N bytes of nothing.
[[nodiscard]] std::string link_name(size_t target_bytes);
[[nodiscard]] std::string link_target(size_t target_bytes);

/// Who decides where the chunks of an image lie.
enum class Placement {
    mkfs,       ///< mkfs.erofs: in order, one file behind the other
    indexes,    ///< in order, behind chunk indexes instead of a block map
    scattered,  ///< runs of one to four chunks, shuffled over all files
    devices,    ///< one chunk after the other on the image and its extra devices in turn, at
                ///< addresses that go on over the change of device; the gaps hold other data
    blobs,      ///< each file whole on one of the extra devices in turn, nothing but metadata on the image
};

/// In how many ways the data cases read an image.
enum class DataCases {
    none,  ///< it is material of other cases
    few,   ///< it differs little from one that is read in every way
    all,
};

struct TestImage {
    std::string name;
    std::string purpose;                    ///< one sentence
    std::vector<std::string> mkfs_options = {};  ///< without --chunksize and --blobdev
    uint32_t chunk_bytes = 0;               ///< 0: not chunk based
    uint64_t stretched_chunk_bytes = 0;     ///< what each chunk that mkfs.erofs made stands for in the end, for files of gigabytes; 0: chunk_bytes
    Placement placement = Placement::mkfs;
    unsigned extra_devices = 0;             ///< each needs one device= at mount
    bool compressed = false;                ///< O_DIRECT is refused
    bool shared_domain = false;             ///< read by two mounts of one domain that share the extra device
    DataCases data_cases = DataCases::all;
    std::vector<TestFile> files;
    std::vector<size_t> links = {};         ///< symbolic links, by the length of their targets

    /// Blobs: the image itself and its extra devices.
    [[nodiscard]] unsigned blobs() const { return 1 + extra_devices; }
    /// The file of that name, null if there is none.
    [[nodiscard]] const TestFile* file(std::string_view name) const;
};

[[nodiscard]] std::span<const TestImage> all_test_images();
[[nodiscard]] Result<const TestImage*> find_test_image(std::string_view name);
/// Name of blob `index` (0: the image, 1..: extra devices) in the guest's /images: "blobs.1.erofs".
[[nodiscard]] std::string test_image_blob_name(const TestImage& image, unsigned index);

/// What lies between the chunks where Placement::devices leaves gaps: data of no file.
constexpr uint32_t kGapFileId = 0xFFFE;

/// Host side: paths of the image's blobs with the content of `seed`, in order
/// of their index, made if they are not in the cache yet.  Their lengths are
/// multiples of 4096.
[[nodiscard]] Result<std::vector<fs::path>> test_image_blobs(const TestImage& image, uint64_t seed);

}  // namespace diobench
