#include "platform/linux/boot_image.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "platform/linux/boot_mode.h"
#include "tests/unit/platform/linux/scratch.h"

namespace sekisho::platform {
namespace {

using State = BootImage::State;

constexpr const char* kTag = "0123abc";
constexpr const char* kWholeListing =
    "etc/modprobe.d/sekisho.conf\netc/sekisho/carried-0123abc\netc/sekisho/mode\n"
    "etc/udev/rules.d/97-sekisho-adopted.rules\nscripts/init-bottom/sekisho\n"
    "scripts/init-top/sekisho\nusr/lib/sekisho/sekisho-barrier\n";

TEST(SeenImages, WhatIsWrittenReadsBackAndNoPartOfItDoes) {
  const std::vector<SeenImage> images = {{"initrd.img-6.1.0-32-amd64", 123, 456, kTag},
                                         {"initrd.img-6.1.0-9-amd64", 7, -8, ""}};
  const std::string text = WriteSeenImages(images);
  const std::optional<std::vector<SeenImage>> read = ParseSeenImages(text);
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, images);
  for (std::size_t n = 0; n < text.size(); ++n) EXPECT_FALSE(ParseSeenImages(text.substr(0, n)));
  EXPECT_TRUE(ParseSeenImages(WriteSeenImages({})));
}

TEST(SeenImages, AStampOfALaterVersionOrWithALineThatIsNoneIsNotRead) {
  ASSERT_TRUE(ParseSeenImages("sekisho-boot-image 1\nimage a 1 2 t\nend 1\n"));
  for (const char* text : {"", "sekisho-boot-image 2\nimage a 1 2 t\nend 1\n",
                           "sekisho-boot-image 1\nimage a 1 2 t\nend 1\nmore",
                           "sekisho-boot-image 1\nkernel a 1 2 t\nend 1\n",
                           "sekisho-boot-image 1\nimage  1 2 t\nend 1\n",
                           "sekisho-boot-image 1\nimage a x 2 t\nend 1\n",
                           "sekisho-boot-image 1\nimage a 1 x t\nend 1\n",
                           "sekisho-boot-image 1\nimage a 1 2 \nend 1\n",
                           "sekisho-boot-image 1\nimage a 1 2 t t\nend 1\n",
                           "sekisho-boot-image 1\nimage a 1 2 t\nend 2\n"}) {
    EXPECT_FALSE(ParseSeenImages(text)) << text;
  }
  std::vector<SeenImage> many(65, {"initrd.img-6", 1, 2, "t"});
  EXPECT_FALSE(ParseSeenImages(WriteSeenImages(many)));
  many.pop_back();
  EXPECT_TRUE(ParseSeenImages(WriteSeenImages(many)));
}

TEST(ImageListing, LacksNothingWhenAllOfItIsThere) {
  EXPECT_EQ(LackingInImage(kWholeListing, kTag, BootMode::kEnforce, AdoptedRules::kSome), "");
}

TEST(ImageListing, NamesWhatIsMissing) {
  EXPECT_EQ(LackingInImage(kWholeListing, "f00", BootMode::kEnforce, AdoptedRules::kSome),
            "etc/sekisho/carried-f00")
      << "the mode and the rules of before";
  std::string listing(kWholeListing);
  listing.erase(0, listing.find('\n') + 1);
  EXPECT_EQ(LackingInImage(listing, kTag, BootMode::kTrial, AdoptedRules::kSome),
            "etc/modprobe.d/sekisho.conf");
  EXPECT_EQ(LackingInImage(listing, kTag, BootMode::kObserve, AdoptedRules::kSome), "");
  std::string unadopted(kWholeListing);
  const std::size_t rules = unadopted.find("etc/udev");
  unadopted.erase(rules, unadopted.find('\n', rules) + 1 - rules);
  EXPECT_EQ(LackingInImage(unadopted, kTag, BootMode::kEnforce, AdoptedRules::kSome),
            "etc/udev/rules.d/97-sekisho-adopted.rules")
      << "the keyboard that the passphrase is typed on";
  EXPECT_EQ(LackingInImage(unadopted, kTag, BootMode::kEnforce, AdoptedRules::kNone), "");
  // A name is the whole name.
  EXPECT_NE(LackingInImage("x" + std::string(kWholeListing), kTag, BootMode::kEnforce,
                           AdoptedRules::kSome),
            "");
}

constexpr const char* kMenu =
    "### BEGIN /etc/grub.d/10_linux ###\nmenuentry 'Debian' {\n"
    "\tlinux\t/vmlinuz root=/dev/vda1 ro quiet usbcore.authorized_default=0 sekisho.deny=1\n}\n"
    "### END /etc/grub.d/10_linux ###\n### BEGIN /etc/grub.d/30_os-prober ###\n"
    "\tlinux /other root=/dev/sdb1\n### END /etc/grub.d/30_os-prober ###\n";

TEST(Menu, HasToSayInEachOfDebiansEntriesWhatTheModeDoes) {
  EXPECT_EQ(WrongInMenu(kMenu, BootMode::kEnforce), "");
  EXPECT_NE(WrongInMenu(kMenu, BootMode::kObserve), "");
  std::string menu(kMenu);
  menu.insert(menu.find("}\n"), "\tlinux /vmlinuz-old root=/dev/vda1 ro\n");
  EXPECT_NE(WrongInMenu(menu, BootMode::kTrial), "") << "one entry without it is one too many";
  EXPECT_NE(WrongInMenu("", BootMode::kEnforce), "") << "a menu that was cut off";
  EXPECT_EQ(WrongInMenu("linux /vmlinuz usbcore.authorized_default=0\n", BootMode::kObserve), "")
      << "somebody else's deny";
}

// A machine with one kernel, and what update-boot-image left there.
class BootImageOnDisk : public ::testing::Test {
 protected:
  BootImageOnDisk() {
    paths.mode = scratch.path("mode");
    paths.rules = scratch.path("rules");
    paths.boot = scratch.path("boot");
    paths.menu = scratch.path("boot/grub/grub.cfg");
    paths.stamp = scratch.path("stamp");
    scratch.Write("mode", WriteNextBoot({BootMode::kEnforce, std::chrono::seconds(900)}));
    scratch.Write("rules", "rules\n");
    scratch.Write("boot/vmlinuz-6.1.0-32-amd64", "kernel");
    scratch.Write("boot/initrd.img-6.1.0-32-amd64", "image");
    scratch.Write("boot/grub/grub.cfg", kMenu);
  }
  // As after VerifyBootImages, which needs the distribution's lsinitramfs.
  void Remember(const std::string& tag) {
    struct stat status{};
    ASSERT_EQ(stat(scratch.path("boot/initrd.img-6.1.0-32-amd64").c_str(), &status), 0);
    const std::vector<SeenImage> seen = {
        {"initrd.img-6.1.0-32-amd64", static_cast<std::uint64_t>(status.st_size),
         std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec, tag}};
    scratch.Write("stamp", WriteSeenImages(seen));
  }
  std::string Wanted() { return CarriedTag(scratch.Read("mode"), scratch.Read("rules")); }
  BootImage Now() { return ExamineBootImage(paths); }

