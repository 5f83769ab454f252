#include "agent/cli/notice_board.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace sekisho::cli {
namespace {

// A desktop that is starting shows nothing yet.
constexpr std::chrono::seconds kTryAgain{3};

}  // namespace

void NoticeBoard::Take(const v1::LocalNotice& notice, Time now) {
  const v1::Event& event = notice.event();
  switch (static_cast<int>(event.kind())) {
    case v1::EVENT_KIND_DEVICE_BLOCKED:
      return Blocked(notice, now);
    case v1::EVENT_KIND_DEVICE_ALLOWED:
      return Allowed(notice, now);
    case v1::EVENT_KIND_GRANT_OPENED:
      return Opened(notice, now);
    case v1::EVENT_KIND_GRANT_ENDED:
      return Ended(notice, now);
    case v1::EVENT_KIND_MEDIUM_CLOSED: {
      Place& place = places_[event.device().port_path()];
      place.ends.reset();
      place.closed = true;
      return Put(place, Render(language_, notice), now);
    }
    default: {
      // Whose program was ended stays beside what became of the device.
      const Notice shown = Render(language_, notice);
      if (!shown.title.empty()) (void)show_(shown, 0);
    }
  }
}

void NoticeBoard::Take(const v1::LocalStatusReply& status, Time now) {
  texts_ = status.texts();
  for (const v1::RunningGrant& grant : status.grants()) {
    if (Place* place = FindGrant(grant.grant_id()); place != nullptr && place->ends) {
      place->ends = now + std::chrono::nanoseconds(grant.remaining_ns());
    } else if (grant.open()) {
      v1::LocalNotice notice;
      notice.mutable_event()->set_kind(v1::EVENT_KIND_GRANT_OPENED);
      notice.mutable_event()->set_grant_id(grant.grant_id());
      *notice.mutable_event()->mutable_device() = grant.device();
      *notice.mutable_grant() = grant;
      Opened(notice, now);
    }
  }
  std::vector<std::string> over;
  for (const auto& [port, place] : places_) {
    const bool runs = std::ranges::any_of(status.grants(), [&](const v1::RunningGrant& grant) {
      return grant.grant_id() == place.grant_id;
    });
    if (place.ends && !runs) over.push_back(place.grant_id);
  }
  for (const std::string& grant_id : over) {
    v1::LocalNotice notice;
    notice.mutable_event()->set_kind(v1::EVENT_KIND_GRANT_ENDED);
    notice.mutable_event()->set_grant_id(grant_id);
    Ended(notice, now);
  }
}

void NoticeBoard::Take(const v1::LocalDevicesReply& devices, Time now) {
  for (const v1::LocalDevice& device : devices.devices()) {
    // A device that was open has been told of as closed, and keeps the number that opened it.
    if (device.authorised() || device.reference().empty() ||
        device.verdict().action() != v1::ACTION_BLOCK) {
      continue;
    }
    v1::LocalNotice notice;
    notice.mutable_event()->set_kind(v1::EVENT_KIND_DEVICE_BLOCKED);
    notice.mutable_event()->set_reference(device.reference());
    *notice.mutable_event()->mutable_device() = device.device();
    *notice.mutable_event()->mutable_verdict() = device.verdict();
    *notice.mutable_texts() = texts_;
    Blocked(notice, now);
  }
}

std::optional<NoticeBoard::Time> NoticeBoard::NextDue() const {
  std::optional<Time> next;
  for (const auto& [port, place] : places_) {
    if (place.due && (!next || *place.due < *next)) next = place.due;
  }
  return next;
}

void NoticeBoard::ShowWhatIsDue(Time now) {
  for (auto& [port, place] : places_) {
    if (!place.due || now < *place.due) continue;
    if (place.ends && *place.ends > now) {
      // To the nearest second: a wait ends a little late, and "13 min 59 s" looks like a mistake.
      const std::chrono::nanoseconds left =
          std::chrono::round<std::chrono::seconds>(*place.ends - now);
      Put(place,
          {Say(language_, Text::kNoticeLeft,
               {{"device", place.device},
                {"left", SayDuration(language_, static_cast<std::uint64_t>(left.count()))}}),
           Say(language_, Text::kNoticeRunning, {{"port", port}})},
          now);
    } else if (place.id == 0) {
      Put(place, place.notice, now);
    } else {
      // Its time is over, and agentd has not said so: it says what became of it when it is back.
      place.due.reset();
    }
  }
}

NoticeBoard::Place* NoticeBoard::FindGrant(const std::string& grant_id) {
  const auto found = std::ranges::find_if(
      places_, [&](const auto& each) { return each.second.grant_id == grant_id; });
  return grant_id.empty() || found == places_.end() ? nullptr : &found->second;
}

void NoticeBoard::Blocked(const v1::LocalNotice& notice, Time now) {
  Place& place = places_[notice.event().device().port_path()];
  if (!place.reference.empty() && place.reference == notice.event().reference()) return;
  place.device = NameOf(notice.event().device());
  place.reference = notice.event().reference();
  place.grant_id.clear();
  place.ends.reset();
  place.closed = false;
  Put(place, Render(language_, notice), now);
}

void NoticeBoard::Allowed(const v1::LocalNotice& notice, Time now) {
  Place& place = places_[notice.event().device().port_path()];
  const std::uint32_t shown = place.id;
  place = Place();
  place.id = shown;
  place.device = NameOf(notice.event().device());
  Put(place, Render(language_, notice), now);
}

void NoticeBoard::Opened(const v1::LocalNotice& notice, Time now) {
  const std::string& grant_id = notice.event().grant_id();
  // Plugged in again at another port: it runs there now.
  if (Place* before = FindGrant(grant_id)) {
    before->grant_id.clear();
    before->ends.reset();
    before->due.reset();
  }
  Place& place = places_[notice.event().device().port_path()];
  place.device = NameOf(notice.event().device());
  place.grant_id = grant_id;
  place.ends = now + std::chrono::nanoseconds(notice.grant().remaining_ns());
  place.closed = false;
  Put(place, Render(language_, notice), now);
}

void NoticeBoard::Ended(const v1::LocalNotice& notice, Time now) {
  Notice shown = Render(language_, notice);
  Place* place = FindGrant(notice.event().grant_id());
  if (place == nullptr) {
    (void)show_(shown, 0);
    return;
  }
  place->ends.reset();
  // Closed before the end was written down: that is what the person waits to read.
  if (place->closed) shown.body = place->notice.title;
  Put(*place, std::move(shown), now);
}

void NoticeBoard::Put(Place& place, Notice notice, Time now) {
  place.notice = std::move(notice);
  place.id = show_(place.notice, place.id);
  place.due.reset();
  if (place.ends) place.due = now + every_;
  if (place.id == 0) place.due = now + kTryAgain;
}

}  // namespace sekisho::cli
