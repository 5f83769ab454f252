// A rules.conf of USBGuard, as it was found on some terminal.
#include <string>

#include "console/usbguard/translate.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sekisho::console::usbguard;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const ParsedRules parsed = Parse(text);
  std::uint32_t rules = 0;
  for (const Line& line : parsed.lines) {
    if (!line.rule) continue;
    ++rules;
    // What is read is written so that it is read the same.
    const ParsedRules again = Parse(Write(*line.rule));
    FUZZ_CHECK(again.errors.empty() && again.lines.size() == 1);
    FUZZ_CHECK(again.lines[0].rule == line.rule);
  }
  const Translation translation =
      Translate(parsed.lines, {.file_name = "rules.conf",
                               .zone = "zone",
                               .let_go = {},
                               .words = [](const Finding& finding) { return finding.what; }});
  // Each rule is either in force or in a comment, and what lost a condition allows nothing.
  FUZZ_CHECK(translation.carried + translation.left_out == rules);
  for (const Finding& finding : translation.findings) FUZZ_CHECK(finding.effect != Effect::kLooser);
  // No byte of the file ends a comment or begins a line of the policy.
  for (const char c : translation.yaml) {
    FUZZ_CHECK(c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f));
  }
  return 0;
}
