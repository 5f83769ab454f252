#include "platform/linux/medium_guard/pins.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <optional>
#include <string>

#include "platform/linux/medium_guard/linux_medium_guard.h"
#include "tests/unit/platform/medium_guard/machine.h"

namespace sekisho::platform {
namespace {

MediumGuardPaths PathsIn(const Scratch& scratch) {
  return {scratch.path("sys"), scratch.path("proc"), scratch.path("dev"), scratch.path("record")};
}

const GuardRecord kRecord{"programs-3", {{"refuse_open", 11, "66400685f09f9c9f"}}};

TEST(GuardRecord, WhatIsWrittenReadsBack) {
  EXPECT_EQ(ParseGuardRecord(WriteGuardRecord(kRecord)), kRecord);
}

TEST(GuardRecord, WhatIsCutOrStrangeIsNothing) {
  const std::string text = WriteGuardRecord(kRecord);
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(ParseGuardRecord(text.substr(0, size))) << size;
  }
  EXPECT_FALSE(ParseGuardRecord(text + "more\n"));
  EXPECT_FALSE(ParseGuardRecord(
      "sekisho-medium-guard 1\nprograms ../../etc\nrefuse_open 1 66400685f09f9c9f\nend\n"));
}

TEST(GuardState, AKernelWithoutBpfAmongItsModulesIsUnsupported) {
  Scratch scratch;
  scratch.Write("sys/kernel/btf/vmlinux", "");
  scratch.Write("sys/kernel/security/lsm", "lockdown,capability,apparmor\n");
  EXPECT_EQ(StateOfGuard(PathsIn(scratch)), GuardState::kUnsupported);
}

TEST(GuardState, WithoutItsPinsItIsMissing) {
  Scratch scratch;
  scratch.Write("sys/kernel/btf/vmlinux", "");
  scratch.Write("sys/kernel/security/lsm", "lockdown,capability,bpf\n");
  EXPECT_EQ(StateOfGuard(PathsIn(scratch)), GuardState::kMissing);
  scratch.Write("record", WriteGuardRecord(kRecord));
  EXPECT_EQ(StateOfGuard(PathsIn(scratch)), GuardState::kMissing);
}

TEST(LinuxMediumGuard, SaysWhyItCannotAdmit) {
  ScratchMachine scratch;
  LinuxMediumGuard guard(PathsIn(scratch), scratch.Paths());
  const MediumNode node{MediumNode::Kind::kBlock, 8, 0, 1, "sda"};
  EXPECT_EQ(guard.Admit(node, MediumAccess::kReadOnly, std::nullopt).failure().code.value(),
            ENOTSUP);
  scratch.Write("sys/kernel/btf/vmlinux", "");
  scratch.Write("sys/kernel/security/lsm", "bpf\n");
  EXPECT_EQ(guard.Admit(node, MediumAccess::kReadOnly, std::nullopt).failure().code.value(),
            ENOENT);
  EXPECT_TRUE(guard.Drain().empty());
}

TEST(LinuxMediumGuard, KnowsOwnDisksAlsoWhereItCannotBe) {
  ScratchMachine scratch;
  scratch.AddDisk("pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0", "sda", "8:0");
  scratch.AddDisk("pci0000:00/0000:00:1f.2/ata2/host1/target1:0:0/1:0:0:0", "sdb", "8:16");
  scratch.AddDisk("pci0000:00/0000:00:1f.2/ata3/host2/target2:0:0/2:0:0:0", "sdc", "8:32");
  scratch.AddVirtual("dm-0", "253:0", {"sda", "sdc"});
  for (const char* disk : {"sda", "sdb", "sdc", "dm-0"}) {
    scratch.Write(std::string("sys/class/block/") + disk + "/diskseq", "5\n");
  }
  scratch.Mount("/", "8:0", "/dev/sda");
  scratch.Write("own-disks", WriteOwnDisks({"pci0000:00/0000:00:1f.2/ata2/:0:0:0"}));
  LinuxMediumGuard guard(PathsIn(scratch), scratch.Paths());
  const auto own = [&](unsigned major, unsigned minor) {
    Result<bool> answer = guard.IsOwn({MediumNode::Kind::kBlock, major, minor, 5, "x"});
    return answer.ok() && *answer;
  };
  EXPECT_TRUE(own(8, 0));
  EXPECT_TRUE(own(8, 16));
  EXPECT_FALSE(own(8, 32));
  // Made of an own one and a strange one.
  EXPECT_FALSE(own(253, 0));
  EXPECT_EQ(guard.IsOwn({MediumNode::Kind::kBlock, 8, 0, 4, "sda"}).failure().code.value(), ENODEV);
}

}  // namespace
}  // namespace sekisho::platform
