#include "platform/linux/file_record/fanotify_events.h"

#include <sys/fanotify.h>

#include <cstring>
#include <string_view>
#include <utility>

namespace sekisho::platform {
namespace {

// struct file_handle: two ints, then the bytes.
constexpr std::size_t kHandleHead = 8;

template <typename T>
std::optional<T> Load(std::span<const std::byte> bytes, std::size_t at = 0) {
  if (bytes.size() < at || bytes.size() - at < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

std::string Text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The handle, and the name behind it if there is one.
std::optional<NameInDirectory> ParseHandle(std::span<const std::byte> bytes) {
  const auto length = Load<std::uint32_t>(bytes);
  const auto type = Load<std::int32_t>(bytes, 4);
  if (!length || !type || *length > bytes.size() - kHandleHead) return std::nullopt;
  NameInDirectory found;
  found.directory.type = *type;
  found.directory.bytes = Text(bytes.subspan(kHandleHead, *length));
  const std::string rest = Text(bytes.subspan(kHandleHead + *length));
  found.name = rest.substr(0, rest.find('\0'));
  return found;
}

void AddInformation(FanotifyEvent& event, std::span<const std::byte> bytes) {
  const auto head = Load<fanotify_event_info_header>(bytes);
  constexpr std::size_t kHead = sizeof(fanotify_event_info_header);
  if (!head || bytes.size() < kHead + event.file_system.size()) return;
  std::optional<NameInDirectory> found =
      ParseHandle(bytes.subspan(kHead + event.file_system.size()));
  if (!found) return;
  switch (head->info_type) {
    case FAN_EVENT_INFO_TYPE_FID:
      event.file = std::move(found->directory);
      break;
    case FAN_EVENT_INFO_TYPE_DFID_NAME:
      event.at = std::move(found);
      break;
    case FAN_EVENT_INFO_TYPE_OLD_DFID_NAME:
      event.from = std::move(found);
      break;
    case FAN_EVENT_INFO_TYPE_NEW_DFID_NAME:
      event.to = std::move(found);
      break;
    default:
      return;  // of a later kernel
  }
  std::memcpy(event.file_system.data(), bytes.data() + kHead, event.file_system.size());
}

}  // namespace

std::vector<FanotifyEvent> ParseFanotifyEvents(std::span<const std::byte> bytes) {
  std::vector<FanotifyEvent> events;
  while (const auto head = Load<fanotify_event_metadata>(bytes)) {
    if (head->vers != FANOTIFY_METADATA_VERSION || head->event_len > bytes.size() ||
        head->metadata_len < sizeof *head || head->metadata_len > head->event_len) {
      break;
    }
    FanotifyEvent event;
    event.mask = head->mask;
    event.pid = head->pid;
    std::span<const std::byte> rest =
        bytes.subspan(head->metadata_len, head->event_len - head->metadata_len);
    while (const auto information = Load<fanotify_event_info_header>(rest)) {
      if (information->len < sizeof *information || information->len > rest.size()) break;
      AddInformation(event, rest.first(information->len));
      rest = rest.subspan(information->len);
    }
    events.push_back(std::move(event));
    bytes = bytes.subspan(head->event_len);
  }
  return events;
}

}  // namespace sekisho::platform
