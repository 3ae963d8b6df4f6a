// SPDX-License-Identifier: Apache-2.0
#include "support/settled_backend.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include <unistd.h>

namespace playhead::test {

namespace {

// proc(5): "pid (name) state …".
bool is_asleep(const std::filesystem::path& task) {
  std::ifstream in(task / "stat");
  std::string line;
  if (!std::getline(in, line)) return true;  // it has ended
  const std::size_t name_end = line.rfind(')');
  return name_end != std::string::npos && line.size() > name_end + 2 && line[name_end + 2] == 'S';
}

// Whoever waits for something that another thread has to do is asleep, too; but then that one is
// not.
bool others_are_asleep() {
  const std::string own = std::to_string(gettid());
  std::error_code failure;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", failure)) {
    if (task.path().filename() != own && !is_asleep(task.path())) return false;
  }
  return true;
}

}  // namespace

void SettledBackend::Inbox::post(Task task) {
  const std::lock_guard lock(mutex_);
  tasks_.push_back(std::move(task));
}

CancelHandle SettledBackend::Inbox::post_at(MonotonicTime deadline, Task task) {
  return world_.post_at(deadline, std::move(task));
}

bool SettledBackend::Inbox::deliver() {
  std::deque<Task> tasks;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(tasks_);
  }
  for (Task& task : tasks) world_.post(std::move(task));
  return !tasks.empty();
}

SettledBackend::SettledBackend(VirtualExecutor& executor) : executor_(executor), inbox_(executor) {
  executor_.before_time_moves([this] { settle(); });
}

SettledBackend::~SettledBackend() { executor_.before_time_moves(nullptr); }

void SettledBackend::settle() {
  // Twice: what was on its way from one thread to the next is seen the second time.
  for (int calm = 0; calm < 2;) {
    if (inbox_.deliver()) return;
    calm = others_are_asleep() ? calm + 1 : 0;
    std::this_thread::yield();
  }
}

std::unique_ptr<SegmentDemuxer> SettledBackend::open_demuxer(DemuxerInput input, Executor&,
                                                             DemuxerCallbacks callbacks) {
  return backend_.open_demuxer(input, inbox_, std::move(callbacks));
}

Result<std::unique_ptr<VideoDecoder>> SettledBackend::open_video_decoder(
    const StreamInfo& stream, std::shared_ptr<SampleDecryptor> decryptor, Executor&,
    VideoDecoderCallbacks callbacks) {
  return backend_.open_video_decoder(stream, std::move(decryptor), inbox_, std::move(callbacks));
}

Result<std::unique_ptr<AudioDecoder>> SettledBackend::open_audio_decoder(
    const StreamInfo& stream, AudioFormat output, std::shared_ptr<SampleDecryptor> decryptor,
    Executor&, AudioDecoderCallbacks callbacks) {
  return backend_.open_audio_decoder(stream, output, std::move(decryptor), inbox_,
                                     std::move(callbacks));
}

}  // namespace playhead::test
