// A whole file into the register, or nothing of it.
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/core/identity.h"
#include "console/ids.h"
#include "console/media/check.h"
#include "console/media/table.h"
#include "console/service/groups.h"
#include "console/service/register_service.h"
#include "google/protobuf/util/message_differencer.h"
#include "proto/contract/bounds.h"
#include "proto/contract/convert.h"

namespace sekisho::console::service {
namespace {

constexpr char kMethod[] = "ImportMedia";
constexpr char kMethodName[] = "sekisho.v1.RegisterService/ImportMedia";
constexpr std::uint32_t kPage = 1000;
constexpr std::size_t kMostRows = 500'000;

using SerialKey = std::tuple<std::string, std::uint32_t, std::uint32_t>;

SerialKey KeyOf(const v1::Medium& medium) {
  return {medium.serial(), medium.vendor_id(), medium.product_id()};
}

// The register as it would be with the file in it, for as long as the file is read.
class Import {
 public:
  Import(const authz::Caller& caller, const std::vector<store::Group>& groups, store::Group own,
         WallTime now)
      : caller_(caller), own_(std::move(own)), now_(now) {
    for (const store::Group& group : groups) groups_.emplace(group.name, group);
    for (const store::Group& group : groups) groups_.insert_or_assign(group.group_id, group);
  }

  void Know(store::MediumRecord record) {
    const std::string id = record.medium.medium_id();
    Index(record.medium);
    known_.insert_or_assign(id, std::move(record));
  }

  void Take(media::TableReader& file, const media::TableRow& row) {
    const std::string id = IdOf(file, row.medium);
    const auto before = known_.find(id);
    if (!id.empty() && !touched_.insert(id).second) {
      return Object(file, row, std::nullopt, "the medium is in the file twice");
    }
    if (!id.empty() && before == known_.end()) {
      return Object(file, row, media::Column::kMediumId, "there is no such medium");
    }
    store::MediumRecord record{
        .organisation_id = caller_.organisation_id, .group_path = own_.path, .medium = {}};
    if (before != known_.end()) {
      record = before->second;
      if (record.group_path.rfind(caller_.group_path, 0) != 0) {
        return Object(file, row, std::nullopt, "the medium belongs to a group outside yours");
      }
    } else {
      record.medium.set_medium_id(NewUuid());
      record.medium.set_group_id(own_.group_id);
      record.medium.set_state(v1::MEDIUM_STATE_IN_STOCK);
      touched_.insert(record.medium.medium_id());
    }
    // Only what the file has a column for; an empty cell empties.
    for (const media::Column column : media::Columns()) {
      if (!file.Has(column) || column == media::Column::kMediumId ||
          column == media::Column::kGroup) {
        continue;
      }
      (void)media::Read(media::Written(row.medium, column, media::Words::kEnglish), column,
                        record.medium);
    }
    if (file.Has(media::Column::kGroup) && !row.medium.group_id().empty()) {
      const auto group = groups_.find(row.medium.group_id());
      if (group == groups_.end()) {
        return Object(file, row, media::Column::kGroup,
                      absl::StrCat("no group \"", row.medium.group_id(), "\" within yours"));
      }
      record.medium.set_group_id(group->second.group_id);
      record.group_path = group->second.path;
    }
    if (const std::optional<media::Objection> objection = media::Check(record.medium)) {
      return Object(file, row, objection->column, objection->what);
    }
    Finish(file, row, std::move(record), before == known_.end() ? nullptr : &before->second);
  }

  std::vector<store::MediumRecord>& changed() { return changed_; }
  v1::ImportMediaResponse& counts() { return counts_; }

 private:
  // The entry that a row is about; empty: a new one.
  std::string IdOf(const media::TableReader& file, const v1::Medium& row) const {
    if (file.Has(media::Column::kMediumId) && !row.medium_id().empty()) return row.medium_id();
    if (!row.label_number().empty()) {
      const auto by_label = labels_.find(row.label_number());
      if (by_label != labels_.end()) return by_label->second;
    } else if (!row.serial().empty()) {
      const auto by_serial = serials_.find(KeyOf(row));
      if (by_serial != serials_.end()) return by_serial->second;
    }
    return "";
  }

