// SPDX-License-Identifier: Apache-2.0
// open_load PORT REQUESTS CLIENTS SECONDS RATE DEADLINE_MS [heed|own] [WARM_UP]: asks a server on the loopback RATE times a second
// whatever it answers, and says as a line of JSON what came of that. RATE 0: each client asks again as soon as it has
// its answer.
//
// REQUESTS is a file of requests as they go over the wire, each ended by a zero byte; they take turns. A client has one
// connection and one request on its way. A request is due at its time whether or not a client is free; one that finds none
// until its deadline is given up unsent. Latencies count from when a request was due, those of refusals from when it was
// sent: how long it found no client free is no doing of who refuses it. With `heed` a client that
// is told Retry-After is not free for so long. What is due within the first WARM_UP seconds (2) is not counted.
//
// With `own` a request is that of one client, drawn at random, and no other sends it: a position, of which only the newest
// matters. While its client is away, as it was told, it is not sent, but the client comes back by itself at the end of that
// time and sends what it has then (its latency counts from there); while its client waits for an answer it is not sent
// either.
//
// Before all that each client asks once, so that the server has taken every connection, and a line says "ready".
//
// One thread, no allocation per request: it shares the processors with what it measures.
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <functional>
#include <queue>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cpu_clock.h"

namespace {

using playhead::bench::monotonic_us;
using playhead::bench::process_cpu_seconds;

constexpr int64_t kSecondUs = 1'000'000;
constexpr std::size_t kSettling = 256;  // clients that ask at once before it begins

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

struct Plan {
  uint16_t port = 0;
  std::vector<std::string> requests;
  std::size_t clients = 1;
  int64_t seconds = 1;
  int64_t rate = 0;  // 0 = as fast as the answers come
  int64_t deadline_us = kSecondUs;
  int64_t warm_up_us = 2 * kSecondUs;
  bool heeds = false;
  bool have_own = false;
};

// What became of the requests that were due while it counted.
struct Tally {
  int64_t due = 0;
  int64_t sent = 0;
  int64_t given_up = 0;  // no client was free in time
  int64_t away = 0;      // its own client was told to stay away
  int64_t busy = 0;      // its own client waited for an answer
  int64_t done = 0;      // 2xx in time
  int64_t late = 0;      // 2xx after the deadline
  int64_t refused = 0;   // 503 with Retry-After
  int64_t failed = 0;    // any other answer, or none
  std::vector<int32_t> done_us;
  std::vector<int32_t> refused_us;
};

struct Client {
  int fd = -1;
  bool is_busy = false;
  bool is_away = false;
  int64_t due_us = 0;
  int64_t sent_us = 0;
  std::size_t got = 0;
  std::array<char, 1024> answer{};
};

// The answer's length when all of it is there; 0 = not yet.
std::size_t whole(std::string_view text) {
  const std::size_t head = text.find("\r\n\r\n");
  if (head == std::string_view::npos) return 0;
  constexpr std::string_view kLength = "Content-Length: ";
  const std::size_t at = text.substr(0, head).find(kLength);
  const std::size_t body =
      at == std::string_view::npos ? 0 : std::strtoul(text.data() + at + kLength.size(), nullptr, 10);
  return text.size() < head + 4 + body ? 0 : head + 4 + body;
}

// In seconds; 0 = it is not told.
int64_t retry_after(std::string_view text) {
  constexpr std::string_view kName = "\r\nRetry-After: ";
  const std::size_t at = text.find(kName);
  return at == std::string_view::npos ? 0 : std::strtol(text.data() + at + kName.size(), nullptr, 10);
}

class Load {
 public:
  explicit Load(Plan plan) : plan_(std::move(plan)), clients_(plan_.clients), epoll_(::epoll_create1(0)) {
    const auto expected = static_cast<std::size_t>(std::max<int64_t>(plan_.rate, 100'000) * plan_.seconds);
    tally_.done_us.reserve(expected);
    tally_.refused_us.reserve(expected);
    for (std::size_t i = 0; i < clients_.size(); ++i) {
      connect(i);
      free_.push_back(i);
    }
  }

  void settle() {
    const std::size_t all = clients_.size();
    std::size_t left = all;
    const auto busy = [&] { return all - free_.size() - away_.size(); };
    for (; left > 0 || busy() > 0; receive()) {
      for (; left > 0 && busy() < kSettling && !free_.empty(); --left) ask(0, monotonic_us());
    }
  }

  const Tally& run() {
    begin_us_ = monotonic_us();
    end_us_ = begin_us_ + plan_.warm_up_us + plan_.seconds * kSecondUs;
    // Open or closed, what is on its way at the end gets until its deadline.
    for (int64_t now = begin_us_; now < end_us_ + plan_.deadline_us; now = monotonic_us()) {
      let_back(now);
      if (plan_.rate == 0) {
        while (now < end_us_ && !free_.empty()) ask(now, now);
      } else if (plan_.have_own) {
        let_ask(now);
      } else {
        become_due(now);
        send_waiting(now);
      }
      receive();
    }
    return tally_;
  }

 private:
  [[nodiscard]] bool counts(int64_t due_us) const {
    return due_us >= begin_us_ + plan_.warm_up_us && due_us < end_us_;
  }

  void connect(std::size_t index) {
    Client& client = clients_[index];
    if (client.fd >= 0) ::close(client.fd);
    client.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(plan_.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(client.fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) die("connect");
    const int yes = 1;
    ::setsockopt(client.fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = index;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, client.fd, &event) != 0) die("epoll_ctl");
  }

  void become_due(int64_t now) {
    const int64_t until = std::min(now, end_us_);
    for (int64_t at = due_at(asked_); at <= until; at = due_at(++asked_)) {
      waiting_.push_back(at);
      if (counts(at)) ++tally_.due;
    }
  }
  // Who is due asks, if it may.
  void let_ask(int64_t now) {
    const int64_t until = std::min(now, end_us_);
    for (int64_t at = due_at(asked_); at <= until; at = due_at(++asked_)) {
      const std::size_t index = random_() % clients_.size();
      if (counts(at)) ++tally_.due;
      if (clients_[index].is_away || clients_[index].is_busy) {
        if (counts(at)) ++(clients_[index].is_away ? tally_.away : tally_.busy);
      } else {
        ask(index, at, now);
      }
    }
  }
  [[nodiscard]] int64_t due_at(int64_t number) const { return begin_us_ + number * kSecondUs / plan_.rate; }

  // The newest first: those that wait are clients of their own, who do not queue for each other's connections.
  void send_waiting(int64_t now) {
    while (!free_.empty() && !waiting_.empty()) {
      const int64_t due = waiting_.back();
      waiting_.pop_back();
      ask(due, now);
    }
    while (!waiting_.empty() && waiting_.front() + plan_.deadline_us <= now) {
      if (counts(waiting_.front())) ++tally_.given_up;
      waiting_.pop_front();
    }
  }

  void ask(int64_t due_us, int64_t now) {
    const std::size_t index = free_.front();
    free_.pop_front();
    ask(index, due_us, now);
  }

  void ask(std::size_t index, int64_t due_us, int64_t now) {
    Client& client = clients_[index];
    client.is_busy = true;
    client.due_us = due_us;
    client.sent_us = now;
    client.got = 0;
    if (plan_.rate == 0 && counts(now)) ++tally_.due;
    if (counts(due_us)) ++tally_.sent;
    const std::string& request = plan_.requests[next_++ % plan_.requests.size()];
    const ssize_t count = ::send(client.fd, request.data(), request.size(), MSG_NOSIGNAL);
    if (count != static_cast<ssize_t>(request.size())) lose(index);
  }

  // At most a millisecond: what is due in between goes out together.
  void receive() {
    std::array<epoll_event, 1024> events{};
    const int count = ::epoll_wait(epoll_, events.data(), events.size(), 1);
    for (int i = 0; i < count; ++i) read(static_cast<std::size_t>(events[static_cast<std::size_t>(i)].data.u64));
  }

  void read(std::size_t index) {
    Client& client = clients_[index];
    const ssize_t count =
        ::recv(client.fd, client.answer.data() + client.got, client.answer.size() - client.got, MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) return lose(index);
    client.got += static_cast<std::size_t>(count);
    const std::string_view text(client.answer.data(), client.got);
    if (whole(text) == 0) return client.got == client.answer.size() ? lose(index) : void();
    const int64_t now = monotonic_us();
    const int64_t pause_s = note(text, client, now);
    client.is_busy = false;
    if (plan_.heeds && pause_s > 0) {
      client.is_away = true;
      away_.emplace(now + pause_s * kSecondUs, index);
    } else {
      set_free(index);
    }
  }

  int64_t note(std::string_view text, const Client& client, int64_t now) {
    const bool is_done = text.substr(0, 10) == "HTTP/1.1 2";
    const bool is_busy = text.substr(0, 12) == "HTTP/1.1 503";
    const int64_t pause_s = is_busy ? retry_after(text) : 0;
    if (!counts(client.due_us)) return pause_s;
    const auto took_us = static_cast<int32_t>(now - client.due_us);
    if (is_done) {
      ++(took_us <= plan_.deadline_us ? tally_.done : tally_.late);
      tally_.done_us.push_back(took_us);
    } else if (pause_s > 0) {
      ++tally_.refused;
      tally_.refused_us.push_back(static_cast<int32_t>(now - client.sent_us));
    } else {
      ++tally_.failed;
    }
    return pause_s;
  }

  void lose(std::size_t index) {
    Client& client = clients_[index];
    if (client.is_busy && counts(client.due_us)) ++tally_.failed;
    const bool was_busy = client.is_busy;
    client.is_busy = false;
    connect(index);
    if (was_busy) set_free(index);
  }

  // Clients that have requests of their own are not drawn from those that are free.
  void set_free(std::size_t index) {
    if (!plan_.have_own || begin_us_ == 0) free_.push_back(index);
  }

  void let_back(int64_t now) {
    while (!away_.empty() && away_.top().first <= now) {
      const auto [at, index] = away_.top();
      away_.pop();
      clients_[index].is_away = false;
      if (plan_.have_own && now < end_us_) {
        ask(index, at, now);
      } else {
        set_free(index);
      }
    }
  }

  const Plan plan_;
  std::vector<Client> clients_;
  const int epoll_;
  int64_t begin_us_ = 0;
  int64_t end_us_ = 0;
  std::minstd_rand random_{1};
  int64_t asked_ = 0;  // that became due
  std::size_t next_ = 0;
  std::deque<int64_t> waiting_;   // due, without a client; oldest first
  std::deque<std::size_t> free_;  // longest free first
  using Return = std::pair<int64_t, std::size_t>;
  std::priority_queue<Return, std::vector<Return>, std::greater<>> away_;  // the next to come back first
  Tally tally_;
};

double percentile_ms(std::vector<int32_t> sample, double share) {
  if (sample.empty()) return 0;
  const auto at = sample.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(sample.size() - 1));
  std::nth_element(sample.begin(), at, sample.end());
  return *at / 1000.0;
}

std::vector<std::string> read_requests(const char* path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<std::string> all;
  for (std::string one; std::getline(file, one, '\0');) all.push_back(one);
  if (all.empty()) die(path);
  return all;
}

}  // namespace

int main(int count, char** words) {
  if (count < 7) {
    std::fputs("open_load PORT REQUESTS CLIENTS SECONDS RATE DEADLINE_MS [heed|own] [WARM_UP]\n", stderr);
    return 2;
  }
  Plan plan;
  plan.port = static_cast<uint16_t>(std::atoi(words[1]));
  plan.requests = read_requests(words[2]);
  plan.clients = static_cast<std::size_t>(std::atoll(words[3]));
  plan.seconds = std::atoll(words[4]);
  plan.rate = std::atoll(words[5]);
  plan.deadline_us = std::atoll(words[6]) * 1000;
  plan.have_own = count > 7 && std::string_view(words[7]) == "own";
  plan.heeds = plan.have_own || (count > 7 && std::string_view(words[7]) == "heed");
  if (count > 8) plan.warm_up_us = std::atoll(words[8]) * kSecondUs;
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);

  Load load(plan);
  load.settle();
  std::puts("ready");
  std::fflush(stdout);
  const double cpu_before = process_cpu_seconds();
  const Tally& tally = load.run();
  std::printf(
      "{\"due\":%lld,\"sent\":%lld,\"given_up\":%lld,\"away\":%lld,\"busy\":%lld,\"done\":%lld,\"late\":%lld,\"refused\":%lld,\"failed\":%lld,"
      "\"done_p50_ms\":%.1f,\"done_p99_ms\":%.1f,\"refused_p50_ms\":%.1f,\"refused_p99_ms\":%.1f,"
      "\"cpu_seconds\":%.2f}\n",
      static_cast<long long>(tally.due), static_cast<long long>(tally.sent), static_cast<long long>(tally.given_up), static_cast<long long>(tally.away), static_cast<long long>(tally.busy),
      static_cast<long long>(tally.done), static_cast<long long>(tally.late), static_cast<long long>(tally.refused),
      static_cast<long long>(tally.failed), percentile_ms(tally.done_us, 0.5), percentile_ms(tally.done_us, 0.99),
      percentile_ms(tally.refused_us, 0.5), percentile_ms(tally.refused_us, 0.99), process_cpu_seconds() - cpu_before);
  return 0;
}
