#ifndef SEKISHO_PLATFORM_FAKE_FILE_RECORD_H_
#define SEKISHO_PLATFORM_FAKE_FILE_RECORD_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "platform/api/file_record.h"

namespace sekisho::platform::fake {

// Files as a test says that they are written. Hashes wait until the test lets them, or until the
// bound.
class FakeFileRecord : public FileRecord {
 public:
  // Both outlive this.
  FakeFileRecord(EventLoop& loop, const Clock& clock) : loop_(loop), clock_(clock) {}

  void Tell(std::function<void(std::vector<FileNotice>)> told) override { told_ = std::move(told); }
  void Record(std::shared_ptr<OpenDevice> device) override {
    recorded_[device->PortPath()] = std::move(device);
  }
  void Forget(const std::string& port_path) override {
    if (recorded_.erase(port_path) == 0) return;
    std::vector<FileNotice> last;
    for (FileRecorded& each : std::exchange(unhashed_[port_path], {})) {
      each.unhashed = "removed";
      last.emplace_back(std::move(each));
    }
    if (!last.empty()) last.emplace_back(FilesMissed{port_path, "removed", last.size()});
    if (!last.empty() && told_) told_(std::move(last));
  }
  std::unique_ptr<EventLoop::Handle> Settle(const std::string& port_path,
                                            std::chrono::milliseconds bound,
                                            std::function<void()> settled) override {
    const bool waits = !unhashed_[port_path].empty();
    return loop_.At(clock_.Now() + (waits ? bound : std::chrono::milliseconds(0)),
                    [this, port_path, settled = std::move(settled)] {
                      std::vector<FileNotice> late;
                      for (FileRecorded& each : std::exchange(unhashed_[port_path], {})) {
                        each.unhashed = "late";
                        late.emplace_back(std::move(each));
                      }
                      if (!late.empty() && told_) told_(std::move(late));
                      settled();
                    });
  }

  bool Records(const std::string& port_path) const { return recorded_.contains(port_path); }
  // As if that had happened, if anybody looks at that port.
  void Happen(std::vector<FileNotice> notices) {
    if (told_) told_(std::move(notices));
  }
  // Written, and not hashed before the medium goes.
  void WriteUnhashed(FileRecorded file) { unhashed_[file.port_path].push_back(std::move(file)); }

 private:
  EventLoop& loop_;
  const Clock& clock_;
  std::function<void(std::vector<FileNotice>)> told_;
  std::map<std::string, std::shared_ptr<OpenDevice>> recorded_;
  std::map<std::string, std::vector<FileRecorded>> unhashed_;
};

}  // namespace sekisho::platform::fake

#endif  // SEKISHO_PLATFORM_FAKE_FILE_RECORD_H_
