// SPDX-License-Identifier: GPL-2.0-only
// Who builds which kernel, in the store.
#include <fmt/format.h>

#include "bench/fleet/fleet_store.h"
#include "bench/results/sql/statement.h"

namespace diobench {

namespace {

std::string lock_of_build(const std::string& key) { return "fleet build " + key; }

}  // namespace

Result<BuildTurn> FleetStore::claim_build(const std::string& key, const std::string& depot, const std::string& node, const std::string& token, int64_t lease_s, int64_t now) {
    return sql::guarded("claim build in store", *connection_, [&]() -> Result<BuildTurn> {
        sql::Transaction transaction(*connection_, lock_of_build(key));
        auto query = connection_->query("SELECT state, node, claim, lease_until, image_sha256 FROM fleet_builds WHERE build_key = ? AND depot = ?", sql::values(key, depot));
        const bool is_there = query->step();
        if (is_there && query->text(0) == "built") return BuildTurn{BuildTurn::What::built, query->text(1), query->text(4), depot};
        if (is_there && query->number(3) > now && query->text(2) != token) return BuildTurn{BuildTurn::What::others, query->text(1), "", ""};
        query.reset();
        connection_->execute("DELETE FROM fleet_builds WHERE build_key = ? AND depot = ?", sql::values(key, depot));
        connection_->execute("INSERT INTO fleet_builds (build_key, depot, state, node, claim, lease_until, image_sha256) VALUES (?,?,?,?,?,?,?)", sql::values(key, depot, "building", node, token, now + lease_s, ""));
        transaction.commit();
        return BuildTurn{BuildTurn::What::ours, node, "", ""};
    });
}

Status FleetStore::renew_build(const std::string& key, const std::string& depot, const std::string& token, int64_t lease_s, int64_t now) {
    return sql::guarded("renew build in store", *connection_, [&]() -> Status {
        connection_->execute("UPDATE fleet_builds SET lease_until = ? WHERE build_key = ? AND depot = ? AND claim = ?", sql::values(now + lease_s, key, depot, token));
        return {};
    });
}

Status FleetStore::finish_build(const std::string& key, const std::string& depot, const std::string& token, const std::string& image_sha256) {
    return sql::guarded("end build in store", *connection_, [&]() -> Status {
        sql::Transaction transaction(*connection_, lock_of_build(key));
        auto query = connection_->query("SELECT state, node, image_sha256 FROM fleet_builds WHERE build_key = ? AND depot = ?", sql::values(key, depot));
        if (query->step() && query->text(0) == "built" && query->text(2) != image_sha256)
            return fail("fleet build", key, fmt::format("{} built another image of the same source, patches, configuration and compiler: {:.12}; here it is {:.12}", query->text(1), query->text(2), image_sha256), ExitCode::invalid);
        query.reset();
        connection_->execute("UPDATE fleet_builds SET state = 'built', image_sha256 = ? WHERE build_key = ? AND depot = ? AND (claim = ? OR state = 'built')", sql::values(image_sha256, key, depot, token));
        transaction.commit();
        return {};
    });
}

Status FleetStore::forget_build(const std::string& key, const std::string& depot) {
    return sql::guarded("forget build in store", *connection_, [&]() -> Status {
        connection_->execute("DELETE FROM fleet_builds WHERE build_key = ? AND depot = ?", sql::values(key, depot));
        return {};
    });
}

}  // namespace diobench
