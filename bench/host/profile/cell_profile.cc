// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/profile/cell_profile.h"

#include "bench/results/store/json_reader.h"

namespace diobench {

namespace {

using Json = nlohmann::ordered_json;

Json counts_json(const InstructionCounts& c) {
    return {{"instructions", c.instructions}, {"loads", c.loads}, {"stores", c.stores}, {"entries", c.entries}};
}

uint64_t read_count(JsonReader& reader, std::string_view key) {
    const int64_t value = reader.integer(key);
    if (value < 0) reader.complain(reader.path_of(key), "must not be negative");
    return static_cast<uint64_t>(value);
}

CopyCounts read_copied(JsonReader reader) {
    CopyCounts out;
    out.user = read_count(reader, "user");
    out.kernel = read_count(reader, "kernel");
    reader.finish();
    return out;
}

Json traffic_json(const MemoryTraffic& t) {
    return {{"l1", t.l1}, {"l2", t.l2}, {"l3", t.l3}, {"streamed", t.streamed}, {"missed", t.missed}, {"string_steps", t.string_steps}};
}

MemoryTraffic read_traffic(JsonReader reader) {
    MemoryTraffic out;
    out.l1 = read_count(reader, "l1");
    out.l2 = read_count(reader, "l2");
    out.l3 = read_count(reader, "l3");
    out.streamed = read_count(reader, "streamed");
    out.missed = read_count(reader, "missed");
    out.string_steps = read_count(reader, "string_steps");
    reader.finish();
    return out;
}

InstructionCounts read_counts(JsonReader& reader) {
    InstructionCounts out;
    out.instructions = read_count(reader, "instructions");
    out.loads = read_count(reader, "loads");
    out.stores = read_count(reader, "stores");
    out.entries = read_count(reader, "entries");
    return out;
}

}  // namespace

InstructionCounts& InstructionCounts::operator+=(const InstructionCounts& other) {
    instructions += other.instructions;
    loads += other.loads;
    stores += other.stores;
    entries += other.entries;
    return *this;
}

InstructionCounts CellProfile::in_kernel() const {
    InstructionCounts out;
    for (const auto& [name, counts] : functions) out += counts;
    return out;
}

InstructionCounts CellProfile::total() const { return in_kernel() += user; }

Json CellProfile::to_json() const {
    Json rows = Json::array();
    for (const auto& [name, counts] : functions) {
        Json row = {{"function", name}};
        row.update(counts_json(counts));
        rows.push_back(std::move(row));
    }
    Json out = {{"kernel", kernel}, {"cell", cell}, {"seed", seed}, {"ops", ops}, {"bytes", bytes}, {"elapsed_ns", elapsed_ns}, {"user", counts_json(user)},
            {"copied_bytes", {{"user", copied.user}, {"kernel", copied.kernel}}}, {"functions", std::move(rows)}};
    if (traffic) out["memory_lines"] = traffic_json(*traffic);
    return out;
}

Result<CellProfile> CellProfile::from_json(const Json& json) {
    std::optional<Error> error;
    JsonReader reader(json, "", error);
    CellProfile out;
    out.kernel = reader.text("kernel");
    out.cell = reader.text("cell");
    out.seed = read_count(reader, "seed");
    out.ops = read_count(reader, "ops");
    out.bytes = read_count(reader, "bytes");
    out.elapsed_ns = read_count(reader, "elapsed_ns");
    auto user = reader.object("user");
    out.user = read_counts(user);
    user.finish();
    out.copied = read_copied(reader.object("copied_bytes"));
    if (json.contains("memory_lines")) out.traffic = read_traffic(reader.object("memory_lines"));
    reader.objects("functions", [&](JsonReader& row, size_t) {
        const std::string name = row.text("function");
        if (!out.functions.emplace(name, read_counts(row)).second) row.complain(row.path_of("function"), "this function is there twice");
    });
    reader.finish();
    if (error) return tl::unexpected(*error);
    return out;
}

}  // namespace diobench
