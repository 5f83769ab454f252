#include "tests/bench/simulated_terminal.h"

#include <chrono>
#include <cstdio>
#include <ctime>
#include <utility>

#include "proto/contract/bounds.h"
#include "proto/contract/seal.h"

namespace sekisho::bench {
namespace {

std::string RandomUuid() {
  std::string bytes = contract::RandomBytes(16);
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);  // RFC 9562, version 4
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  std::string text;
  for (std::size_t i = 0; i < 16; ++i) {
    char hex[3];
    std::snprintf(hex, sizeof hex, "%02x", static_cast<unsigned char>(bytes[i]));
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += hex;
  }
  return text;
}

std::uint64_t BootTimeNs() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u +
         static_cast<std::uint64_t>(now.tv_nsec);
}

google::protobuf::Timestamp WallNow() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  google::protobuf::Timestamp time;
  time.set_seconds(std::chrono::duration_cast<std::chrono::seconds>(now).count());
  time.set_nanos(static_cast<int>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now).count() % 1000 * 1'000'000));
  return time;
}

// An ordinary stick.
v1::Device Stick() {
  v1::Device device;
  device.set_fingerprint(contract::RandomBytes(32));
  device.set_vendor_id(0x0781);
  device.set_product_id(0x5581);
  device.set_serial("4C530001230512109" + std::to_string(BootTimeNs() % 1'000'000));
  device.set_manufacturer("SanDisk");
  device.set_product("Ultra");
  device.set_port_path("2-1.4");
  device.add_classes(v1::DEVICE_CLASS_STORAGE);
  v1::UsbInterface* interface = device.add_interfaces();
  interface->set_class_code(8);
  interface->set_subclass_code(6);
  interface->set_protocol_code(80);
  return device;
}

}  // namespace

SimulatedTerminal::SimulatedTerminal(int index, Observer& observer,
                                     std::shared_ptr<grpc::Channel> channel)
    : index_(index), observer_(observer), stub_(v1::AgentService::NewStub(std::move(channel))) {}

SimulatedTerminal::~SimulatedTerminal() {
  context_.TryCancel();
  std::unique_lock lock(mutex_);
  if (held_) {
    held_ = false;
    lock.unlock();
    RemoveHold();
    lock.lock();
  }
  ended_.wait(lock, [this] { return done_; });
}

void SimulatedTerminal::Start(const std::string& boot_id) {
  const std::lock_guard lock(mutex_);
  done_ = false;
  held_ = true;
  writing_ = true;
  stub_->async()->Connect(&context_, this);
  AddHold();
  v1::Hello& hello = *outgoing_.mutable_hello();
  hello.set_oldest_protocol(1);
  hello.set_newest_protocol(1);
  hello.set_agent_version("0.1.0");
  hello.set_boot_id(boot_id);
  StartWrite(&outgoing_);
  StartRead(&incoming_);
  StartCall();
}

void SimulatedTerminal::Send(v1::Sealed sealed) {
  const std::lock_guard lock(mutex_);
  queue_.push_back(std::move(sealed));
  WriteNext();
}

void SimulatedTerminal::WriteNext() {
  if (writing_ || !held_ || queue_.empty()) return;
  writing_ = true;
  *outgoing_.mutable_sealed() = std::move(queue_.front());
  queue_.pop_front();
  StartWrite(&outgoing_);
}

void SimulatedTerminal::OnWriteDone(bool ok) {
  const std::lock_guard lock(mutex_);
  writing_ = false;
  if (ok) WriteNext();
}

void SimulatedTerminal::OnReadDone(bool ok) {
  if (!ok) {
    std::unique_lock lock(mutex_);
    if (std::exchange(held_, false)) {
      lock.unlock();
      RemoveHold();
    }
    return;
  }
  if (incoming_.has_welcome()) observer_.Welcomed(index_);
  if (incoming_.has_sealed()) observer_.Received(index_, incoming_.sealed());
  StartRead(&incoming_);
}

