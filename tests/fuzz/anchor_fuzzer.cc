// Anchors among whatever a person keeps with them.
#include "console/history/anchor.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sekisho::console;
  const auto anchors = history::ReadAnchors({reinterpret_cast<const char*>(data), size});
  if (!anchors.ok()) {
    FUZZ_CHECK(anchors.status().message().size() < 300);
    return 0;
  }
  std::string written;
  for (const history::Anchor& anchor : *anchors) written += history::WriteAnchor(anchor) + "\n";
  const auto again = history::ReadAnchors(written);
  FUZZ_CHECK(again.ok());
  FUZZ_CHECK(again->size() == anchors->size());
  for (std::size_t i = 0; i < anchors->size(); ++i) {
    FUZZ_CHECK((*again)[i].cursor == (*anchors)[i].cursor);
    FUZZ_CHECK((*again)[i].hash == (*anchors)[i].hash);
  }
  return 0;
}
