#include "tests/bench/fleet.h"

#include <iostream>
#include <stdexcept>

#include "sekisho/v1/grant_service.grpc.pb.h"
#include "sekisho/v1/policy_service.grpc.pb.h"
#include "tests/bench/child.h"
#include "tests/bench/console_under_test.h"
#include "tests/bench/live_fleet.h"

namespace sekisho::bench {
namespace {

constexpr std::chrono::seconds kStatusPeriod{60};
constexpr int kEventsPerSecond = 500;

// The yardstick's fleet: counts and times what comes back, checks nothing.
class BareFleet {
 public:
  BareFleet(const EnrolledFleet& fleet, const std::string& address)
      : crowd_([this](int index, const v1::Sealed& sealed) { Take(index, sealed); }) {
    crowd_.Open(address, fleet.authority_pem, fleet.papers,
                std::vector<std::string>(fleet.papers.size(), "bare"));
  }
  // Seconds from sending to the answer's arrival.
  double RoundTrip(std::size_t index) {
    {
      const std::lock_guard lock(mutex_);
      waiting_ = static_cast<int>(index);
    }
    const Clock::time_point start = Clock::now();
    crowd_.at(index).Send(Message());
    std::unique_lock lock(mutex_);
    if (!arrived_.wait_for(lock, std::chrono::seconds{10}, [this] { return waiting_ == -1; })) {
      throw std::runtime_error("the bare stream did not answer");
    }
    return std::chrono::duration<double>(answered_at_ - start).count();
  }
  void SendOne() {
    turn_ = (turn_ + 1) % crowd_.size();
    crowd_.at(turn_).Send(Message());
  }
  std::size_t broadcasts() const { return broadcasts_; }
  Crowd& crowd() { return crowd_; }

 private:
  static v1::Sealed Message() {
    v1::Sealed sealed;
    sealed.set_purpose(v1::PURPOSE_REPORT);
    sealed.set_payload(std::string(400, 'e'));
    sealed.set_signature(std::string(64, 's'));
    return sealed;
  }
  void Take(int index, const v1::Sealed& sealed) {
    if (sealed.purpose() == v1::PURPOSE_BUNDLE) {
      ++broadcasts_;
      return;
    }
    const Clock::time_point now = Clock::now();
    const std::lock_guard lock(mutex_);
    if (waiting_ != index) return;
    waiting_ = -1;
    answered_at_ = now;
    arrived_.notify_all();
  }

  std::atomic<std::size_t> broadcasts_ = 0;
  std::mutex mutex_;
  std::condition_variable arrived_;
  Clock::time_point answered_at_;
  int waiting_ = -1;  // for whose answer
  std::size_t turn_ = 0;
  Crowd crowd_;
};

// `rate` calls of `one` a second, until destroyed.
class Load {
 public:
  Load(double rate, std::function<void()> one)
      : thread_([rate, one = std::move(one)](const std::stop_token& stop) {
          Clock::time_point next = Clock::now();
          while (!stop.stop_requested()) {
            next += std::chrono::duration_cast<Clock::duration>(
                std::chrono::duration<double>(1 / rate));
            std::this_thread::sleep_until(next);
            one();
          }
        }) {}

