// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/follow/reply_mail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/common/base/text.h"

using namespace diobench;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

namespace {

const std::string kPatch =
    "From: Ada Example <ada@example.org>\nTo: list@example.org,\n \"Last, First\" <first@example.org>\nCc: Bob <bob@example.org>, list@example.org, Bot <bot@example.org>\n"
    "Subject: [PATCH v2 0/3] erofs: count things\nMessage-ID: <c2@example.org>\nIn-Reply-To: <c1@example.org>\nReferences: <a@example.org>\n <c1@example.org>\n\nWords.\n";

}  // namespace

TEST(ReplyMail, GoesToEverybodyOnceAndIntoTheThread) {
    EXPECT_EQ(reply_mail(kPatch, "Bot <bot@example.org>", "PASS: it is right\n"),
              "From: Bot <bot@example.org>\nTo: Ada Example <ada@example.org>\nCc: list@example.org, \"Last, First\" <first@example.org>,\n Bob <bob@example.org>\n"
              "Subject: Re: [PATCH v2 0/3] erofs: count things\nIn-Reply-To: <c2@example.org>\nReferences: <a@example.org> <c1@example.org> <c2@example.org>\n"
              "MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n\nPASS: it is right\n");
    EXPECT_THAT(reply_mail(kPatch, "", "x"), StartsWith("To: Ada"));
}

TEST(ReplyMail, BehindAListIsItsAuthor) {
    const std::string mail = "From: Ada via List <list@example.org>\nReply-To: Ada <ada@example.org>\nTo: list@example.org\nSubject: Re: x\nMessage-ID: <1@x>\n\n";
    EXPECT_THAT(reply_mail(mail, "", "x"), StartsWith("To: Ada <ada@example.org>\nCc: list@example.org\nSubject: Re: x\n"));
    EXPECT_THAT(reply_mail("From: Ada <ada@example.org>\nReply-To: other@example.org\n\n", "", "x"), StartsWith("To: Ada <ada@example.org>\nCc: other@example.org\n"));
}

TEST(ReplyMail, LongListsOfReadersAreFolded) {
    std::string cc;
    for (int i = 0; i < 40; ++i) cc += (i > 0 ? ", " : "") + std::string("Reader ") + std::to_string(i) + " <reader" + std::to_string(i) + "@example.org>";
    const std::string mail = reply_mail("From: a@b.org\nCc: " + cc + "\n\n", "", "x");
    for (const auto& line : split(mail, '\n')) EXPECT_LE(line.size(), 78u) << line;
    EXPECT_THAT(mail, HasSubstr(" Reader 39 <reader39@example.org>\n"));
}

TEST(ReplyMail, TextHasSeventyTwoColumns) {
    const std::string text = "  * " + std::string(30, 'a') + " " + std::string(30, 'b') + " " + std::string(30, 'c') + "\n\n  table   of   columns\n" + std::string(90, 'x') + "\n";
    EXPECT_EQ(wrapped(text), "  * " + std::string(30, 'a') + " " + std::string(30, 'b') + "\n  " + std::string(30, 'c') + "\n\n  table   of   columns\n" + std::string(90, 'x') + "\n");
    EXPECT_THAT(reply_mail(kPatch, "", text), Not(HasSubstr("\n> ")));
}
