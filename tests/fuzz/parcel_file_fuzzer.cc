// A parcel's file, as somebody's mail, editor or stick left it.
#include "proto/contract/parcel_file.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sekisho;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto parcel = contract::ReadParcelFile(text);
  // What is read is written so that it is read the same; and any bytes come back as they were.
  const auto again =
      contract::ReadParcelFile(contract::WriteParcelFile(parcel.ok() ? *parcel : text));
  if (!parcel.ok() && size > contract::kMaxParcelFile / 2) return 0;
  FUZZ_CHECK(again.ok());
  FUZZ_CHECK(*again == (parcel.ok() ? *parcel : text));
  return 0;
}
