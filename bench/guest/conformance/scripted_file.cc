// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/scripted_file.h"

#include <cstring>
#include <fmt/format.h>

namespace diobench {

Result<ReaderProcess> ScriptedFile::start_read(World& world, const ReadOnce& what) const {
    return world.start_reader([&] { return read_once(subject, path(), what); });
}

Result<std::string> serve_mount(DaemonScript& script, PendingMount& pending) { return script.serve_until_end(pending.process, "mount(2)"); }

Result<ScriptedFile> mount_file(World& world, DaemonScript& script, const std::string& image, const std::string& file, const MountOptions& options) {
    auto known = find_test_image(image);
    if (!known) return forward(known);
    auto pending = world.start_mount(image, options);
    if (!pending) return forward(pending);
    auto wrong = serve_mount(script, *pending);
    if (!wrong) return forward(wrong);
    if (!wrong->empty()) return fail("mount", image, *wrong);
    ScriptedFile mounted{std::move(pending->mount), {*known, (*known)->file(file), world.seed()}, script.last_object()};
    wrong = served_read(world, script, mounted, {0, kBlockBytes});
    if (!wrong) return forward(wrong);
    if (!wrong->empty()) return fail("read", file, *wrong);
    return mounted;
}

Result<std::string> served_read(World& world, DaemonScript& script, const ScriptedFile& file, const ReadOnce& what) {
    auto reader = file.start_read(world, what);
    if (!reader) return forward(reader);
    return script.serve_until_end(*reader, "a read that the daemon serves");
}

Result<std::string> serve_held(DaemonScript& script, const ReadRequest& read, ReaderProcess& reader) {
    if (auto s = script.serve(read); !s) return forward(s);
    auto end = reader.wait(kEnough);
    return end ? end->text : "a read whose READ was served does not return: " + reader.where();
}

Status unmount_file(DaemonScript& script, ScriptedFile& file) {
    if (auto s = file.mount.unmount(); !s) return s;
    auto close = script.expect<CloseRequest>();
    if (!close) return forward(close);
    return script.serve(*close);
}

Result<HeldMount> hold_mount(World& world, DaemonScript& script, const std::string& image, const MountOptions& options) {
    auto pending = world.start_mount(image, options);
    if (!pending) return forward(pending);
    auto open = script.expect<OpenRequest>();
    if (!open) return forward(open);
    return HeldMount{std::move(*pending), *open};
}

std::string right_is(int right, int result, const std::string& what) {
    if (result == right) return {};
    const std::string came = result == 0 ? "it is taken" : fmt::format("it is refused with {}", ::strerrorname_np(-result));
    return fmt::format("{}: {}; right is {}", what, came, right == 0 ? "that it is taken" : ::strerrorname_np(-right));
}

std::string refused(int result, const std::string& what) { return result != 0 ? "" : what + " is taken; right is an error"; }

}  // namespace diobench