  void Finish(media::TableReader& file, const media::TableRow& row, store::MediumRecord record,
              const store::MediumRecord* before) {
    v1::Medium& medium = record.medium;
    const bool weak = !medium.serial().empty() &&
                      core::ConfidenceOf(medium.serial()) == core::IdentityConfidence::kMake;
    medium.set_confidence(medium.serial().empty() || weak ? v1::IDENTITY_CONFIDENCE_MAKE
                                                          : v1::IDENTITY_CONFIDENCE_SERIAL);
    if (weak) counts_.set_weak_serials(counts_.weak_serials() + 1);
    if (before != nullptr && before->group_path == record.group_path &&
        google::protobuf::util::MessageDifferencer::Equals(before->medium, medium)) {
      counts_.set_unchanged(counts_.unchanged() + 1);
      return;
    }
    if (before != nullptr && before->medium.state() == v1::MEDIUM_STATE_RETIRED &&
        medium.state() != v1::MEDIUM_STATE_RETIRED) {
      return Object(file, row, media::Column::kState,
                    "the medium is retired: what was destroyed does not come back");
    }
    if (const auto other = labels_.find(medium.label_number());
        !medium.label_number().empty() && other != labels_.end() &&
        other->second != medium.medium_id()) {
      return Object(file, row, media::Column::kLabelNumber, "another medium has this label");
    }
    if (const auto other = serials_.find(KeyOf(medium)); !medium.serial().empty() &&
                                                         other != serials_.end() &&
                                                         other->second != medium.medium_id()) {
      return Object(file, row, media::Column::kSerial, "another medium has this serial");
    }
    Index(medium);
    *medium.mutable_updated_at() = contract::ToProto(now_);
    medium.set_updated_by(caller_.name);
    if (before == nullptr) {
      counts_.set_added(counts_.added() + 1);
    } else {
      counts_.set_changed(counts_.changed() + 1);
    }
    changed_.push_back(std::move(record));
  }

  void Index(const v1::Medium& medium) {
    if (!medium.label_number().empty()) labels_[medium.label_number()] = medium.medium_id();
    if (!medium.serial().empty()) serials_[KeyOf(medium)] = medium.medium_id();
  }

  static void Object(media::TableReader& file, const media::TableRow& row,
                     std::optional<media::Column> column, std::string what) {
    file.Object(row.line, column ? file.PlaceOf(*column) : 0, column ? file.NameOf(*column) : "",
                std::move(what));
  }

  const authz::Caller& caller_;
  const store::Group own_;
  const WallTime now_;
  std::map<std::string, store::Group> groups_;
  std::map<std::string, store::MediumRecord> known_;
  std::map<std::string, std::string> labels_;
  std::map<SerialKey, std::string> serials_;
  std::set<std::string> touched_;
  std::vector<store::MediumRecord> changed_;
  v1::ImportMediaResponse counts_;
};

}  // namespace

absl::StatusOr<v1::ImportMediaResponse> RegisterService::ImportMedia(const authz::Caller& caller,
                                                                     const v1::ImportStart& start,
                                                                     const std::string& text) {
  if (start.reason().empty() && !start.dry_run()) {
    return absl::InvalidArgumentError("say why (--reason \"…\"): it is kept with each medium");
  }
  absl::StatusOr<store::Group> own =
      ResolveGroup(organisations_, caller, kMethodName, start.group_id());
  if (!own.ok()) return own.status();
  absl::StatusOr<std::vector<store::Group>> groups = organisations_.ListGroups(ScopeOf(caller));
  if (!groups.ok()) return groups.status();
  Import import(caller, *groups, *own, clock_.wall());
  // All of the organisation's: a label or a serial is nobody else's in it.
  store::MediumQuery query{.scope = {caller.organisation_id, ""},
                           .state = v1::MEDIUM_STATE_UNSPECIFIED,
                           .words = "",
                           .after = {},
                           .limit = kPage};
  for (;;) {
    absl::StatusOr<std::vector<store::MediumRecord>> page = media_.ListMedia(query);
    if (!page.ok()) return page.status();
    if (page->empty()) break;
    query.after = {page->back().medium.label_number(), page->back().medium.medium_id()};
    for (store::MediumRecord& record : *page) import.Know(std::move(record));
  }
  media::TableReader file(text);
  while (std::optional<media::TableRow> row = file.Next()) {
    if (import.changed().size() == kMostRows) {
      file.Object(row->line, 0, "", absl::StrCat("more than ", kMostRows, " media in one file"));
      break;
    }
    import.Take(file, *row);
  }
  v1::ImportMediaResponse response = std::move(import.counts());
  response.mutable_problems()->Add(file.problems().begin(), file.problems().end());
  response.set_problem_count(file.problem_count());
  if (start.dry_run() || file.problem_count() > 0 || import.changed().empty()) return response;
  const store::AuditEntry audit = Audit(
      caller, kMethod, own->path,
      absl::StrCat(response.added(), " added, ", response.changed(), " changed"), start.reason());
  absl::StatusOr<std::vector<store::MediumRecord>> written =
      media_.WriteMedia(std::move(import.changed()), start.reason(), audit);
  if (!written.ok()) return written.status();
  courier_.Changed(caller.organisation_id);
  return response;
}

}  // namespace sekisho::console::service
