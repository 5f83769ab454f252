#include "platform/linux/uevent.h"

#include <gtest/gtest.h>

#include "tests/unit/platform/linux/scratch.h"

namespace sekisho::platform {
namespace {

using namespace std::string_literals;

// As a Debian 12 kernel sent it.
const std::string kAdd =
    "add@/devices/pci0000:00/0000:00:04.0/usb2/2-1\0ACTION=add\0"
    "DEVPATH=/devices/pci0000:00/0000:00:04.0/usb2/2-1\0SUBSYSTEM=usb\0MAJOR=189\0MINOR=129\0"
    "DEVNAME=bus/usb/002/002\0DEVTYPE=usb_device\0PRODUCT=46f4/1/0\0TYPE=0/0/0\0BUSNUM=002\0"
    "DEVNUM=002\0SEQNUM=1234\0"s;

std::optional<Uevent> Parse(const std::string& text) { return ParseUevent(AsBytes(text)); }

TEST(Uevent, AKernelDatagramIsUnderstood) {
  const std::optional<Uevent> uevent = Parse(kAdd);
  ASSERT_TRUE(uevent);
  EXPECT_EQ(uevent->action, "add");
  EXPECT_EQ(uevent->devpath, "/devices/pci0000:00/0000:00:04.0/usb2/2-1");
  EXPECT_EQ(uevent->subsystem, "usb");
  EXPECT_EQ(uevent->devtype, "usb_device");
  EXPECT_EQ(uevent->origin, Uevent::Origin::kKernel);
}

TEST(Uevent, WhatIsWrittenReadsBack) {
  for (const auto origin : {Uevent::Origin::kKernel, Uevent::Origin::kSynthetic}) {
    const Uevent uevent{"remove", "/devices/x/2-1", "usb", "usb_device", origin};
    EXPECT_EQ(Parse(WriteUevent(uevent)), uevent);
  }
}

TEST(Uevent, WhatIsNotExactlyADatagramIsNone) {
  const std::string head = "add@/d/2-1\0ACTION=add\0DEVPATH=/d/2-1\0"s;
  ASSERT_TRUE(Parse(head));
  EXPECT_FALSE(Parse(""));
  EXPECT_FALSE(Parse("\0"s));
  EXPECT_FALSE(Parse(head.substr(0, head.size() - 1))) << "no final NUL";
  EXPECT_FALSE(Parse("add /d/2-1\0ACTION=add\0DEVPATH=/d/2-1\0"s)) << "no @";
  EXPECT_FALSE(Parse("add@/d/2-1\0ACTION=remove\0DEVPATH=/d/2-1\0"s)) << "two actions";
  EXPECT_FALSE(Parse("add@/d/2-1\0ACTION=add\0DEVPATH=/d/2-2\0"s)) << "two paths";
  EXPECT_FALSE(Parse(head + "DEVPATH=/d/2-1\0"s)) << "a path twice";
  EXPECT_FALSE(Parse(head + "SUBSYSTEM=usb\0SUBSYSTEM=usb\0"s)) << "a subsystem twice";
  EXPECT_FALSE(Parse(head + "nonsense\0"s)) << "no =";
  EXPECT_FALSE(Parse(head + "\0"s)) << "an empty field";
  EXPECT_FALSE(Parse("add@d/2-1\0ACTION=add\0DEVPATH=d/2-1\0"s)) << "not absolute";
  EXPECT_FALSE(Parse("add@/d/../2-1\0ACTION=add\0DEVPATH=/d/../2-1\0"s)) << "dot dot";
  EXPECT_FALSE(Parse("libudev\0\xfe\xed\xca\xfe"s)) << "udevd's own format";
  EXPECT_FALSE(Parse(head + "A=" + std::string(kMaxUeventBytes, 'x') + "\0"s)) << "too long";
}

TEST(Uevent, NoPartOfADatagramPassesForAWhole) {
  const std::string whole = WriteUevent({"add", "/d/2-1", "usb", "usb_device", {}});
  const Uevent meant = *Parse(whole);
  for (std::size_t n = 0; n < whole.size(); ++n) {
    const std::optional<Uevent> part = Parse(whole.substr(0, n));
    EXPECT_NE(part, std::optional(meant)) << n;
  }
}

std::string Told(const Uevent& uevent) {
  const std::optional<DeviceNotice> notice = NoticeOf(uevent);
  if (!notice) return "nothing";
  if (const auto* n = std::get_if<DeviceAppeared>(&*notice)) return "appeared " + n->port_path;
  if (const auto* n = std::get_if<DeviceGone>(&*notice)) return "gone " + n->port_path;
  if (const auto* n = std::get_if<DeviceAltered>(&*notice)) return "altered " + n->port_path;
  return "unknown";
}

TEST(Uevent, TellsOfDevicesAndNotOfTheRest) {
  const auto kKernel = Uevent::Origin::kKernel;
  const std::string usb = "/devices/pci/usb2";
  EXPECT_EQ(Told({"add", usb + "/2-1", "usb", "usb_device", kKernel}), "appeared 2-1");
  EXPECT_EQ(Told({"remove", usb + "/2-1/2-1.4", "usb", "usb_device", kKernel}), "gone 2-1.4");
  EXPECT_EQ(Told({"change", usb + "/2-1", "usb", "usb_device", kKernel}), "altered 2-1");
  EXPECT_EQ(Told({"bind", usb + "/2-1", "usb", "usb_device", kKernel}), "nothing");
  EXPECT_EQ(Told({"add", usb, "usb", "usb_device", kKernel}), "nothing") << "a root hub";
  EXPECT_EQ(Told({"add", usb + "/2-1/2-1:1.0", "usb", "usb_interface", kKernel}), "altered 2-1");
  EXPECT_EQ(Told({"bind", usb + "/2-1/2-1:1.1", "usb", "usb_interface", kKernel}), "altered 2-1")
      << "somebody authorised it";
  EXPECT_EQ(Told({"add", usb + "/2-0:1.0", "usb", "usb_interface", kKernel}), "nothing");
  EXPECT_EQ(Told({"add", "/devices/x/2-1", "block", "disk", kKernel}), "nothing");
  EXPECT_EQ(Told({"add", usb + "/2-1", "usb", "usb_device", Uevent::Origin::kSynthetic}), "nothing")
      << "a process wrote it";
}

TEST(Uevent, KnowsAPortPathFromAnythingElse) {
  for (const char* good : {"1-1", "2-1.4", "10-15.255.1", "1-1.2.3.4.5.6.7"}) {
    EXPECT_TRUE(IsPortPath(good)) << good;
  }
  for (const char* bad : {"", "usb1", "1-", "-1", "1-0", "01-1", "1-1.", "1-.1", "1-1:1.0", "1-256",
                          "1-1.2.3.4.5.6.7.8", "../1-1", "1-1/", "1-1\n", "1-a", "1000-1"}) {
    EXPECT_FALSE(IsPortPath(bad)) << bad;
  }
}

}  // namespace
}  // namespace sekisho::platform
