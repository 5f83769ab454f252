// A file that comes in pieces. It is kept in memory until its end, so that all of it or nothing is
// taken: no more than kMaxImportFile, and for whoever may import only.
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "console/rpc/operator_doors.h"
#include "console/rpc/unary.h"

namespace sekisho::console::rpc {
namespace {

constexpr char kMethod[] = "sekisho.v1.RegisterService/ImportMedia";
// Two people at most keep a file in memory.
constexpr int kMostImports = 2;
std::atomic<int> imports_under_way{0};

class ImportStream : public grpc::ServerReadReactor<v1::ImportMediaRequest> {
 public:
  ImportStream(const Services& services, WorkerPool& pool, std::string token,
               v1::ImportMediaResponse& response)
      : services_(services), pool_(pool), token_(std::move(token)), response_(response) {
    // Before the first piece is read: a stranger's is not.
    if (imports_under_way.fetch_add(1) >= kMostImports) {
      Finish(Busy());
      return;
    }
    OnPool([this] { Open(); });
  }

  void OnReadDone(bool ok) override {
    if (!ok) return OnPool([this] { Take(); });
    absl::Status status = contract::CheckBounds(request_);
    if (status.ok()) status = Add();
    if (!status.ok()) return Finish(ToGrpc(status));
    StartRead(&request_);
  }

  void OnDone() override {
    imports_under_way.fetch_sub(1);
    delete this;
  }

 private:
  // What follows Finish or StartRead is another callback's: nothing of this is touched after it.
  template <typename Work>
  void OnPool(Work work) {
    if (pool_.Run(std::move(work)) == WorkerPool::Taken::kFull) Finish(Busy());
  }

  absl::StatusOr<service::SessionService::SignedIn> SignedIn() {
    absl::StatusOr<service::SessionService::SignedIn> signed_in =
        services_.sessions.Authenticate(token_);
    if (!signed_in.ok()) return signed_in.status();
    absl::Status allowed = authz::AuthoriseMethod(signed_in->caller, kMethod);
    if (!allowed.ok()) return allowed;
    return signed_in;
  }

  void Open() {
    if (absl::Status status = SignedIn().status(); !status.ok()) return Finish(ToGrpc(status));
    StartRead(&request_);
  }

  absl::Status Add() {
    if (!started_) {
      if (!request_.has_start()) return absl::InvalidArgumentError("the first message is no start");
      start_ = std::move(*request_.mutable_start());
      started_ = true;
      return absl::OkStatus();
    }
    if (request_.part_case() != v1::ImportMediaRequest::kText) {
      return absl::InvalidArgumentError("no text in a message after the first");
    }
    if (text_.size() + request_.text().size() > contract::kMaxImportFile) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the file is larger than ", contract::kMaxImportFile / (1024 * 1024), " MiB"));
    }
    text_ += request_.text();
    return absl::OkStatus();
  }

  void Take() {
    if (!started_) return Finish(ToGrpc(absl::InvalidArgumentError("nothing came")));
    // Again: the session may have ended since.
    absl::StatusOr<service::SessionService::SignedIn> signed_in = SignedIn();
    if (!signed_in.ok()) return Finish(ToGrpc(signed_in.status()));
    absl::StatusOr<v1::ImportMediaResponse> answer =
        services_.media.ImportMedia(signed_in->caller, start_, text_);
    if (answer.ok()) response_ = *std::move(answer);
    Finish(ToGrpc(answer.status()));
  }

  const Services& services_;
  WorkerPool& pool_;
  const std::string token_;
  v1::ImportMediaResponse& response_;
  v1::ImportMediaRequest request_;
  v1::ImportStart start_;
  bool started_ = false;
  std::string text_;
};

}  // namespace

grpc::ServerReadReactor<v1::ImportMediaRequest>* RegisterDoor::ImportMedia(
    grpc::CallbackServerContext* context, v1::ImportMediaResponse* response) {
  return new ImportStream(services_, pool_, BearerTokenOf(*context), *response);
}

}  // namespace sekisho::console::rpc
