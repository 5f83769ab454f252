// An enrolment token as somebody pasted it.
#include "proto/contract/token.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sekisho;
  const auto token = contract::ReadToken({reinterpret_cast<const char*>(data), size});
  if (!token.ok()) {
    FUZZ_CHECK(token.status().message().size() < 300);
    return 0;
  }
  const auto again = contract::ReadToken(contract::WriteToken(*token));
  FUZZ_CHECK(again.ok());
  FUZZ_CHECK(again->SerializeAsString() == token->SerializeAsString());
  return 0;
}
