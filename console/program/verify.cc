#include "console/program/verify.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "console/history/findings.h"
#include "console/history/verifier.h"
#include "console/program/console.h"
#include "console/store/sqlite/offline_history.h"

namespace sekisho::console::program {
namespace {

constexpr std::uint32_t kPage = 5000;

// POSIX 1-2017, 8.2.
history::Language LanguageOfEnvironment() {
  for (const char* variable : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(variable);
    if (value == nullptr || *value == '\0') continue;
    return std::strncmp(value, "ja", 2) == 0 ? history::Language::kJapanese
                                             : history::Language::kEnglish;
  }
  return history::Language::kEnglish;
}

absl::Status Read(store::HistoryReader& store, const std::string& organisation_id,
                  const v1::HistoryHead& head, history::Verifier& verifier) {
  for (std::uint64_t after = 0; after < head.audit_id();) {
    absl::StatusOr<std::vector<v1::HistoryAudit>> page =
        store.ReadAudit(organisation_id, after, kPage);
    if (!page.ok()) return page.status();
    if (page->empty()) break;
    for (const v1::HistoryAudit& entry : *page) {
      // A console that runs goes on adding.
      if (entry.audit_id() <= head.audit_id()) verifier.Add(entry);
    }
    after = page->back().audit_id();
  }
  const bool watched = ::isatty(STDERR_FILENO) != 0;
  std::uint64_t done = 0;
  for (std::uint64_t after = 0; after < head.cursor();) {
    absl::StatusOr<std::vector<v1::HistoryEvent>> page =
        store.ReadEvents(organisation_id, {after, "", kPage});
    if (!page.ok()) return page.status();
    if (page->empty()) break;
    for (const v1::HistoryEvent& event : *page) {
      if (event.cursor() <= head.cursor()) verifier.Add(event);
    }
    after = page->back().cursor();
    done += page->size();
    if (watched) {
      std::fprintf(stderr, "%llu / %llu\r", static_cast<unsigned long long>(done),
                   static_cast<unsigned long long>(head.events()));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Verify(const VerifyOptions& options) {
  std::error_code error;
  if (!std::filesystem::exists(StorePath(options.data), error)) {
    return absl::FailedPreconditionError(
        absl::StrCat("there is no console in ", options.data, ": say where it is with --data"));
  }
  std::vector<history::Anchor> anchors;
  if (!options.anchors.empty()) {
    absl::StatusOr<std::vector<history::Anchor>> given = history::ReadAnchors(options.anchors);
    if (!given.ok()) return absl::InvalidArgumentError(given.status().message());
    anchors = *std::move(given);
  }
  absl::StatusOr<std::unique_ptr<store::sqlite::OfflineHistory>> store =
      store::sqlite::OfflineHistory::Open(StorePath(options.data));
  if (!store.ok()) return store.status();
  absl::StatusOr<std::vector<std::string>> organisations = (*store)->OrganisationIds();
  if (!organisations.ok()) return organisations.status();
  const history::Language language = LanguageOfEnvironment();
  bool altered = false;
  for (const std::string& organisation_id : *organisations) {
    absl::StatusOr<v1::HistoryHead> head = (*store)->Head(organisation_id);
    if (!head.ok()) return head.status();
    history::Verifier verifier(organisation_id, anchors, history::Extent::kOrganisation);
    absl::Status read = Read(**store, organisation_id, *head, verifier);
    if (!read.ok()) return read;
    const v1::HistoryReport report = verifier.Finish(*head);
    const std::string text = history::Describe(
        report, [&](const std::string& id) { return (*store)->NameOfTerminal(id); }, language);
    std::fwrite(text.data(), 1, text.size(), stdout);
    altered |= !report.findings().empty();
  }
  return altered ? absl::DataLossError("this history was altered; see above") : absl::OkStatus();
}

}  // namespace sekisho::console::program
