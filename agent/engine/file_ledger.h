#ifndef SEKISHO_AGENT_ENGINE_FILE_LEDGER_H_
#define SEKISHO_AGENT_ENGINE_FILE_LEDGER_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/core/device.h"
#include "agent/engine/device_table.h"
#include "agent/engine/reporter.h"
#include "platform/api/file_record.h"

namespace sekisho::engine {

// Whether what happens to the files of this device is recorded: it is open, and holds files. No
// rule is asked: what left has to be known whoever let it in.
bool FilesAreRecorded(const DeviceEntry& entry);

// Which device a notice about a file is about, and under which grant it was open.
struct FileContext {
  core::Device device;
  std::string grant_id;
};

// FILE_RECORDED, with names minimised: what is on a medium is called what people call it.
v1::Event EventAbout(const platform::FileRecorded& file, const FileContext& context);
v1::Event EventAbout(const platform::FilesMissed& missed, const FileContext& context);

// What left on media, and what came in: tells the platform which devices to watch, and writes down
// what it sees, many files in one write to the disk.
class FileLedger {
 public:
  // All outlive this; `record` null: nobody looks at files.
  FileLedger(platform::FileRecord* record, Reporter& reporter, DeviceTable& table);
  ~FileLedger();
  FileLedger(const FileLedger&) = delete;
  FileLedger& operator=(const FileLedger&) = delete;

  // After each reconciliation: what was opened is watched, what was shut or is gone no longer.
  void Look();

 private:
  struct Watched {
    std::shared_ptr<platform::OpenDevice> held;
    FileContext context;
  };
  void Write(std::vector<platform::FileNotice> notices);
  const FileContext& ContextOf(const std::string& port_path) const;

  platform::FileRecord* record_;
  Reporter& reporter_;
  DeviceTable& table_;
  std::map<std::string, Watched> watched_;  // by port path
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_FILE_LEDGER_H_