void SimulatedTerminal::OnDone(const grpc::Status& status) {
  observer_.Ended(index_, status);
  const std::lock_guard lock(mutex_);
  done_ = true;
  ended_.notify_all();
}

std::shared_ptr<grpc::Channel> OpenChannel(const std::string& address,
                                           const std::string& authority_pem, const Papers* papers) {
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = authority_pem;
  if (papers != nullptr) {
    tls.pem_private_key = papers->key_pem;
    tls.pem_cert_chain = papers->chain_pem;
  }
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS,
                   static_cast<int>(std::chrono::milliseconds(contract::kStreamKeepalive).count()));
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetInt(GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, contract::kMaxGrpcMessage);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  // Thousands connect from one process: on a busy machine their own handshakes queue for it.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 120'000);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(address, grpc::SslCredentials(tls), arguments);
}

ReportWriter::ReportWriter(std::string organisation_id, std::string terminal_id,
                           const contract::PrivateKey& key)
    : organisation_id_(std::move(organisation_id)),
      terminal_id_(std::move(terminal_id)),
      key_(key),
      boot_id_(RandomUuid()),
      device_(Stick()) {}

ReportWriter::Batch ReportWriter::Next(int records) {
  v1::ReportBatch batch;
  batch.set_terminal_id(terminal_id_);
  batch.set_boot_id(boot_id_);
  for (int i = 0; i < records; ++i) {
    v1::Event event;
    event.set_boot_id(boot_id_);
    event.set_sequence(++sequence_);
    event.set_previous_hash(previous_hash_);
    event.set_boottime_ns(BootTimeNs());
    *event.mutable_wall_time() = WallNow();
    *event.mutable_device() = device_;
    if (sequence_ % 2 == 1) {
      event.set_kind(v1::EVENT_KIND_DEVICE_BLOCKED);
      event.set_retention(v1::RETENTION_BLOCK);
      event.mutable_person()->set_uid(1000);
      event.mutable_person()->set_name("hanako");
      event.mutable_verdict()->set_action(v1::ACTION_BLOCK);
      event.mutable_verdict()->set_reason(v1::VERDICT_REASON_DEFAULT);
      event.mutable_verdict()->set_policy_version(1);
      char reference[7];
      std::snprintf(reference, sizeof reference, "%06u",
                    static_cast<unsigned>(sequence_ * 7919 % 1'000'000));
      event.set_reference(reference);
    } else {
      event.set_kind(v1::EVENT_KIND_DEVICE_REMOVED);
      event.set_retention(v1::RETENTION_ROUTINE);
    }
    std::string record = event.SerializeAsString();
    const contract::Sha256 hash = contract::HashOf(record);
    previous_hash_.assign(hash.begin(), hash.end());
    *batch.add_records() = std::move(record);
  }
  return {contract::Seal(key_, organisation_id_, v1::PURPOSE_REPORT, batch.SerializeAsString()),
          sequence_};
}

v1::Sealed ReportWriter::Status() {
  v1::Status status;
  status.set_terminal_id(terminal_id_);
  status.set_boot_id(boot_id_);
  status.set_boottime_ns(BootTimeNs());
  *status.mutable_wall_time() = WallNow();
  status.set_agent_version("0.1.0");
  status.set_bundle_version(bundle_version_);
  status.set_keyset_version(1);
  status.set_nonce(contract::RandomBytes(16));
  status.set_last_sequence(sequence_);
  for (const char* name : {"usb.new-device", "usb.module-parameter", "state.durable"}) {
    v1::Probe* probe = status.add_probes();
    probe->set_name(name);
    probe->set_result(v1::PROBE_RESULT_HOLDS);
    probe->set_boottime_ns(status.boottime_ns());
  }
  return contract::Seal(key_, organisation_id_, v1::PURPOSE_STATUS, status.SerializeAsString());
}

}  // namespace sekisho::bench
