// SPDX-License-Identifier: GPL-2.0-only
// A thread, read as import_series() does but for the decoding, which is git's, and a quilt series of the same text.
#include "bench/host/kernel/dep3.h"
#include "bench/host/kernel/mail_headers.h"
#include "bench/host/kernel/mbox.h"
#include "bench/host/kernel/quilt_series.h"
#include "bench/host/kernel/select_patches.h"
#include "tests/fuzz/fuzz.h"

using namespace diobench;

namespace {

/// More only makes each input slower.
constexpr size_t kMostMails = 32;

Mail undecoded(const RawMail& raw) {
    const MailHeaders headers(raw.text);
    Mail out;
    out.origin = raw.origin;
    out.alone = raw.alone;
    out.message_id = headers.message_id();
    out.references = headers.references();
    out.subject = parse_patch_subject(headers.value("subject"));
    const std::string name = name_before_via(headers.value("from"));
    out.author = sender_behind_list(headers, name, "list@example.org");
    must(with_sender(raw.text, "a@b.org").starts_with("From: a@b.org\n"), "the sender is the first header");
    if (auto header = read_dep3(raw.text)) out.message = header->message;
    auto diff = parse_unified_diff(raw.text);
    if (diff) out.diff = std::move(*diff);
    else out.damage = diff.error();
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto text = text_of(data, size);
    (void)parse_quilt_series(text, "series");
    auto raw = split_mails(text, "fuzz");
    if (raw.size() == 1) raw.front().alone = true;
    if (raw.size() > kMostMails) raw.resize(kMostMails);
    std::vector<Mail> mails;
    for (const auto& one : raw) mails.push_back(undecoded(one));
    for (const auto& version : {std::optional<PatchVersion>(), std::optional<PatchVersion>(PatchVersion{2, 0})}) {
        const auto chosen = select_patches(mails, version);
        must(!chosen || !chosen->patches.empty(), "what is taken has a patch");
        if (!chosen) continue;
        for (const auto& mail : chosen->patches) must(!mail.diff.files.empty() && !mail.damage, "a patch that is taken has a diff");
    }
    return 0;
}
