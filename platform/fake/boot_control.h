#ifndef SEKISHO_PLATFORM_FAKE_BOOT_CONTROL_H_
#define SEKISHO_PLATFORM_FAKE_BOOT_CONTROL_H_

#include <string>
#include <vector>

#include "platform/api/boot_control.h"

namespace sekisho::platform::fake {

// A barrier that boots, undoes and confirms when a test says so. Outlives a "reboot".
class FakeBootControl : public BootControl {
 public:
  ThisBoot Now() override { return now_; }
  NextBoot Next() override { return next_; }
  Outcome SetNext(const NextBoot& next) override;
  BootImage Image() override { return image_; }

  // What the barrier does when a boot begins: what SetNext was given last. Before the first: as an
  // installation that enforces.
  void Boot();
  // The same through the rescue entry.
  void BootRescue();
  // Nobody confirmed: "initramfs" or "running".
  void Undo(std::string where);
  // As the installation, or root, writes it: nobody is told.
  void Install(const NextBoot& next) { next_ = next; }
  void SetImage(BootImage image) { image_ = std::move(image); }
  // The next SetNext fails so.
  void FailNext(int error) { error_ = error; }
  int sets() const { return sets_; }

 private:
  ThisBoot now_;
  NextBoot next_;
  BootImage image_;
  int error_ = 0;
  int sets_ = 0;
};

}  // namespace sekisho::platform::fake

#endif  // SEKISHO_PLATFORM_FAKE_BOOT_CONTROL_H_
