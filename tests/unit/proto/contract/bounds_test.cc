#include "proto/contract/bounds.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>
#include <gtest/gtest.h>

#include <memory>

#include "sekisho/v1/agent_service.pb.h"
#include "sekisho/v1/event_service.pb.h"
#include "sekisho/v1/grant_service.pb.h"
#include "sekisho/v1/history_service.pb.h"
#include "sekisho/v1/local.pb.h"
#include "sekisho/v1/operator_service.pb.h"
#include "sekisho/v1/order_service.pb.h"
#include "sekisho/v1/parcel_service.pb.h"
#include "sekisho/v1/parcel_state.pb.h"
#include "sekisho/v1/policy_service.pb.h"
#include "sekisho/v1/register_service.pb.h"
#include "sekisho/v1/session_service.pb.h"
#include "sekisho/v1/terminal_service.pb.h"

namespace sekisho::contract {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using google::protobuf::Reflection;

void AddMessages(const Descriptor& message, std::vector<const Descriptor*>& messages) {
  messages.push_back(&message);
  for (int i = 0; i < message.nested_type_count(); ++i) {
    AddMessages(*message.nested_type(i), messages);
  }
}

// Every message of every file of sekisho.v1.
std::vector<const Descriptor*> Messages() {
  std::set<const FileDescriptor*> files = {v1::Hello::descriptor()->file(),
                                           v1::StoredEvent::descriptor()->file(),
                                           v1::Grant::descriptor()->file(),
                                           v1::LocalRequest::descriptor()->file(),
                                           v1::Operator::descriptor()->file(),
                                           v1::PublishedPolicy::descriptor()->file(),
                                           v1::SignInRequest::descriptor()->file(),
                                           v1::Terminal::descriptor()->file(),
                                           v1::IssuedOrder::descriptor()->file(),
                                           v1::ListMediaRequest::descriptor()->file(),
                                           v1::HistoryEvent::descriptor()->file(),
                                           v1::CarryParcelRequest::descriptor()->file(),
                                           v1::StoredParcels::descriptor()->file()};
  for (const FileDescriptor* file : std::set(files)) {
    for (int i = 0; i < file->dependency_count(); ++i) files.insert(file->dependency(i));
  }
  std::vector<const Descriptor*> messages;
  for (const FileDescriptor* file : files) {
    if (file->package() != "sekisho.v1") continue;
    for (int i = 0; i < file->message_type_count(); ++i) {
      AddMessages(*file->message_type(i), messages);
    }
  }
  return messages;
}

bool IsBounded(const FieldDescriptor& field) {
  return field.is_repeated() || field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
}

std::unique_ptr<Message> New(const Descriptor& type) {
  return std::unique_ptr<Message>(MessageFactory::generated_factory()->GetPrototype(&type)->New());
}

void AddItem(Message& message, const FieldDescriptor& field, const std::string& text) {
  const Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      reflection.AddString(&message, &field, text);
      break;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      reflection.AddMessage(&message, &field);
      break;
    case FieldDescriptor::CPPTYPE_ENUM:
      reflection.AddEnumValue(&message, &field, 1);
      break;
    case FieldDescriptor::CPPTYPE_UINT32:
      reflection.AddUInt32(&message, &field, 1);
      break;
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT64:
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_BOOL:
      FAIL() << "teach this test about lists of " << field.cpp_type_name();
  }
}

// A message with `items` items (1 for a field that is no list) of `text`.
std::unique_ptr<Message> With(const FieldDescriptor& field, std::size_t items,
                              const std::string& text) {
  std::unique_ptr<Message> message = New(*field.containing_type());
  if (!field.is_repeated()) {
    message->GetReflection()->SetString(message.get(), &field, text);
    return message;
  }
  for (std::size_t i = 0; i < items; ++i) AddItem(*message, field, text);
  return message;
}

std::vector<const FieldDescriptor*> BoundedFieldsOfAllMessages() {
  std::vector<const FieldDescriptor*> fields;
  for (const Descriptor* message : Messages()) {
    for (int i = 0; i < message->field_count(); ++i) {
      if (IsBounded(*message->field(i))) fields.push_back(message->field(i));
    }
  }
  return fields;
}

TEST(Bounds, AreWalkedForTheWholeProtocol) {
  EXPECT_GT(Messages().size(), 100u);
  EXPECT_GT(BoundedFieldsOfAllMessages().size(), 200u);
}

TEST(Bounds, ExistForEveryStringBytesAndList) {
  for (const FieldDescriptor* field : BoundedFieldsOfAllMessages()) {
    const std::optional<FieldBound> bound = BoundOf(*field);
    ASSERT_TRUE(bound) << field->full_name() << ": give it a bound in proto/contract/bounds.cc";
    EXPECT_GT(bound->max_bytes, 0u) << field->full_name();
    EXPECT_GT(bound->max_items, 0u) << field->full_name();
    EXPECT_EQ(field->is_repeated(), bound->max_items > 1) << field->full_name();
  }
}

