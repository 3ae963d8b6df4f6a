// SPDX-License-Identifier: Apache-2.0
#include "playback/stored_request.h"

#include <algorithm>
#include <utility>

#include "base/url.h"
#include "plan/stable_key.h"
#include "store/layout.h"

namespace playhead::offline {

namespace {

// Bytes of a piece of a body: four chunks of a vault file. Larger: more memory for each request;
// smaller: more hops between threads.
constexpr int64_t kPieceBytes = 4 * static_cast<int64_t>(kVaultChunkBytes);

// More of it will come by itself.
bool is_under_way(DownloadState state) {
  return state != DownloadState::kCompleted && state != DownloadState::kFailed &&
         state != DownloadState::kRemoving;
}

Error incomplete(const std::string& url, const char* why) {
  return make_error(ErrorCode::kOfflineIncomplete, redact(url) + " " + why);
}

}  // namespace

StoredRequest::StoredRequest(Context context, Request request,
                             std::shared_ptr<Mailbox<Delivery>> receiver)
    : context_(std::move(context)), request_(std::move(request)), receiver_(std::move(receiver)) {
  stats_->started = stats_->first_byte = stats_->finished = context_.receiver.now();
  stats_->from_cache = true;
}

void StoredRequest::start() {
  if (request_.window) {
    // Who grants more may do so on any thread, and after the end.
    request_.window->on_room([weak = weak_from_this()] {
      const auto self = weak.lock();
      if (self) self->context_.worker->post([self] { self->on_room(); });
    });
  }
  go_on();
}

void StoredRequest::on_room() {
  if (std::exchange(is_held_, false)) go_on();
}

void StoredRequest::go_on() {
  if (receiver_->closed()) return;
  Result<Step> done = context_.desk->use([this](LibraryParts& parts) { return step(parts); });
  if (!done) return send_end(std::move(done).error());
  if (*done == Step::kEnd) return send_end({});
  is_held_ = *done == Step::kHeld;
  const auto room = context_.room.lock();
  if (*done == Step::kWait && room) room->add([self = shared_from_this()] { self->go_on(); });
}

Result<StoredRequest::Step> StoredRequest::step(LibraryParts& parts) {
  return has_begun_ ? send_piece(parts) : begin(parts);
}

Result<std::vector<ResourceRow>> StoredRequest::find(LibraryParts& parts) {
  const StoredTitle& title = *context_.title;
  const bool is_manifest = request_.url == title.manifest_url();
  if (request_.method != "GET" && request_.method != "HEAD") {
    return incomplete(request_.url, "asks a service, and nobody is asked for a download");
  }
  const std::string& url = is_manifest ? title.source_url : request_.url;
  ResourceKey key{stable_key(url), request_.range};
  // Where a path has several queries in the title its resources are called by them.
  if (query_key(url) != key.stable_key) {
    ResourceKey told_apart{query_key(url), request_.range};
    if (parts.store.lookup(title.id, told_apart)) key = std::move(told_apart);
  }
  return find_rows(parts, key);
}

Result<std::vector<ResourceRow>> StoredRequest::find_rows(LibraryParts& parts,
                                                          const ResourceKey& key) {
  const StoredTitle& title = *context_.title;
  PLAYHEAD_TRY(const DownloadRow download, parts.store.find(title.id));
  auto rows = parts.store.lookup(title.id, key);
  if (!rows && rows.error().code != ErrorCode::kNotFound) return rows;
  // Which resources there are may not be known yet.
  const bool may_come = is_under_way(download.state);
  if (!rows && may_come && download.resources == 0) return std::vector<ResourceRow>();
  if (!rows) return incomplete(request_.url, "is not part of the download");
  for (const ResourceRow& row : *rows) {
    if (row.state == ResourceState::kDone) continue;
    if (row.state == ResourceState::kBad) {
      return make_error(ErrorCode::kOfflineDamaged, redact(request_.url) + " is damaged");
    }
    if (!may_come) return incomplete(request_.url, "was not downloaded");
    return std::vector<ResourceRow>();
  }
  return rows;
}

// What was never a resource of a host, made of one that was.
Result<StoredRequest::Step> StoredRequest::begin_plain(LibraryParts& parts,
                                                       PlainTitle::Answer answer) {
  const PlainTitle& plain = *context_.title->plain;
  StoredBody body;
  body.head.status = 200;
  body.head.url = request_.url;
  if (request_.url == context_.title->manifest_url()) body.head.url = plain.file_key();
  body.head.headers.push_back({"Content-Type", answer.type});
  body.length = static_cast<int64_t>(answer.head.size());
  for (const MovieFile::Stretch& stretch : answer.body) body.length += stretch.size;
  body.head.content_length = body.length;
  if (body.length > request_.max_bytes) {
    return make_error(ErrorCode::kTooLarge, redact(request_.url) + " is too large");
  }
  for (const MovieFile::Stretch& stretch : answer.body) {
    const ByteRange range{stretch.offset, stretch.offset + stretch.size - 1};
    if (stretch.size == 0) continue;
    PLAYHEAD_TRY(const auto rows, find_rows(parts, {plain.file_key(), range}));
    if (rows.empty()) return Step::kWait;
    StoredBody part = make_stored_body(rows, range);
    if (part.length != stretch.size) {
      return make_error(ErrorCode::kOfflineDamaged, "samples behind the end of the file");
    }
    for (BodyPiece& piece : part.pieces) body.pieces.push_back(std::move(piece));
  }
  has_begun_ = true;
  body_ = std::move(body);
  preface_ = std::move(answer.head);
  return send_body(parts);
}

Result<StoredRequest::Step> StoredRequest::begin(LibraryParts& parts) {
  const StoredTitle& title = *context_.title;
  if (title.plain) {
    const bool is_manifest = request_.url == title.manifest_url();
    auto made = title.plain->find(stable_key(request_.url), is_manifest);
    if (made) return begin_plain(parts, *std::move(made));
  }
  PLAYHEAD_TRY(const std::vector<ResourceRow> rows, find(parts));
  if (rows.empty()) return Step::kWait;
  has_begun_ = true;
  body_ = make_stored_body(rows, request_.range);
  if (body_.length > request_.max_bytes) {
    return make_error(ErrorCode::kTooLarge, redact(request_.url) + " is too large");
  }
  const std::string& final_url = rows.front().final_url;
  const std::string& asked_url =
      request_.url == context_.title->manifest_url() ? context_.title->source_url : request_.url;
  body_.head.url = final_url.empty() ? asked_url : final_url;
  return send_body(parts);
}

Result<StoredRequest::Step> StoredRequest::send_body(LibraryParts& parts) {
  if (request_.method == "HEAD") {
    body_.pieces.clear();
    preface_.clear();
  }
  // A file that cannot be read is no answer that breaks off.
  if (!body_.pieces.empty()) {
    if (auto opened = open_piece(parts); !opened) return std::move(opened).error();
  }
  send([head = body_.head](FetchCallbacks& to) {
    if (to.on_head) to.on_head(head);
  });
  return send_piece(parts);
}

Result<void> StoredRequest::open_piece(LibraryParts& parts) {
  const BodyPiece& piece = body_.pieces[piece_];
  const std::string& id = context_.title->id;
  const std::string path = layout::file(parts.store.root(), id, piece.row.file);
  auto reader = VaultReader::open(parts.files, path, context_.title->key, {id, piece.row.file});
  if (!reader) return damaged(parts, std::move(reader).error());
  if (reader->size() != piece.row.planned.size) {
    return damaged(parts, make_error(ErrorCode::kOfflineDamaged, "a file has another length"));
  }
  reader_ = *std::move(reader);
  return piece.is_whole() ? reader_->expect(piece.row.digest) : Result<void>();
}

Result<void> StoredRequest::read_piece(LibraryParts& parts, std::vector<uint8_t>& bytes) {
  const BodyPiece& piece = body_.pieces[piece_];
  bytes.resize(static_cast<std::size_t>(std::min(kPieceBytes, piece.length - sent_)));
  auto read = reader_->read_at(piece.offset + sent_, bytes);
  if (!read) return damaged(parts, std::move(read).error());
  if (*read != bytes.size()) {
    return damaged(parts, make_error(ErrorCode::kOfflineDamaged, "a file is too short"));
  }
  sent_ += static_cast<int64_t>(bytes.size());
  if (!piece.is_whole() || sent_ < piece.length) return {};
  // An earlier version of the file opens, too.
  const auto is_it = reader_->is_expected();
  if (!is_it) return damaged(parts, is_it.error());
  if (*is_it) return {};
  return damaged(parts, make_error(ErrorCode::kOfflineDamaged, "a file is another than was kept"));
}

Result<StoredRequest::Step> StoredRequest::send_piece(LibraryParts& parts) {
  const bool is_more = !preface_.empty() || piece_ < body_.pieces.size();
  if (is_more && request_.window && request_.window->is_full()) return Step::kHeld;
  if (!preface_.empty()) {
    send_bytes(std::exchange(preface_, {}));
    return Step::kSent;
  }
  if (piece_ >= body_.pieces.size()) return Step::kEnd;
  if (!reader_) {
    if (auto opened = open_piece(parts); !opened) return std::move(opened).error();
  }
  std::vector<uint8_t> bytes;
  if (auto read = read_piece(parts, bytes); !read) return std::move(read).error();
  if (sent_ == body_.pieces[piece_].length) {
    ++piece_;
    sent_ = 0;
    reader_.reset();
  }
  if (bytes.empty()) return send_piece(parts);  // an empty file
  send_bytes(std::move(bytes));
  return Step::kSent;
}

void StoredRequest::send_bytes(std::vector<uint8_t> bytes) {
  FlowWindow::Share share(request_.window, static_cast<int64_t>(bytes.size()));
  SharedBytes counted = FlowWindow::Share::attach(std::move(share), SharedBytes(std::move(bytes)));
  send([self = shared_from_this(), stats = stats_, chunk = std::move(counted)](FetchCallbacks& to) {
    const StoredRequest::Context& context = self->context_;
    const MonotonicTime now = context.receiver.now();
    if (stats->body_bytes == 0) stats->first_byte = now;
    stats->body_bytes += static_cast<int64_t>(chunk.size());
    // First: whatever the receiver does then may be the end of everything here.
    context.worker->post([self] { self->go_on(); });
    if (to.on_body) to.on_body(chunk, now);
  });
}

Error StoredRequest::damaged(LibraryParts& parts, Error error) {
  const bool is_gone = error.code == ErrorCode::kNotFound;
  const bool is_bad = is_gone || error.code == ErrorCode::kOfflineDamaged ||
                      error.code == ErrorCode::kOfflineTampered;
  if (!is_bad) return error;  // the disk fails: nothing is known about the bytes
  // Fetched anew under another key: the files are not those of this play any more.
  const std::string& id = context_.title->id;
  const auto sealed = parts.store.sealed_records(id);
  if (!sealed) return sealed.error();
  const Blob& key = sealed->content_key;
  if (!key.empty() && key != context_.title->sealed_key) {
    return incomplete(request_.url, "is being fetched anew");
  }
  if (is_gone) error = make_error(ErrorCode::kOfflineDamaged, "a file is gone");
  error.context = redact(request_.url) + ": " + error.context;
  const int64_t row = body_.pieces[piece_].row.row;
  // What cannot be marked now is found again by whoever reads it next.
  static_cast<void>(parts.store.discard({&row, 1}, ResourceState::kBad));
  if (parts.on_damaged) parts.on_damaged(id);
  return error;
}

void StoredRequest::send_end(Result<void> result) {
  reader_.reset();
  Executor& receiver = context_.receiver;
  send([stats = stats_, result = std::move(result), &receiver](FetchCallbacks& to) mutable {
    if (!to.on_done) return;
    if (!result) return to.on_done(std::move(result).error());
    stats->finished = receiver.now();
    if (stats->body_bytes == 0) stats->first_byte = stats->finished;
    stats->wire_bytes = stats->body_bytes;
    to.on_done(*stats);
  });
}

}  // namespace playhead::offline
