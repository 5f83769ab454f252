#include "console/cli/texts/media.h"

#include "absl/strings/str_cat.h"
#include "console/cli/render/lists.h"
#include "console/cli/render/table.h"
#include "console/cli/texts/headings.h"
#include "console/cli/texts/names.h"
#include "console/cli/time_span.h"

namespace sekisho::console::cli {
namespace {

std::string In(const Text& text, const Style& style) {
  return std::string(text.In(style.language));
}

std::string IdsOf(const v1::Medium& medium) {
  if (medium.vendor_id() == 0 && medium.product_id() == 0) return "";
  return absl::StrCat(absl::Hex(medium.vendor_id(), absl::kZeroPad4), ":",
                      absl::Hex(medium.product_id(), absl::kZeroPad4));
}

const Text& KnownBy(const v1::Medium& medium) {
  if (medium.serial().empty() && medium.identity().empty()) return headings::kKnownByNothing;
  return medium.confidence() == v1::IDENTITY_CONFIDENCE_SERIAL ? headings::kKnownBySerial
                                                               : headings::kKnownByMake;
}

std::string GroupOf(const v1::Medium& medium, const GroupPaths& groups) {
  const auto found = groups.find(medium.group_id());
  return found == groups.end() ? medium.group_id() : found->second;
}

}  // namespace

std::string WriteMedia(const v1::ListMediaResponse& media, const GroupPaths& groups,
                       const Style& style) {
  Table table({In(headings::kLabel, style), In(headings::kMediumKind, style),
               In(headings::kState, style), In(headings::kIssuedTo, style),
               In(headings::kOwner, style), In(headings::kIds, style), In(headings::kSerial, style),
               In(headings::kEncrypted, style), In(headings::kGroup, style)});
  for (const v1::Medium& medium : media.media()) {
    table.Add({medium.label_number().empty() ? medium.medium_id() : medium.label_number(),
               NameOf(medium.kind(), style.language), NameOf(medium.state(), style.language),
               medium.issued_to(), medium.owner(), IdsOf(medium), medium.serial(),
               In(medium.encrypted() ? headings::kYes : headings::kNo, style),
               GroupOf(medium, groups)});
  }
  return table.Write();
}

std::string WriteMedium(const v1::GetMediumResponse& answer, const GroupPaths& groups,
                        const Style& style) {
  const v1::Medium& medium = answer.medium();
  std::string text = WriteFields({
      {In(headings::kLabel, style), medium.label_number()},
      {In(headings::kId, style), medium.medium_id()},
      {In(headings::kMediumKind, style), NameOf(medium.kind(), style.language)},
      {In(headings::kState, style), NameOf(medium.state(), style.language)},
      {In(headings::kIssuedTo, style), medium.issued_to()},
      {In(headings::kOwner, style), medium.owner()},
      {In(headings::kGroup, style), GroupOf(medium, groups)},
      {In(headings::kIds, style), IdsOf(medium)},
      {In(headings::kSerial, style), medium.serial()},
      {In(headings::kKnownBy, style), In(KnownBy(medium), style)},
      {In(headings::kEncrypted, style),
       In(medium.encrypted() ? headings::kYes : headings::kNo, style)},
      {In(headings::kCertificate, style), medium.certificate_number()},
      {In(headings::kNote, style), medium.note()},
  });
  Table table({In(headings::kWhen, style), In(headings::kWho, style), In(headings::kState, style),
               In(headings::kIssuedTo, style), In(headings::kGrantReason, style)});
  for (const v1::MediumChange& change : answer.history()) {
    table.Add({WriteMoment(change.medium().updated_at(), style.zone), change.medium().updated_by(),
               NameOf(change.medium().state(), style.language), change.medium().issued_to(),
               change.reason()});
  }
  return absl::StrCat(text, "\n", table.Write());
}

}  // namespace sekisho::console::cli
