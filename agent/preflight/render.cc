#include "agent/preflight/render.h"

#include <algorithm>

#include "agent/core/text.h"

namespace sekisho::preflight {
namespace {

constexpr std::size_t kMaxSeen = 200;  // characters

// Printable holds no control characters: what is left to escape are these two (RFC 8259, 7).
std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

std::string Seen(const std::string& text) { return core::Printable(text, kMaxSeen); }

std::string Count(const std::vector<Finding>& findings, Severity severity) {
  return std::to_string(std::ranges::count_if(
      findings, [&](const Finding& each) { return EntryOf(each.id).severity == severity; }));
}

}  // namespace

std::string RenderText(Language language, const std::vector<Finding>& findings) {
  const bool japanese = language == Language::kJapanese;
  std::string text;
  for (const Finding& each : findings) {
    const Entry& entry = EntryOf(each.id);
    text += std::string(Say(language, entry.severity)) + "  " + entry.code + "\n";
    text += std::string("  ") + entry.meaning.In(language) + "\n";
    for (const std::string& seen : each.seen) text += "    - " + Seen(seen) + "\n";
    text += std::string("  → ") + entry.remedy.In(language) + "\n\n";
  }
  if (findings.empty()) {
    return japanese ? "支障は見つかりませんでした。\n" : "Nothing stands in the way.\n";
  }
  const std::string breaks = Count(findings, Severity::kBreaks);
  const std::string open = Count(findings, Severity::kStaysOpen);
  const std::string notes = Count(findings, Severity::kNote);
  return text + (japanese ? "支障あり " + breaks + " 件、開いたまま " + open + " 件、注意 " +
                                notes + " 件。何も変更していません。\n"
                          : breaks + " would break, " + open + " would stay open, " + notes +
                                " to be known. Nothing was changed.\n");
}

std::string RenderJson(Language language, const std::vector<Finding>& findings) {
  std::string json = "{\n  \"schema\": \"sekisho.preflight/1\",\n  \"findings\": [";
  const char* separator = "\n";
  for (const Finding& each : findings) {
    const Entry& entry = EntryOf(each.id);
    std::string seen;
    for (const std::string& one : each.seen) seen += (seen.empty() ? "" : ", ") + Quoted(Seen(one));
    json += std::string(separator) + "    {\"id\": " + Quoted(entry.code) +
            ", \"severity\": " + Quoted(Code(entry.severity)) + ", \"seen\": [" + seen +
            "],\n     \"meaning\": " + Quoted(entry.meaning.In(language)) +
            ",\n     \"remedy\": " + Quoted(entry.remedy.In(language)) + "}";
    separator = ",\n";
  }
  return json + "\n  ],\n  \"exit_status\": " + std::to_string(ExitStatusOf(findings)) + "\n}\n";
}

}  // namespace sekisho::preflight
