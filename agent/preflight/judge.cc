#include "agent/preflight/judge.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "agent/preflight/catalogue.h"

namespace sekisho::preflight {
namespace {

using platform::BootFacts;
using platform::EncryptedVolumeFacts;
using platform::KeyboardFacts;
using platform::MachineFacts;
using platform::NetworkPathFacts;
using platform::PackageState;

using Findings = std::vector<Finding>;
using Seen = std::vector<std::string>;

// A new image is made beside the old one, and may be larger: the barrier and its rules come in.
constexpr std::uint64_t kImageMargin = 8u << 20;
constexpr std::chrono::hours kClockTolerance{24};

void Add(Findings& findings, FindingId id, Seen seen = {}) {
  findings.push_back(Finding{id, std::move(seen)});
}

std::string Join(const Seen& words) {
  std::string joined;
  for (const std::string& word : words) joined += (joined.empty() ? "" : " ") + word;
  return joined;
}

std::string Name(const KeyboardFacts& keyboard) {
  return keyboard.port_path.empty() ? keyboard.name
                                    : keyboard.name + " (" + keyboard.port_path + ")";
}

bool IsAdoptable(const KeyboardFacts& keyboard) {
  return keyboard.bus == KeyboardFacts::Bus::kUsb && keyboard.besides.empty();
}

// Sekisho guards what comes over USB: a keyboard on another bus goes on working.
bool Works(const KeyboardFacts& keyboard) {
  switch (keyboard.bus) {
    case KeyboardFacts::Bus::kPs2:
    case KeyboardFacts::Bus::kOther:
      return true;
    case KeyboardFacts::Bus::kUsb:
      return keyboard.besides.empty();
    case KeyboardFacts::Bus::kBluetooth:
      return false;
  }
  return false;
}

void JudgeKeyboards(const MachineFacts& facts, Findings& findings) {
  Seen refused, wireless, usable;
  bool all_usb = true;
  for (const KeyboardFacts& each : facts.keyboards) {
    if (each.bus == KeyboardFacts::Bus::kBluetooth) wireless.push_back(Name(each));
    if (each.bus == KeyboardFacts::Bus::kUsb && !IsAdoptable(each)) {
      refused.push_back(Name(each) + ": " + Join(each.besides));
    }
    if (!Works(each)) continue;
    usable.push_back(Name(each));
    all_usb = all_usb && each.bus == KeyboardFacts::Bus::kUsb;
  }
  if (usable.empty()) Add(findings, FindingId::kKeyboardNone);
  if (!refused.empty()) Add(findings, FindingId::kKeyboardNotAdoptable, refused);
  if (!wireless.empty()) Add(findings, FindingId::kKeyboardBluetooth, wireless);
  if (!usable.empty() && all_usb) Add(findings, FindingId::kKeyboardUsbOnly, usable);
  if (usable.size() == 1) Add(findings, FindingId::kKeyboardSingle, usable);
}

void JudgeEncryption(const MachineFacts& facts, Findings& findings) {
  Seen typed;
  for (const EncryptedVolumeFacts& each : facts.encrypted) {
    if (each.unlocking != EncryptedVolumeFacts::Unlocking::kPassphrase) continue;
    typed.push_back(each.used_for.empty() ? each.name : each.name + " " + Join(each.used_for));
  }
  if (typed.empty()) return;
  const bool reachable = std::ranges::any_of(facts.keyboards, Works);
  Add(findings, reachable ? FindingId::kDiskPassphrase : FindingId::kDiskPassphraseUnreachable,
      typed);
}

void JudgeNetwork(const MachineFacts& facts, Findings& findings) {
  if (facts.network.empty()) return Add(findings, FindingId::kNetworkNone);
  Seen over_usb, wireless;
  for (const NetworkPathFacts& each : facts.network) {
    if (each.attachment == NetworkPathFacts::Attachment::kUsb) {
      over_usb.push_back(each.interface + " (" + each.port_path + ")");
    } else if (each.medium == NetworkPathFacts::Medium::kWireless) {
      wireless.push_back(each.interface);
    }
  }
  if (!over_usb.empty()) Add(findings, FindingId::kNetworkUsb, over_usb);
  if (!wireless.empty()) Add(findings, FindingId::kNetworkWireless, wireless);
}

void JudgeOtherProducts(const MachineFacts& facts, Findings& findings) {
  if (facts.usbguard == PackageState::kRunning) Add(findings, FindingId::kUsbguardRunning);
  if (facts.usbguard == PackageState::kInstalled) Add(findings, FindingId::kUsbguardInstalled);
  if (facts.gnome_usb_protection != PackageState::kAbsent) {
    Add(findings, FindingId::kGnomeUsbProtection);
  }
  if (facts.bolt != PackageState::kAbsent) Add(findings, FindingId::kBoltInstalled);
  if (!facts.file_watchers.empty()) Add(findings, FindingId::kFileWatchers, facts.file_watchers);
  if (!facts.pam_edited.empty()) Add(findings, FindingId::kPamEdited, facts.pam_edited);
}

void JudgeBoot(const BootFacts& boot, Findings& findings) {
  const bool grub = std::ranges::find(boot.loaders, "grub") != boot.loaders.end();
  if (!grub) Add(findings, FindingId::kBootLoaderOther, boot.loaders);
  if (boot.loaders.size() > 1) Add(findings, FindingId::kBootLoaderSeveral, boot.loaders);
  if (grub && boot.password == BootFacts::Password::kNone) {
    Add(findings, FindingId::kBootLoaderPassword);
  }
  if (boot.menu == BootFacts::Menu::kReadOnly) {
    Add(findings, FindingId::kBootReadOnly, {boot.menu_directory});
  }
  if (boot.menu == BootFacts::Menu::kWritableByOthers) {
    Add(findings, FindingId::kBootMenuWritable, {boot.menu_directory});
  }
  if (std::ranges::find(boot.image_makers, "initramfs-tools") == boot.image_makers.end() ||
      boot.image_makers.size() > 1) {
    Add(findings, FindingId::kInitramfsOther, boot.image_makers);
  }
  if (boot.free_bytes && boot.largest_image &&
      *boot.free_bytes < *boot.largest_image + kImageMargin) {
    Add(findings, FindingId::kBootFull,
        {std::to_string(*boot.free_bytes >> 20) + " MiB < " +
         std::to_string((*boot.largest_image + kImageMargin) >> 20) + " MiB"});
  }
}

void JudgeDisks(const MachineFacts& facts, Findings& findings) {
  Seen on_usb;
  for (const platform::UsbDiskFacts& each : facts.usb_disks) {
    on_usb.push_back(each.name + " " + Join(each.used_for));
  }
  if (!on_usb.empty()) Add(findings, FindingId::kSystemOnUsb, on_usb);
}

// What makers leave in the field when they do not fill it in.
bool IsUselessSerial(std::string_view serial) {
  constexpr std::array<std::string_view, 12> kFillers = {"",
                                                         "to be filled by o.e.m.",
                                                         "default string",
                                                         "system serial number",
                                                         "none",
                                                         "not specified",
                                                         "not applicable",
                                                         "n/a",
                                                         "unknown",
                                                         "0123456789",
                                                         "123456789",
                                                         "invalid"};
  std::string lower(serial);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (std::ranges::find(kFillers, lower) != kFillers.end()) return true;
  return lower.find_first_not_of(lower.front()) == std::string::npos;  // "0000000"
}

void JudgeMachine(const MachineFacts& facts, Findings& findings) {
  if (facts.bpf_lsm == MachineFacts::BpfLsm::kMissing) Add(findings, FindingId::kBpfLsmMissing);
  // Linux, Documentation/admin-guide/thunderbolt: these carry no PCIe.
  const std::string& security = facts.thunderbolt.security;
  if (facts.thunderbolt.present && security != "dponly" && security != "usbonly" &&
      security != "nopcie") {
    Add(findings, FindingId::kThunderboltOpen, {facts.thunderbolt.security});
  }
  if (facts.tpm != MachineFacts::Tpm::kVersion2) Add(findings, FindingId::kTpmNone);
  const platform::ClockFacts& clock = facts.clock;
  if (clock.now + kClockTolerance < clock.not_before ||
      clock.kept == platform::ClockFacts::Kept::kByNobody) {
    Seen seen;
    if (clock.now + kClockTolerance < clock.not_before) {
      const auto days =
          std::chrono::duration_cast<std::chrono::hours>(clock.not_before - clock.now) / 24;
      seen.push_back("-" + std::to_string(days.count()) + " d");
    }
    Add(findings, FindingId::kClockDoubtful, seen);
  }
  if (facts.serial && IsUselessSerial(*facts.serial)) {
    Add(findings, FindingId::kSerialUseless, {"\"" + *facts.serial + "\""});
  }
  if (!facts.unseen.empty()) Add(findings, FindingId::kUnseen, facts.unseen);
}

}  // namespace

Findings Judge(const MachineFacts& facts) {
  Findings findings;
  JudgeKeyboards(facts, findings);
  JudgeEncryption(facts, findings);
  JudgeNetwork(facts, findings);
  JudgeDisks(facts, findings);
  JudgeOtherProducts(facts, findings);
  JudgeBoot(facts.boot, findings);
  JudgeMachine(facts, findings);
  std::ranges::stable_sort(findings, {}, [](const Finding& each) { return each.id; });
  return findings;
}

int ExitStatusOf(const Findings& findings) {
  int status = 0;
  for (const Finding& each : findings) {
    switch (EntryOf(each.id).severity) {
      case Severity::kBreaks:
        status = std::max(status, 4);
        break;
      case Severity::kStaysOpen:
        status = std::max(status, 3);
        break;
      case Severity::kNote:
        status = std::max(status, 1);
        break;
    }
  }
  return status;
}

}  // namespace sekisho::preflight
