// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/object_count.h"

#include <map>
#include <regex>
#include <set>

#include "bench/common/base/text.h"

namespace diobench {

namespace {

/// The lines of a Makefile with those that end in a backslash joined.
std::vector<std::string> makefile_lines(const fs::path& folder) {
    auto text = read_file(folder / "Kbuild");
    if (!text) text = read_file(folder / "Makefile");
    std::vector<std::string> out;
    if (!text) return out;
    std::string line;
    for (const auto& part : split(*text, '\n')) {
        line += part;
        if (line.ends_with('\\')) {
            line.back() = ' ';
            continue;
        }
        out.push_back(std::move(line));
        line.clear();
    }
    return out;
}

class ObjectCounter {
public:
    ObjectCounter(fs::path tree, std::string arch, std::string_view config_text) : tree_(std::move(tree)), arch_(std::move(arch)) {
        for (const auto& line : split(config_text, '\n'))
            if (line.starts_with("CONFIG_") && line.ends_with("=y")) on_.insert(line.substr(0, line.size() - 2));
    }

    size_t count() {
        visit("");
        visit("lib");
        visit("arch/" + arch_);
        visit("arch/" + arch_ + "/lib");
        if (on_.contains("CONFIG_PCI")) visit("arch/" + arch_ + "/pci");
        return objects_;
    }

private:
    /// What a Makefile lists under each name: "obj" -> everything built in the
    /// folder, "erofs" -> the parts of erofs.o.
    using Lists = std::map<std::string, std::vector<std::string>>;

    Lists read_lists(const std::string& folder) const {
        static const std::regex rule(R"(^\s*([A-Za-z0-9_-]+)-(y|objs|\$\((CONFIG_[A-Z0-9_]+)\))\s*[:+]?=\s*([^#]*))");
        Lists out;
        std::smatch m;
        for (const auto& line : makefile_lines(tree_ / folder)) {
            if (!std::regex_search(line, m, rule) || (m[3].matched && !on_.contains(m[3].str()))) continue;
            for (const auto& name : split(m[4].str(), ' '))
                if (auto text = trim(name); !text.empty()) out[m[1].str()].emplace_back(text);
        }
        return out;
    }

    void visit(const std::string& folder) {
        if (!visited_.insert(folder).second) return;
        const Lists lists = read_lists(folder);
        for (const char* list : {"obj", "lib", "core", "libs", "drivers"})
            if (auto at = lists.find(list); at != lists.end())
                for (const auto& name : at->second) add(folder, lists, name);
    }

    void add(const std::string& folder, const Lists& lists, std::string name) {
        static const std::string arch_variable = "$(SRCARCH)";
        if (size_t at = name.find(arch_variable); at != std::string::npos) name.replace(at, arch_variable.size(), arch_);
        if (name.find('$') != std::string::npos) return;
        const std::string path = (fs::path(folder) / name).lexically_normal().string();
        if (name.ends_with('/')) visit(path.substr(0, path.size() - 1));
        if (!name.ends_with(".o") || !seen_.insert(path).second) return;
        ++objects_;
        if (auto parts = lists.find(name.substr(0, name.size() - 2)); parts != lists.end())
            for (const auto& part : parts->second) add(folder, lists, part);
    }

    fs::path tree_;
    std::string arch_;
    std::set<std::string> on_;
    std::set<std::string> visited_;
    std::set<std::string> seen_;
    size_t objects_ = 0;
};

}  // namespace

size_t estimate_objects(const fs::path& tree, const std::string& arch, std::string_view config_text) {
    return ObjectCounter(tree, arch, config_text).count();
}

size_t count_affected_objects(const fs::path& object_tree, const std::vector<std::string>& changed) {
    size_t out = 0;
    std::error_code ec;
    for (fs::recursive_directory_iterator at(object_tree, ec), end; !ec && at != end; at.increment(ec)) {
        if (!at->path().filename().string().ends_with(".o.cmd")) continue;
        auto text = read_file(at->path());
        if (!text) continue;
        for (const auto& name : changed)
            if (text->find("/" + name) != std::string::npos) {
                ++out;
                break;
            }
    }
    return out;
}

}  // namespace diobench
