#include "platform/linux/dpkg_database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekisho::platform {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(DpkgDatabase, KnowsWhatIsInstalledAndItsConffiles) {
  const DpkgStatus status = ParseDpkgStatus(
      "Package: login\nStatus: install ok installed\nConffiles:\n"
      " /etc/pam.d/login 1e6e2b6a\n /etc/old 00 obsolete\nDescription: x\n and more of it\n\n"
      "Package: usbguard\nStatus: deinstall ok config-files\nConffiles:\n /etc/usbguard 11\n\n"
      "Package: half\nStatus: install ok half-installed\n");
  EXPECT_THAT(status.installed, ElementsAre("login"));
  EXPECT_THAT(status.conffiles, ElementsAre(Pair("/etc/pam.d/login", "1e6e2b6a")));
}

TEST(DpkgDatabase, ReadsSumsAndDiversions) {
  EXPECT_THAT(ParseMd5sums("0123456789abcdef0123456789abcdef  usr/bin/with blank\nshort\n"),
              ElementsAre(Pair("/usr/bin/with blank", "0123456789abcdef0123456789abcdef")));
  EXPECT_THAT(ParseDiversions("/etc/pam.d/su\n/etc/pam.d/su.real\n:\n/a\n"),
              ElementsAre(Pair("/etc/pam.d/su", ":")));
}

// RFC 1321, A.5.
TEST(DpkgDatabase, CountsMd5AsTheStandardDoes) {
  const std::string text = "message digest";
  EXPECT_EQ(Md5Hex(std::as_bytes(std::span(text.data(), text.size()))),
            "f96b697d7cb7938d525a2f31aaf161d0");
}

}  // namespace
}  // namespace sekisho::platform
