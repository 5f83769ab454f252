#ifndef SEKISHO_PLATFORM_FAKE_FILES_H_
#define SEKISHO_PLATFORM_FAKE_FILES_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "platform/api/files.h"
#include "platform/fake/signal_flag.h"

namespace sekisho::platform::fake {

enum class Cut { kBeforeRename, kAfterRename };
enum class Space { kRoom, kFull };

// A disk in memory that fills up, loses power and rots as a test says. Outlives a "reboot": give
// the same object to the next engine.
class MemoryFiles : public Files {
 public:
  Result<std::vector<std::byte>> Read(const std::string& path, std::size_t limit) override;
  Outcome Replace(const std::string& path, std::span<const std::byte> content,
                  FileMode mode) override;
  Result<std::string> SetAside(const std::string& path, const std::string& cause) override;
  Outcome Remove(const std::string& path) override;

  // ENOSPC for every Replace while full.
  void SetSpace(Space space) { space_ = space; }
  // During the nth Replace from now (1 is the next) the power goes: the old content or the new
  // survives, nothing between, and every call fails with EIO until PowerOn.
  void CutPowerAtReplace(int nth, Cut cut);
  void PowerOn();
  bool powered() const { return powered_; }
  // What a test puts on the disk behind everyone's back.
  void Put(const std::string& path, std::vector<std::byte> content);
  void Put(const std::string& path, std::string_view content);
  void Truncate(const std::string& path, std::size_t size);
  // Empty when there is no such file.
  std::optional<std::vector<std::byte>> Get(const std::string& path) const;
  std::optional<FileMode> Mode(const std::string& path) const;
  std::vector<std::string> Paths() const;
  int replaces() const { return replaces_; }

 private:
  struct Content {
    std::vector<std::byte> bytes;
    FileMode mode = FileMode::kOwnerOnly;
  };
  std::map<std::string, Content> files_;
  Space space_ = Space::kRoom;
  bool powered_ = true;
  int replaces_ = 0;
  int cut_at_ = 0;
  Cut cut_ = Cut::kBeforeRename;
};

// Whoever a test puts in front of the terminal.
class FakeSeat : public Seat {
 public:
  Result<SeatPerson> Active() override {
    if (person_) return *person_;
    return Failure{std::error_code(ENOENT, std::generic_category()), "active session of seat0"};
  }
  std::vector<std::string> GroupsOf(const SeatPerson&) override { return groups_; }
  Result<Waitable> Watch() override {
    watched_ = true;
    return changes_.Readable();
  }
  void TakeChanges() override { changes_.Lower(); }
  void Unwatch() override { watched_ = false; }

  void Sit(SeatPerson person, std::vector<std::string> groups = {}) {
    person_ = std::move(person);
    groups_ = std::move(groups);
    if (watched_) changes_.Raise();
  }
  void Leave() {
    person_.reset();
    if (watched_) changes_.Raise();
  }
  bool watched() const { return watched_; }

 private:
  SignalFlag changes_;
  bool watched_ = false;
  std::vector<std::string> groups_;
  std::optional<SeatPerson> person_;
};

}  // namespace sekisho::platform::fake

#endif  // SEKISHO_PLATFORM_FAKE_FILES_H_
