#include "console/cli/resolve.h"

#include <optional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "console/cli/exit_code.h"
#include "console/cli/suggest.h"
#include "console/cli/texts/messages.h"

namespace sekisho::console::cli {
namespace {

constexpr std::size_t kMostGrants = 10'000;
constexpr std::size_t kMostNames = 10'000;
constexpr int kPage = 1000;
constexpr std::size_t kShortestGrant = 4;
constexpr std::size_t kShortestFingerprint = 6;

absl::Status NotFound(const Text& text, Language language, Values values) {
  return absl::NotFoundError(Fill(text.In(language), values));
}

bool IsHex(std::string_view text) {
  for (const char c : text) {
    if (absl::ascii_isxdigit(c) == 0) return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<std::string> FindGroup(const google::protobuf::RepeatedPtrField<v1::Group>& groups,
                                      std::string_view typed, Language language) {
  const GroupPaths paths = PathsOf(groups);
  if (paths.contains(std::string(typed))) return std::string(typed);
  std::vector<std::string> ids;
  std::vector<std::string> paths_of_ids;
  std::vector<std::string> names;
  for (const v1::Group& group : groups) {
    const std::string& path = paths.at(group.group_id());
    if (path == typed) return group.group_id();
    names.push_back(group.name());
    // The end of a path is enough when it is only once: nobody types the municipality's own name.
    if (!path.ends_with("/" + std::string(typed))) continue;
    ids.push_back(group.group_id());
    paths_of_ids.push_back(path);
  }
  if (ids.size() == 1) return ids.front();
  if (ids.empty()) {
    return NotFound(messages::kNoSuchGroup, language,
                    {{"typed", typed}, {"nearest", Nearest(typed, names).value_or("")}});
  }
  return UsageError(Fill(messages::kAmbiguousGroup.In(language),
                         {{"typed", typed}, {"choices", absl::StrJoin(paths_of_ids, ", ")}}));
}

absl::StatusOr<std::string> ResolveGroup(Context& context, Client& client, std::string_view typed) {
  if (typed.empty()) return "";
  const absl::StatusOr<v1::ListGroupsResponse> groups = client.Call(v1::ListGroupsRequest());
  if (absl::IsPermissionDenied(groups.status())) return std::string(typed);
  if (!groups.ok()) return groups.status();
  return FindGroup(groups->groups(), typed, context.language());
}

GroupPaths FetchGroupPaths(Client& client) {
  const absl::StatusOr<v1::ListGroupsResponse> groups = client.Call(v1::ListGroupsRequest());
  return groups.ok() ? PathsOf(groups->groups()) : GroupPaths();
}

absl::StatusOr<std::vector<v1::Grant>> FetchGrants(Client& client, v1::ListGrantsRequest request,
                                                   std::size_t most) {
  std::vector<v1::Grant> grants;
  request.set_page_size(kPage);
  while (true) {
    absl::StatusOr<v1::ListGrantsResponse> page = client.Call(request);
    if (!page.ok()) return page.status();
    for (v1::Grant& grant : *page->mutable_grants()) {
      if (grants.size() < most) grants.push_back(std::move(grant));
    }
    // An empty page with a token would go round for ever.
    if (page->next_page_token().empty() || page->grants().empty() || grants.size() >= most) {
      return grants;
    }
    request.set_page_token(page->next_page_token());
  }
}

absl::StatusOr<std::vector<v1::Terminal>> FetchTerminals(Client& client,
                                                         v1::ListTerminalsRequest request,
                                                         std::size_t most) {
  std::vector<v1::Terminal> terminals;
  request.set_page_size(kPage);
  while (true) {
    absl::StatusOr<v1::ListTerminalsResponse> page = client.Call(request);
    if (!page.ok()) return page.status();
    for (v1::Terminal& terminal : *page->mutable_terminals()) {
      if (terminals.size() < most) terminals.push_back(std::move(terminal));
    }
    if (page->next_page_token().empty() || page->terminals().empty() || terminals.size() >= most) {
      return terminals;
    }
    request.set_page_token(page->next_page_token());
  }
}

absl::StatusOr<v1::Grant> FindGrant(const std::vector<v1::Grant>& grants, std::string_view typed,
                                    Language language) {
  const v1::Grant* found = nullptr;
  for (const v1::Grant& grant : grants) {
    const std::string& id = grant.claims().grant_id();
    if (id == typed) return grant;
    if (typed.size() < kShortestGrant || !id.starts_with(typed)) continue;
    if (found != nullptr) {
      return UsageError(Fill(messages::kAmbiguousGrant.In(language), {{"typed", typed}}));
    }
    found = &grant;
  }
  if (found == nullptr) return NotFound(messages::kNoSuchGrant, language, {{"typed", typed}});
  return *found;
}

absl::StatusOr<v1::Grant> ResolveGrant(Context& context, Client& client, std::string_view typed) {
  const absl::StatusOr<std::vector<v1::Grant>> grants =
      FetchGrants(client, v1::ListGrantsRequest(), kMostGrants);
  if (!grants.ok()) return grants.status();
  return FindGrant(*grants, typed, context.language());
}

absl::StatusOr<std::string> ResolveFingerprint(Context& context, Client& client,
                                               std::string_view terminal, std::string_view typed) {
  std::string bytes;
  if (typed.size() == 64 && IsHex(typed)) return absl::HexStringToBytes(std::string(typed));
  if (typed.size() == 44 && absl::Base64Unescape(std::string(typed), &bytes) && bytes.size() == 32)
    return bytes;
  if (typed.size() < kShortestFingerprint || typed.size() > 64 || !IsHex(typed)) {
    return context.Usage(messages::kNotAFingerprint, {{"typed", typed}});
  }

  std::set<std::string> found;
  const std::string wanted = absl::AsciiStrToLower(std::string(typed));
  const auto look_at = [&found, &wanted](const std::string& fingerprint) {
    if (absl::BytesToHexString(fingerprint).starts_with(wanted)) found.insert(fingerprint);
  };
  v1::ListEventsRequest events;
  events.mutable_filter()->set_terminal(std::string(terminal));
  events.set_newest_first(true);
  events.set_page_size(kPage);
  const absl::StatusOr<v1::ListEventsResponse> seen = client.Call(events);
  if (!seen.ok()) return SuggestTerminal(context, client, seen.status(), terminal);
  for (const v1::StoredEvent& stored : seen->events()) {
    look_at(stored.event().device().fingerprint());
  }
  if (found.size() > 1) {
    return context.Usage(messages::kAmbiguousDevice, {{"typed", typed}, {"terminal", terminal}});
  }
  if (found.empty()) {
    return NotFound(messages::kNoSuchDevice, context.language(),
                    {{"typed", typed}, {"terminal", terminal}});
  }
  return *found.begin();
}

absl::Status SuggestTerminal(Context& context, Client& client, const absl::Status& status,
                             std::string_view typed) {
  if (!absl::IsNotFound(status)) return status;
  const absl::StatusOr<std::vector<v1::Terminal>> terminals =
      FetchTerminals(client, v1::ListTerminalsRequest(), kMostNames);
  if (!terminals.ok()) return status;
  std::vector<std::string> names;
  for (const v1::Terminal& terminal : *terminals) names.push_back(terminal.name());
  const std::optional<std::string> nearest = Nearest(typed, names);
  // The console may have found it, and missed something else.
  if (!nearest || *nearest == typed) return status;
  return NotFound(messages::kNotFound, context.language(),
                  {{"message", MessageOf(status)}, {"nearest", *nearest}});
}

absl::StatusOr<std::string> ParseReference(std::string_view typed, Language language) {
  std::string digits;
  for (const char c : typed) {
    if (c == ' ' || c == '-') continue;
    if (absl::ascii_isdigit(c) == 0) digits.clear();
    digits += c;
  }
  if (digits.size() != 6 || !absl::ascii_isdigit(digits.front())) {
    return UsageError(Fill(messages::kNotAReference.In(language), {{"typed", typed}}));
  }
  return digits;
}

}  // namespace sekisho::console::cli
