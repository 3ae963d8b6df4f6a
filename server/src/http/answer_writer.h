// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "crypto.h"
#include "http/connection.h"
#include "http/worker.h"
#include "http_types.h"

// Sends an answer: its head and text, then what its body has of files. One implementation for plain sockets, one for
// TLS.
// `Owner` is the connection that holds the writer:
//   guarded(function)      a handler that keeps the owner alive and is not called after its end
//   wait(), stop_waiting() the client may take its time, and has taken something
//   note_sent(bytes)       the client's side has them
//   on_written(), close()  all of it is sent; or it cannot be
// Its I/O thread only.
namespace playhead::server {

using TlsStream = boost::asio::ssl::stream<Socket>;

// What both have in common: parts of a body, one after another.
template <class Owner, class Writer>
class BodyParts {
 public:
  explicit BodyParts(Owner& owner) : owner_(owner) {}
  ~BodyParts() {
    if (is_secret_) wipe(text_);
  }
  BodyParts(const BodyParts&) = delete;
  BodyParts& operator=(const BodyParts&) = delete;

  // For the head and text of the next answer; empty.
  std::string& text() { return text_; }
  // What is in it now is wiped once it is sent, or will not be.
  void keep_secret() { is_secret_ = true; }

  // `file` and `stream`: what the body has beside the text.
  void write(std::optional<FilePart> file, std::optional<BodyStream> stream) {
    file_ = std::move(file);
    more_ = std::move(stream);
    written_ = 0;
    self().write_text();
  }

 protected:
  // The text is sent.
  void write_rest() {
    if (file_) return self().write_file();
    if (more_ && more_->length > 0) return ask_for_more();
    more_.reset();
    if (std::exchange(is_secret_, false)) wipe(text_);
    if (text_.capacity() > kMaxKeptBytes) std::string().swap(text_);
    text_.clear();
    owner_.on_written();
  }
  void end_file() {
    file_.reset();
    write_rest();
  }

  Owner& owner_;
  std::string text_;
  std::size_t written_ = 0;  // of it
  std::optional<FilePart> file_;

 private:
  // Of an answer's text, kept for the next one.
  static constexpr std::size_t kMaxKeptBytes = std::size_t{8} * 1024;

  Writer& self() { return static_cast<Writer&>(*this); }

  // Also when a part is there at once other clients take their turns between two.
  void ask_for_more() {
    more_->source->next([this, owner = owner_.shared_from_this()](std::optional<FilePart> part) {
      boost::asio::post(owner->executor(), owner->guarded([this, part = std::move(part)](Owner& self) mutable {
        // Only a broken connection says that the rest of a body will not come.
        if (!part || part->length <= 0 || part->length > more_->length) return self.close();
        more_->length -= part->length;
        file_ = std::move(part);
        this->self().write_file();
      }));
    });
  }

  std::optional<BodyStream> more_;  // what comes after file_
  bool is_secret_ = false;          // text_
};

template <class Owner>
class PlainWriter : public BodyParts<Owner, PlainWriter<Owner>> {
 public:
  PlainWriter(Owner& owner, Socket& socket) : Base(owner), socket_(socket) {}

  // At once: almost always there is room for it. Not MSG_MORE before a file: sendfile() behind a head that waits
  // costs half as much again (measured on loopback).
  void write_text() {
    while (written_ < text_.size()) {
      const ssize_t count = ::send(socket_.native_handle(), text_.data() + written_, text_.size() - written_,
                                   MSG_NOSIGNAL | MSG_DONTWAIT);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return errno == EAGAIN ? wait_writable() : owner_.close();
      written_ += static_cast<std::size_t>(count);
      owner_.note_sent(count);
    }
    this->write_rest();
  }

  void write_file() {
    for (int64_t budget = kMaxPieceBytes; file_->length > 0;) {
      if (budget <= 0) {
        return boost::asio::post(socket_.get_executor(), owner_.guarded([this](Owner&) { write_file(); }));
      }
      off_t offset = file_->offset;
      const auto wanted = static_cast<std::size_t>(std::min(file_->length, budget));
      const ssize_t sent = ::sendfile(socket_.native_handle(), file_->fd.get(), &offset, wanted);
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0 && errno == EAGAIN) return wait_writable();
      if (sent <= 0) return owner_.close();  // the file became shorter after its length was promised
      file_->offset += sent;
      file_->length -= sent;
      budget -= sent;
      owner_.note_sent(sent);
    }
    this->end_file();
  }

 private:
  using Base = BodyParts<Owner, PlainWriter<Owner>>;
  using Base::file_;
  using Base::owner_;
  using Base::text_;
  using Base::written_;
  // Per turn and connection, so that one fast client does not hold its thread.
  static constexpr int64_t kMaxPieceBytes = int64_t{1024} * 1024;

  void wait_writable() {
    owner_.wait(Patience::kWrite);
    socket_.async_wait(Socket::wait_write, owner_.guarded([this](Owner& self, const boost::system::error_code& error) {
      self.stop_waiting();
      return error ? self.close() : write_text();
    }));
  }

  Socket& socket_;
};

template <class Owner>
class TlsWriter : public BodyParts<Owner, TlsWriter<Owner>> {
 public:
  TlsWriter(Owner& owner, TlsStream& stream) : Base(owner), stream_(stream) {}

  void write_text() {
    const std::size_t left = std::min(text_.size() - written_, kPieceBytes);
    if (left == 0) return this->write_rest();
    written_ += left;
    write_piece(text_.data() + (written_ - left), left);
  }

  void write_file() {
    if (file_->length == 0) {
      piece_.reset();
      return this->end_file();
    }
    if (!piece_) piece_ = Piece(new char[kPieceBytes]);
    const auto wanted = static_cast<std::size_t>(std::min<int64_t>(file_->length, kPieceBytes));
    ssize_t count = 0;
    do {
      count = ::pread(file_->fd.get(), piece_.get(), wanted, static_cast<off_t>(file_->offset));
    } while (count < 0 && errno == EINTR);
    if (count <= 0) return owner_.close();  // the file became shorter after its length was promised
    file_->offset += count;
    file_->length -= count;
    write_piece(piece_.get(), static_cast<std::size_t>(count));
  }

 private:
  using Base = BodyParts<Owner, TlsWriter<Owner>>;
  using Base::file_;
  using Base::owner_;
  using Base::text_;
  using Base::written_;
  static constexpr std::size_t kPieceBytes = std::size_t{64} * 1024;  // four records
  // Of a file: of keys, maybe.
  struct WipingDelete {
    void operator()(char* piece) const {
      wipe(piece, kPieceBytes);
      delete[] piece;
    }
  };
  using Piece = std::unique_ptr<char[], WipingDelete>;

  // `data` stays as it is until write_text() goes on. A piece is what a client takes within the patience at least.
  void write_piece(const char* data, std::size_t size) {
    owner_.wait(Patience::kWrite);
    boost::asio::async_write(stream_, boost::asio::buffer(data, size),
                             owner_.guarded([this](Owner& self, const boost::system::error_code& error,
                                                   std::size_t count) {
                               self.stop_waiting();
                               self.note_sent(static_cast<int64_t>(count));
                               return error ? self.close() : write_text();
                             }));
  }

  TlsStream& stream_;
  Piece piece_;  // idle connections have none
};

}  // namespace playhead::server
