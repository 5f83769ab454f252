#ifndef SEKISHO_AGENT_ENGINE_MEDIUM_ADMISSION_H_
#define SEKISHO_AGENT_ENGINE_MEDIUM_ADMISSION_H_

#include <optional>
#include <string>

#include "agent/engine/device_table.h"
#include "agent/engine/grant_book.h"
#include "agent/engine/medium_watch.h"
#include "agent/engine/reporter.h"
#include "agent/engine/seams.h"

namespace sekisho::engine {

// Makes the medium guard agree with the verdicts: the media of a device that is open are admitted,
// to read or to write, until its grant ends; all others are not.
class MediumAdmission {
 public:
  // All outlive this.
  MediumAdmission(Seams& seams, Reporter& reporter, const GrantBook& grants, MediumWatch& watch)
      : seams_(seams), reporter_(reporter), grants_(grants), watch_(watch) {}

  // Whether a read-only verdict on that device would be kept.
  core::ReadOnlySupport ReadOnly(const DeviceEntry& entry) const;
  // Reads again which media the device has. Whatever went is withdrawn: its number may be another's
  // tomorrow. What could not be admitted may be ready now, and is tried again.
  void Refresh(DeviceEntry& entry);
  // The device has gone, or is another: whatever of it was admitted is withdrawn.
  void Forget(const DeviceEntry& entry);
  // Whether one of its media is the machine's own; nobody may be able to say.
  enum class Owner { kMachine, kSomebody, kUnknown };
  Owner OwnerOf(const DeviceEntry& entry) const;
  // Admits and withdraws. An opening is recorded durably first; what is opened read-only is
  // attacked before anybody is told that it is there, and shut again when that goes through: the
  // entry's read_only_hold then says so, and the caller decides anew. A medium that turns out to be
  // another one when it is opened is read again and admitted as that one, at once.
  void Settle(DeviceEntry& entry);
  // Whether it is open to write, and its verdict is to read: it must be shut before it is opened
  // so.
  static bool MustTighten(const DeviceEntry& entry);

 private:
  struct Wanted {
    platform::MediumAccess access = platform::MediumAccess::kReadOnly;
    std::optional<platform::BootTime> deadline;
  };
  std::optional<Wanted> WantedOf(const DeviceEntry& entry, const EntryMedium& medium) const;
  void ReadMedia(DeviceEntry& entry);
  void SettleEach(DeviceEntry& entry);
  bool KeepsItsInterfacesShut(const DeviceEntry& entry) const;
  void SettleOne(DeviceEntry& entry, EntryMedium& medium);
  void Admit(DeviceEntry& entry, EntryMedium& medium, const Wanted& wanted);
  bool AdmitReadOnly(DeviceEntry& entry, EntryMedium& medium, const Wanted& wanted);
  bool AdmitReadWrite(DeviceEntry& entry, EntryMedium& medium, const Wanted& wanted);
  void Withdraw(const DeviceEntry& entry, EntryMedium& medium);
  void Fail(const DeviceEntry& entry, EntryMedium& medium, const std::string& step,
            const platform::Failure& failure);
  // False when it could not be written.
  bool RecordOpened(const DeviceEntry& entry, const EntryMedium& medium, const std::string& proof);
  v1::Event EventAbout(v1::EventKind kind, const DeviceEntry& entry,
                       const EntryMedium& medium) const;

  Seams& seams_;
  Reporter& reporter_;
  const GrantBook& grants_;
  MediumWatch& watch_;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_MEDIUM_ADMISSION_H_
