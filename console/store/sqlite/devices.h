#ifndef SEKISHO_CONSOLE_STORE_SQLITE_DEVICES_H_
#define SEKISHO_CONSOLE_STORE_SQLITE_DEVICES_H_

#include "console/store/device_store.h"
#include "console/store/sqlite/database.h"

namespace sekisho::console::store::sqlite {

class Devices : public DeviceStore {
 public:
  explicit Devices(Database& database) : database_(database) {}
  absl::StatusOr<std::vector<PresentDevice>> ListPresentInputs(const Scope& scope,
                                                               const std::string& after,
                                                               std::uint32_t limit) override;
  absl::StatusOr<std::vector<SeenDevice>> ListSeen(const SeenDeviceQuery& query) override;
  absl::StatusOr<std::uint64_t> CountSeen(const SeenDeviceQuery& query) override;

 private:
  Database& database_;
};

}  // namespace sekisho::console::store::sqlite

#endif  // SEKISHO_CONSOLE_STORE_SQLITE_DEVICES_H_
