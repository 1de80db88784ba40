// SPDX-License-Identifier: GPL-2.0-only
// Boots of the exact machine, kept in the cache by all that decides about their numbers: the same boot again
// would give the same bytes, so a gate's baseline need not be booted for every candidate.
#pragma once

#include <optional>
#include <string>

#include "bench/host/run/boot_archive.h"

namespace diobench {

/// Where the files of a boot lie in a run's directory.
struct BootPlace {
    fs::path console;
    fs::path profile;  ///< empty: instructions are not counted
};

class SharedBoots {
public:
    /// `folder` is made when the first boot is kept; `machine` is mixed into every key; the oldest boots go when there are more than `most`.
    SharedBoots(fs::path folder, std::string machine, size_t most = kMostBoots) : folder_(std::move(folder)), machine_(std::move(machine)), most_(most) {}
    /// Of this host: QEMU, the preloaded library and this very program.
    [[nodiscard]] static Result<SharedBoots> of_this_host();

    /// $DIOBENCH_BOOTS, a folder of boots that several machines make for one command (bench/fleet), all of which are kept;
    /// nothing if it is not set. That these machines are alike is for the fleet to see to.
    [[nodiscard]] static std::optional<SharedBoots> given();

    /// Fills records and result of `report` and writes its files, if such a boot was kept with all of them.
    [[nodiscard]] bool restore(const std::string& key, const BootPlace& place, BootReport& report) const;
    /// Keeps a boot that is worth it.
    [[nodiscard]] Status keep(const std::string& key, const BootPlace& place, const BootReport& report) const;

    static constexpr size_t kMostBoots = 128;

private:
    [[nodiscard]] fs::path path(const std::string& key) const;
    void remove_oldest() const;
    fs::path folder_;
    std::string machine_;
    size_t most_;
};

/// What DIOBENCH_BOOTS is called by who sets it.
inline constexpr const char* kBootsVariable = "DIOBENCH_BOOTS";

}  // namespace diobench
