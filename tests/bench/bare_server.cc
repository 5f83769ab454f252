#include "tests/bench/bare_server.h"

#include <grpcpp/grpcpp.h>

#include <deque>
#include <iostream>
#include <memory>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "console/pki/keyring.h"
#include "sekisho/v1/agent_service.grpc.pb.h"

namespace sekisho::bench {
namespace {

// An Acknowledgement's payload is about this long.
constexpr std::size_t kAnswerBytes = 120;

using Message = std::shared_ptr<const v1::ConnectResponse>;

class Stream;

// Who is connected.
class Streams {
 public:
  void Add(Stream* stream) {
    const std::lock_guard lock(mutex_);
    all_.insert(stream);
  }
  void Remove(Stream* stream) {
    const std::lock_guard lock(mutex_);
    all_.erase(stream);
  }
  void Broadcast(const Message& message);

 private:
  std::mutex mutex_;
  std::set<Stream*> all_;
};

class Stream final : public grpc::ServerBidiReactor<v1::ConnectRequest, v1::ConnectResponse> {
 public:
  explicit Stream(Streams& streams) : streams_(streams) {
    streams_.Add(this);
    StartRead(&request_);
  }

  void Send(Message message) {
    const std::lock_guard lock(mutex_);
    if (finishing_) return;
    queue_.push_back(std::move(message));
    if (queue_.size() == 1) StartWrite(queue_.front().get());
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      const std::lock_guard lock(mutex_);
      finishing_ = true;
      if (queue_.empty()) Finish(grpc::Status::OK);
      return;
    }
    auto answer = std::make_shared<v1::ConnectResponse>();
    if (request_.has_hello()) {
      answer->mutable_welcome()->set_protocol(1);
    } else {
      answer->mutable_sealed()->set_purpose(v1::PURPOSE_ACKNOWLEDGEMENT);
      answer->mutable_sealed()->set_key_id(std::string(16, 'k'));
      answer->mutable_sealed()->set_signature(std::string(64, 's'));
      answer->mutable_sealed()->set_payload(request_.sealed().payload().substr(0, kAnswerBytes));
    }
    Send(std::move(answer));
    StartRead(&request_);
  }

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    queue_.pop_front();
    if (finishing_ || !ok) {
      queue_.clear();
      if (finishing_) Finish(grpc::Status::OK);
      return;
    }
    if (!queue_.empty()) StartWrite(queue_.front().get());
  }

  void OnDone() override {
    streams_.Remove(this);
    delete this;
  }

 private:
  Streams& streams_;
  v1::ConnectRequest request_;
  std::mutex mutex_;
  std::deque<Message> queue_;
  bool finishing_ = false;
};

void Streams::Broadcast(const Message& message) {
  const std::lock_guard lock(mutex_);
  for (Stream* stream : all_) stream->Send(message);
}

class Service final : public v1::AgentService::CallbackService {
 public:
  explicit Service(Streams& streams) : streams_(streams) {}
  grpc::ServerBidiReactor<v1::ConnectRequest, v1::ConnectResponse>* Connect(
      grpc::CallbackServerContext*) override {
    return new Stream(streams_);
  }

 private:
  Streams& streams_;
};

}  // namespace

int ServeBare(const std::string& keys) {
  absl::StatusOr<console::pki::Keyring> keyring = console::pki::Keyring::Load(keys);
  if (!keyring.ok()) {
    std::cerr << keyring.status() << "\n";
    return 1;
  }
  Streams streams;
  Service service(streams);
  grpc::SslServerCredentialsOptions tls(GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY);
  tls.pem_root_certs = keyring->authority()->CertificatePem();
  tls.pem_key_cert_pairs.push_back(
      {keyring->server().private_key_pem, keyring->server().chain_pem});
  grpc::ServerBuilder builder;
  int port = 0;
  // The console's own, so that what is compared is what is done with a message.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  builder.AddListeningPort("127.0.0.1:0", grpc::SslServerCredentials(tls), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  std::cout << port << std::endl;
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::string command;
    std::size_t bytes = 0;
    if (!(words >> command >> bytes) || command != "broadcast") return 2;
    auto message = std::make_shared<v1::ConnectResponse>();
    message->mutable_sealed()->set_purpose(v1::PURPOSE_BUNDLE);
    message->mutable_sealed()->set_payload(std::string(bytes, 'b'));
    streams.Broadcast(message);
  }
  server->Shutdown(std::chrono::system_clock::now());
  server->Wait();
  return 0;
}

}  // namespace sekisho::bench