TEST(Bounds, NameOnlyFieldsThatExist) {
  std::set<std::string> names;
  for (const FieldDescriptor* field : BoundedFieldsOfAllMessages()) {
    names.insert(field->full_name());
  }
  for (const std::string& name : BoundedFields()) EXPECT_TRUE(names.contains(name)) << name;
}

TEST(CheckBounds, TakesEveryFieldAtItsBoundAndRefusesItAboveByName) {
  for (const FieldDescriptor* field : BoundedFieldsOfAllMessages()) {
    const FieldBound bound = BoundOf(*field).value();
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      const std::string most(bound.max_bytes, 'x');
      EXPECT_TRUE(CheckBounds(*With(*field, 1, most)).ok()) << field->full_name();
      const absl::Status status = CheckBounds(*With(*field, 1, most + "x"));
      EXPECT_TRUE(absl::IsInvalidArgument(status)) << field->full_name();
      EXPECT_EQ(status.message().find(field->full_name()), 0u) << status;
    }
    if (field->is_repeated()) {
      EXPECT_TRUE(CheckBounds(*With(*field, bound.max_items, "x")).ok()) << field->full_name();
      const absl::Status status = CheckBounds(*With(*field, bound.max_items + 1, "x"));
      EXPECT_TRUE(absl::IsInvalidArgument(status)) << field->full_name();
    }
  }
}

TEST(CheckBounds, RefusesControlCharactersInEveryStringButKeepsLinesWhereTheyBelong) {
  for (const FieldDescriptor* field : BoundedFieldsOfAllMessages()) {
    if (field->type() != FieldDescriptor::TYPE_STRING) continue;
    EXPECT_FALSE(CheckBounds(*With(*field, 1, "a\x1b[2J")).ok()) << field->full_name();
    EXPECT_FALSE(CheckBounds(*With(*field, 1, "a\xc2\x9b")).ok()) << field->full_name();
    EXPECT_TRUE(CheckBounds(*With(*field, 1, "関所")).ok()) << field->full_name();
    const bool lines = BoundOf(*field)->form == TextForm::kLines;
    EXPECT_EQ(CheckBounds(*With(*field, 1, "a\n\tb")).ok(), lines) << field->full_name();
  }
}

TEST(CheckBounds, RefusesWhatIsNotUtf8) {
  v1::GrantClaims claims;
  claims.set_reason("\xff");
  const absl::Status status = CheckBounds(claims);
  EXPECT_EQ(status.message(), "sekisho.v1.GrantClaims.reason: not UTF-8");
}

TEST(CheckBounds, LooksIntoMessagesInListsAndOneofs) {
  v1::LocalReply reply;
  v1::LocalDevice& device = *reply.mutable_devices()->add_devices();
  device.mutable_device()->set_product(std::string(kMaxStringBytes + 1, 'x'));
  EXPECT_TRUE(absl::IsInvalidArgument(CheckBounds(reply)));
}

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

TEST(TokenBucket, GivesTheBurstAndThenItsRate) {
  TokenBucket bucket({.per_second = 10, .burst = 3});
  const std::chrono::nanoseconds start = 1000s;
  EXPECT_TRUE(bucket.Take(start));
  EXPECT_TRUE(bucket.Take(start));
  EXPECT_TRUE(bucket.Take(start));
  EXPECT_FALSE(bucket.Take(start));
  EXPECT_FALSE(bucket.Take(start + 99ms));
  EXPECT_TRUE(bucket.Take(start + 101ms));
  EXPECT_FALSE(bucket.Take(start + 102ms));
}

TEST(TokenBucket, SavesUpNoMoreThanTheBurst) {
  TokenBucket bucket({.per_second = 10, .burst = 3});
  int taken = 0;
  while (bucket.Take(1'000'000s)) ++taken;
  EXPECT_EQ(taken, 3);
}

TEST(TokenBucket, GivesNothingForAClockThatRunsBackwards) {
  TokenBucket bucket({.per_second = 10, .burst = 1});
  EXPECT_TRUE(bucket.Take(10s));
  EXPECT_FALSE(bucket.Take(5s));
  EXPECT_FALSE(bucket.Take(10s));
  EXPECT_TRUE(bucket.Take(11s));
}

TEST(TokenBucket, HoldsAThousandMessagesASecondToTheRate) {
  TokenBucket bucket(kLocalRate);
  int taken = 0;
  for (int i = 0; i < 10'000; ++i) taken += bucket.Take(1s + i * 1ms) ? 1 : 0;
  EXPECT_NEAR(taken, kLocalRate.burst + 10 * kLocalRate.per_second, 2);
}

}  // namespace
}  // namespace sekisho::contract
