// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <openssl/evp.h>

#include "playhead/encryption.h"
#include "playhead/transport.h"

namespace playhead::test {

using Bytes = std::vector<uint8_t>;

// Answers by URL, in pieces that are no multiple of anything, each from the executor's queue.
class ScriptedTransport final : public Transport {
 public:
  struct Answer {
    int status = 200;
    Bytes body;
    Duration after{0};
  };
  std::map<std::string, Answer> answers;  // others are 404
  std::vector<std::string> requests;
  std::size_t piece_bytes = 1427;

  CancelHandle start(Request request, Executor& executor, FetchCallbacks callbacks) override {
    requests.push_back(request.url);
    const auto found = answers.find(request.url);
    Answer answer = found == answers.end() ? Answer{404, {}, {}} : found->second;
    auto state = std::make_shared<State>();
    state->callbacks = std::move(callbacks);
    state->executor = &executor;
    state->max_bytes = request.max_bytes;
    state->head.status = answer.status;
    state->head.url = request.url;
    state->head.content_length = static_cast<int64_t>(answer.body.size());
    state->stats.started = executor.now();
    state->body = std::move(answer.body);
    state->piece = piece_bytes;
    step(state, executor.now() + answer.after);
    return CancelHandle([state] {
      state->is_cancelled = true;
      state->timer.reset();
    });
  }
  void preconnect(const std::string&) override {}

  [[nodiscard]] std::size_t count(const std::string& url) const {
    return static_cast<std::size_t>(std::count(requests.begin(), requests.end(), url));
  }

 private:
  struct State {
    FetchCallbacks callbacks;
    ResponseHead head;
    Executor* executor = nullptr;
    TransferStats stats;
    Bytes body;
    std::size_t at = 0, piece = 1;
    int64_t max_bytes = 0;
    bool has_head = false, is_cancelled = false;
    CancelHandle timer;
  };

  static void step(const std::shared_ptr<State>& state, MonotonicTime when) {
    state->timer = state->executor->post_at(when, [state] {
      if (!std::exchange(state->has_head, true)) {
        state->stats.first_byte = state->executor->now();
        if (state->callbacks.on_head) state->callbacks.on_head(state->head);
      } else if (state->at < state->body.size()) {
        const std::size_t end = std::min(state->body.size(), state->at + state->piece);
        const auto begin = state->body.begin();
        Bytes piece(begin + static_cast<std::ptrdiff_t>(state->at),
                    begin + static_cast<std::ptrdiff_t>(end));
        state->at = end;
        state->stats.body_bytes = state->stats.wire_bytes = static_cast<int64_t>(end);
        if (state->stats.body_bytes > state->max_bytes) {
          return state->callbacks.on_done(make_error(ErrorCode::kTooLarge, "scripted"));
        }
        state->callbacks.on_body(SharedBytes(std::move(piece)), state->executor->now());
      } else {
        state->stats.finished = state->executor->now();
        return state->callbacks.on_done(state->stats);
      }
      if (!state->is_cancelled) step(state, state->executor->now());
    });
  }
};

inline Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

inline Bytes hex_bytes(const std::string& digits) {
  Bytes out;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    out.push_back(static_cast<uint8_t>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  }
  return out;
}

// By OpenSSL alone. CBC with padding; GCM with its tag behind.
inline Bytes encrypt(const EVP_CIPHER* cipher, const Bytes& key, const CipherIv& iv,
                     const Bytes& plain, bool is_gcm = false) {
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  EVP_EncryptInit_ex(context, cipher, nullptr, nullptr, nullptr);
  if (is_gcm) EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_IVLEN, 16, nullptr);
  EVP_EncryptInit_ex(context, nullptr, nullptr, key.data(), iv.data());
  Bytes out(plain.size() + 32);
  int size = 0, rest = 0;
  EVP_EncryptUpdate(context, out.data(), &size, plain.data(), static_cast<int>(plain.size()));
  EVP_EncryptFinal_ex(context, out.data() + size, &rest);
  size += rest;
  if (is_gcm) {
    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, 16, out.data() + size);
    size += 16;
  }
  EVP_CIPHER_CTX_free(context);
  out.resize(static_cast<std::size_t>(size));
  return out;
}

}  // namespace playhead::test
