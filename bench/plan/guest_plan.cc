// SPDX-License-Identifier: GPL-2.0-only
#include "bench/plan/guest_plan.h"

namespace diobench {

nlohmann::json DeviceProfile::to_json() const {
    return {{"name", name}, {"kind", kind}, {"latency_ns", latency_ns}, {"size_bytes", size_bytes}, {"path", path}};
}

nlohmann::json FetchProfile::to_json() const {
    return {{"name", name}, {"round_trip_ns", round_trip_ns}, {"bandwidth_bytes_per_s", bandwidth_bytes_per_s}};
}

nlohmann::json GuestPlan::to_json() const {
    auto images_json = nlohmann::json::array();
    for (const auto& image : images) {
        auto holes = nlohmann::json::array();
        for (const Hole& hole : image.holes) holes.push_back({hole.first_block, hole.blocks});
        images_json.push_back({{"layout", image.layout}, {"image", image.image}, {"sha256", image.sha256},
                               {"data_offset_bytes", image.data_offset_bytes}, {"size_bytes", image.size_bytes},
                               {"file_id", image.file_id}, {"holes", std::move(holes)}, {"measured", image.measured}});
    }
    auto cells_json = nlohmann::json::array();
    for (const auto& cell : cells) cells_json.push_back(cell.to_json());
    return {{"seed", seed}, {"device", device.to_json()}, {"fetch", fetch.to_json()}, {"config_symbols", config_symbols},
            {"exact_clock", exact_clock}, {"images", std::move(images_json)}, {"cells", std::move(cells_json)}};
}

Result<GuestPlan> GuestPlan::from_json(const nlohmann::json& json) {
    try {
        GuestPlan plan;
        plan.seed = json.at("seed");
        const auto& device = json.at("device");
        plan.device = {device.at("name"), device.at("kind"), device.at("latency_ns"), device.at("size_bytes"), device.at("path")};
        const auto& fetch = json.at("fetch");
        plan.fetch = {fetch.at("name"), fetch.at("round_trip_ns"), fetch.at("bandwidth_bytes_per_s")};
        plan.config_symbols = json.at("config_symbols").get<std::vector<std::string>>();
        plan.exact_clock = json.at("exact_clock");
        for (const auto& i : json.at("images")) {
            GuestImage image{i.at("layout"), i.at("image"), i.at("sha256"), i.at("data_offset_bytes"), i.at("size_bytes"),
                             i.at("file_id"), {}, i.at("measured")};
            for (const auto& hole : i.at("holes")) image.holes.push_back({hole.at(0), hole.at(1)});
            plan.images.push_back(std::move(image));
        }
        for (const auto& c : json.at("cells")) {
            auto cell = Cell::from_json(c);
            if (!cell) return forward(cell);
            plan.cells.push_back(std::move(*cell));
        }
        return plan;
    } catch (const nlohmann::json::exception& e) {
        return fail("read plan", "", e.what());
    }
}

}  // namespace diobench
