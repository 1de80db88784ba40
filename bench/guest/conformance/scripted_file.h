// SPDX-License-Identifier: GPL-2.0-only
// Mounts and reads whose daemon is a script of the case (DaemonScript), and what is right of its commands.
#pragma once

#include <string>

#include "bench/common/base/error.h"
#include "bench/guest/conformance/daemon_script.h"
#include "bench/guest/conformance/read_once.h"
#include "bench/guest/conformance/reading.h"
#include "bench/guest/conformance/world.h"

namespace diobench {

/// An image that is mounted, its file's inode read: a read of the file asks for its data and nothing else.
/// Ends before the script does, which takes its CLOSE.
struct ScriptedFile {
    ImageMount mount;
    Subject subject;
    uint32_t object_id = 0;  ///< of its blob

    [[nodiscard]] std::string path() const { return mount.file(subject.file->name); }
    [[nodiscard]] Result<ReaderProcess> start_read(World& world, const ReadOnce& what) const;
};
/// Mounts `image` of one blob while the script serves.
[[nodiscard]] Result<ScriptedFile> mount_file(World& world, DaemonScript& script, const std::string& image, const std::string& file, const MountOptions& options = {});
/// The script serves until the mount has ended; what is wrong with it.
[[nodiscard]] Result<std::string> serve_mount(DaemonScript& script, PendingMount& pending);
/// A read that the script serves to its end; what is wrong with it.
[[nodiscard]] Result<std::string> served_read(World& world, DaemonScript& script, const ScriptedFile& file, const ReadOnce& what);
/// Serves the READ that `reader` waits for, and nothing else; what is wrong with what came.
[[nodiscard]] Result<std::string> serve_held(DaemonScript& script, const ReadRequest& read, ReaderProcess& reader);
/// Unmounts and takes the CLOSE, as a good daemon does.
[[nodiscard]] Status unmount_file(DaemonScript& script, ScriptedFile& file);

/// A mount whose OPEN was taken and is not answered.
struct HeldMount {
    PendingMount pending;
    OpenRequest open;
};
[[nodiscard]] Result<HeldMount> hold_mount(World& world, DaemonScript& script, const std::string& image, const MountOptions& options = {});

/// What is wrong with the result (0 or -errno) of a command or call `what`; empty if it is `right`.
[[nodiscard]] std::string right_is(int right, int result, const std::string& what);
/// The same of what has to be an error, whichever.
[[nodiscard]] std::string refused(int result, const std::string& what);

}  // namespace diobench
