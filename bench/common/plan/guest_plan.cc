// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/plan/guest_plan.h"

#include "bench/common/image/test_file_json.h"

namespace diobench {

namespace {

nlohmann::json to_json(const GuestImage& image) {
    auto files = nlohmann::json::array();
    for (const auto& file : image.files) files.push_back(test_file_to_json(file));
    return {{"layout", image.layout}, {"blobs", image.blobs}, {"data_offset_bytes", image.data_offset_bytes},
            {"contiguous", image.contiguous}, {"shared_domain", image.shared_domain},
            {"files", std::move(files)}};
}

GuestImage image_from_json(const nlohmann::json& json) {
    GuestImage image;
    image.layout = json.at("layout");
    image.blobs = json.at("blobs").get<std::vector<std::string>>();
    image.data_offset_bytes = json.at("data_offset_bytes");
    image.contiguous = json.at("contiguous");
    image.shared_domain = json.at("shared_domain");
    for (const auto& file : json.at("files")) image.files.push_back(test_file_from_json(file));
    return image;
}

}  // namespace

nlohmann::json DeviceProfile::to_json() const {
    return {{"name", name}, {"kind", kind}, {"latency_ns", latency_ns}, {"bandwidth_bytes_per_s", bandwidth_bytes_per_s},
            {"size_bytes", size_bytes}, {"path", path}};
}

nlohmann::json FetchProfile::to_json() const {
    return {{"name", name}, {"round_trip_ns", round_trip_ns}, {"bandwidth_bytes_per_s", bandwidth_bytes_per_s}, {"jitter_ns", jitter_ns}};
}

std::string fio_text_key(const Cell& cell) { return cell.fio_job + " on " + cell.layout; }

std::string GuestImage::blob_name(size_t index) const { return index == 0 ? layout : layout + "-blob" + std::to_string(index); }

const TestFile* GuestImage::file(std::string_view name) const {
    for (const auto& one : files)
        if (one.name == name) return &one;
    return nullptr;
}

const GuestImage* GuestPlan::image(std::string_view layout) const {
    for (const auto& one : images)
        if (one.layout == layout) return &one;
    return nullptr;
}

const FetchProfile* GuestPlan::fetch(std::string_view name) const {
    for (const auto& one : fetches)
        if (one.name == name) return &one;
    return nullptr;
}

nlohmann::json GuestPlan::to_json() const {
    auto list = [](const auto& elements, auto make) {
        auto out = nlohmann::json::array();
        for (const auto& element : elements) out.push_back(make(element));
        return out;
    };
    auto own = [](const auto& element) { return element.to_json(); };
    return {{"seed", seed}, {"device", device.to_json()}, {"fetches", list(fetches, own)}, {"traces", traces}, {"fio_jobs", fio_jobs},
            {"config_symbols", config_symbols}, {"absent_features", absent_features}, {"exact_clock", exact_clock},
            {"images", list(images, [](const auto& image) { return diobench::to_json(image); })}, {"cells", list(cells, own)}};
}

Result<GuestPlan> GuestPlan::from_json(const nlohmann::json& json) {
    try {
        GuestPlan plan;
        plan.seed = json.at("seed");
        const auto& device = json.at("device");
        plan.device = {device.at("name"), device.at("kind"), device.at("latency_ns"), device.at("bandwidth_bytes_per_s"),
                       device.at("size_bytes"), device.at("path")};
        for (const auto& fetch : json.at("fetches"))
            plan.fetches.push_back({fetch.at("name"), fetch.at("round_trip_ns"), fetch.at("bandwidth_bytes_per_s"), fetch.at("jitter_ns")});
        plan.traces = json.at("traces").get<std::map<std::string, std::string>>();
        plan.fio_jobs = json.at("fio_jobs").get<std::map<std::string, std::string>>();
        plan.config_symbols = json.at("config_symbols").get<std::vector<std::string>>();
        plan.absent_features = json.at("absent_features").get<std::map<std::string, std::string>>();
        plan.exact_clock = json.at("exact_clock");
        for (const auto& image : json.at("images")) plan.images.push_back(image_from_json(image));
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