 private:
  std::jthread thread_;
};

// A policy of an ordinary size, different each time.
std::string PolicyYaml(int number) {
  std::string yaml =
      "zone: 個人番号利用事務系\n"
      "exceptions: {helpdesk: 15m, admin: 8h, approvers: 0, survives_reboot: false}\n"
      "rules:\n";
  for (int i = 0; i < 40; ++i) {
    yaml += "  - id: medium-" + std::to_string(i) + "\n    description: registered medium " +
            std::to_string(number) +
            "\n    match: {classes: [storage], vendor: \"0781\", product: \"5581\", serial: \"S" +
            std::to_string(100000 + i) + "\"}\n    action: read_only\n";
  }
  return yaml;
}

std::uint64_t Publish(const OperatorSession& session, int number, std::size_t& bundle_bytes) {
  const auto stub = v1::PolicyService::NewStub(session.channel());
  v1::PublishPolicyRequest request;
  request.set_yaml(PolicyYaml(number));
  request.set_comment("benchmark");
  v1::PublishPolicyResponse response;
  const grpc::Status status = stub->PublishPolicy(session.NewCall().get(), request, &response);
  if (!status.ok()) throw std::runtime_error("publish: " + status.error_message());
  for (const v1::PolicyProblem& problem : response.problems()) {
    throw std::runtime_error("policy: " + problem.message());
  }
  bundle_bytes = response.policy().policy().ByteSizeLong() + 200;
  return response.policy().version();
}

// Milliseconds from the operator's call.
struct Granted {
  double answered = 0;   // committed with its audit row, signed and pushed; the operator knows
  double delivered = 0;  // checked on the terminal
};

Granted Grant(const OperatorSession& session, LiveFleet& fleet, std::size_t index) {
  const auto stub = v1::GrantService::NewStub(session.channel());
  v1::CreateGrantRequest request;
  request.set_terminal(fleet.IdOf(index));
  request.set_fingerprint(fleet.DeviceOf(index).fingerprint());
  request.set_action(v1::ACTION_ALLOW);
  request.set_seconds(900);
  request.set_reason("benchmark");
  request.set_ticket("B-1");
  v1::CreateGrantResponse response;
  const Clock::time_point start = Clock::now();
  const grpc::Status status = stub->CreateGrant(session.NewCall().get(), request, &response);
  if (!status.ok()) throw std::runtime_error("grant: " + status.error_message());
  Granted result;
  result.answered = SecondsSince(start) * 1000;
  const std::string id = response.grant().claims().grant_id();
  std::optional<Clock::time_point> granted;
  fleet.crowd().Await(std::chrono::seconds{10}, "the grant", [&] {
    granted = fleet.GrantedAt(id);
    return granted.has_value();
  });
  result.delivered = std::chrono::duration<double, std::milli>(*granted - start).count();
  return result;
}

double PerTerminal(double after, double before, std::size_t terminals) {
  return (after - before) / static_cast<double>(terminals) / 1024;
}

}  // namespace

std::vector<Figure> MeasureFleet(const BenchOptions& options) {
  RaiseFileLimit();
  const std::string folder = options.folder + "/fleet";
  const EnrolledFleet enrolled = InitConsole(options.console, folder, options.terminals);
  const std::size_t count = enrolled.papers.size();
  const ServedConsole console(options.console, enrolled, folder + "/console.log");
  const OperatorSession session(enrolled, console.address());
  Child bare({options.self, "bare-server", "--keys", enrolled.keys}, folder + "/bare.log");
  const std::string bare_address = "localhost:" + bare.ReadLine(std::chrono::seconds{20});

  const double console_before = MemoryOf(console.pid());
  LiveFleet fleet(enrolled, console.address());
  fleet.SayStatus();
  const double console_memory = PerTerminal(MemoryOf(console.pid()), console_before, count);
  std::cerr << "fleet: " << count << " terminals live, " << console_memory << " KiB each\n";
  const double bare_before = MemoryOf(bare.pid());
  BareFleet bare_fleet(enrolled, bare_address);
  for (std::size_t i = 0; i < count; ++i) bare_fleet.SendOne();  // as each has said its Status
  bare_fleet.RoundTrip(count - 1);
  const double bare_memory = PerTerminal(MemoryOf(bare.pid()), bare_before, count);
  std::cerr << "fleet: " << count << " bare streams, " << bare_memory << " KiB each\n";

  fleet.LiveWithStatusEvery(kStatusPeriod);
  std::this_thread::sleep_for(std::chrono::seconds{3});  // what connecting left behind
  double idle = 0;
  double bare_idle = 0;
  {
    // As many messages and answers on the bare streams, at the same time.
    const Load load(static_cast<double>(count) / std::chrono::seconds{kStatusPeriod}.count(),
                    [&bare_fleet] { bare_fleet.SendOne(); });
    const double cpu_before = CpuSecondsOf(console.pid());
    const double bare_cpu_before = CpuSecondsOf(bare.pid());
    const Clock::time_point start = Clock::now();
    std::this_thread::sleep_for(std::chrono::seconds{options.idle_seconds});
    idle = 100 * (CpuSecondsOf(console.pid()) - cpu_before) / SecondsSince(start);
    bare_idle = 100 * (CpuSecondsOf(bare.pid()) - bare_cpu_before) / SecondsSince(start);
  }
  std::cerr << "fleet: idle " << idle << " % of a core, bare " << bare_idle << " %\n";

  std::vector<double> published;
  std::vector<double> broadcast;
  for (int round = 0; round < 2 * options.rounds - 1; ++round) {
    std::size_t bytes = 0;
    Clock::time_point start = Clock::now();
    const std::uint64_t version = Publish(session, round, bytes);
    fleet.crowd().Await(std::chrono::seconds{120}, "the policy on all",
                        [&] { return fleet.HoldersOf(version) == count; });
    published.push_back(SecondsSince(start) * 1000);
    const std::size_t wanted = bare_fleet.broadcasts() + count;
    start = Clock::now();
    bare.WriteLine("broadcast " + std::to_string(bytes));
    bare_fleet.crowd().Await(std::chrono::seconds{120}, "the broadcast on all",
                             [&] { return bare_fleet.broadcasts() >= wanted; });
    broadcast.push_back(SecondsSince(start) * 1000);
  }
  std::cerr << "fleet: published in " << Median(published) << " ms, broadcast in "
            << Median(broadcast) << " ms\n";

  // In turns of twenty, each under its own 500 messages a second.
  const auto grants = static_cast<std::size_t>(options.grants);
  fleet.ReportBlocks(std::min(grants, count));
  std::vector<double> granted;
  std::vector<double> answered;
  std::vector<double> round_trip;
  double loaded_seconds = 0;
  const std::size_t acknowledged_before = fleet.acknowledged();
  constexpr std::size_t kTurn = 20;
  while (granted.size() < grants) {
    {
      const Clock::time_point start = Clock::now();
      const Load load(kEventsPerSecond, [&fleet] { fleet.ReportOne(); });
      std::this_thread::sleep_for(std::chrono::milliseconds{500});
      for (std::size_t i = 0; i < kTurn && granted.size() < grants; ++i) {
        const Granted grant = Grant(session, fleet, granted.size() % count);
        granted.push_back(grant.delivered);
        answered.push_back(grant.answered);
      }
      loaded_seconds += SecondsSince(start);
    }
    const Load load(kEventsPerSecond, [&bare_fleet] { bare_fleet.SendOne(); });
    std::this_thread::sleep_for(std::chrono::milliseconds{500});
    for (std::size_t i = 0; i < kTurn && round_trip.size() < grants; ++i) {
      round_trip.push_back(bare_fleet.RoundTrip(round_trip.size() % count) * 1000);
    }
  }
  std::cerr << "fleet: "
            << static_cast<double>(fleet.acknowledged() - acknowledged_before) / loaded_seconds
            << " events/s acknowledged meanwhile\n";
  return {
      {.name = "fleet.memory-per-terminal",
       .value = console_memory,
       .unit = "KiB",
       .yardstick = bare_memory,
       .goal = RatioGoal(Bound::kAtMost, 1.25)},
      {.name = "fleet.idle-cpu",
       .value = idle,
       .unit = "% of core",
       .yardstick = bare_idle,
       .goal = ValueGoal(Bound::kAtMost, 2)},
      {.name = "fleet.policy-on-all",
       .value = Median(published),
       .unit = "ms",
       .yardstick = Median(broadcast),
       .goal = RatioGoal(Bound::kAtMost, 2)},
      {.name = "fleet.grant-delivered.p50",
       .value = Median(granted),
       .unit = "ms",
       .yardstick = Median(round_trip),
       .goal = ""},
      {.name = "fleet.grant-delivered.p99",
       .value = Quantile(granted, 0.99),
       .unit = "ms",
       .yardstick = Quantile(round_trip, 0.99),
       .goal = RatioGoal(Bound::kAtMost, 3)},
      // What the durable commit, which the bare stream does not make, takes of it.
      {.name = "fleet.grant-answered.p50",
       .value = Median(answered),
       .unit = "ms",
       .yardstick = Median(granted),
       .goal = ""},
  };
}

}  // namespace sekisho::bench