  Scratch scratch;
  BootImagePaths paths;
};

TEST_F(BootImageOnDisk, IsCarriedOnceTheImageWasSeenWithTheModeAndTheRulesAsTheyAre) {
  EXPECT_EQ(Now().state, State::kStale);
  EXPECT_NE(Now().detail.find("was made since it was looked into"), std::string::npos)
      << Now().detail;
  Remember(Wanted());
  EXPECT_EQ(Now().state, State::kCarried) << Now().detail;
}

TEST_F(BootImageOnDisk, IsStaleAfterAnyChangeOfModeRulesImageOrMenu) {
  Remember(Wanted());
  scratch.Write("rules", "another\n");
  EXPECT_EQ(Now().state, State::kStale);
  Remember(Wanted());
  scratch.Write("mode", WriteNextBoot({BootMode::kTrial, std::chrono::seconds(900)}));
  EXPECT_EQ(Now().state, State::kStale);
  Remember(Wanted());
  EXPECT_EQ(Now().state, State::kCarried);
  scratch.Write("boot/initrd.img-6.1.0-32-amd64", "another image");
  EXPECT_EQ(Now().state, State::kStale);
  Remember(Wanted());
  scratch.Write("boot/grub/grub.cfg", "");
  EXPECT_EQ(Now().state, State::kStale);
}

TEST_F(BootImageOnDisk, IsStaleWithAKernelThatHasNoInitramfsAndSaysWhich) {
  Remember(Wanted());
  scratch.Write("boot/vmlinuz-6.1.0-33-amd64", "kernel");
  EXPECT_EQ(Now().state, State::kStale);
  EXPECT_NE(Now().detail.find("initrd.img-6.1.0-33-amd64 is missing"), std::string::npos);
}

// What lies there is no initramfs, and lsinitramfs says so, or is missing: either way nobody saw
// the mode in it.
TEST_F(BootImageOnDisk, AnImageThatCannotBeLookedIntoIsNotCarriedAndStaysSo) {
  const Result<BootImage> verified = VerifyBootImages(paths);
  ASSERT_TRUE(verified.ok()) << verified.failure().ToString();
  EXPECT_EQ(verified->state, State::kStale);
  EXPECT_NE(verified->detail.find("initrd.img-6.1.0-32-amd64 lacks "), std::string::npos)
      << verified->detail;
  EXPECT_EQ(Now().state, State::kStale) << "what was noted of it is not that it was seen";
  EXPECT_NE(Now().detail.find("does not carry"), std::string::npos) << Now().detail;
}

TEST_F(BootImageOnDisk, AnImageThatLacksSomethingIsNotCarried) {
  Remember("");
  EXPECT_EQ(Now().state, State::kStale);
}

}  // namespace
}  // namespace sekisho::platform
