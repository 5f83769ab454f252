#ifndef SEKISHO_PLATFORM_FAKE_FILES_H_
#define SEKISHO_PLATFORM_FAKE_FILES_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "platform/api/files.h"

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
  void Sit(SeatPerson person) { person_ = std::move(person); }
  void Leave() { person_.reset(); }

 private:
  std::optional<SeatPerson> person_;
};

}  // namespace sekisho::platform::fake

#endif  // SEKISHO_PLATFORM_FAKE_FILES_H_
