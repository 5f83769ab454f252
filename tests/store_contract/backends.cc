#include "console/store/sqlite/sqlite_backend.h"
#include "tests/store_contract/backend_factory.h"

namespace sekisho::console::store::testing {

std::vector<BackendFactory> AllBackends() {
  return {{"Sqlite", [](const std::string& place) -> std::unique_ptr<Backend> {
             absl::StatusOr<std::unique_ptr<Backend>> backend =
                 sqlite::OpenBackend(place + "/store.db");
             return backend.ok() ? *std::move(backend) : nullptr;
           }}};
}

}  // namespace sekisho::console::store::testing
