// SPDX-License-Identifier: Apache-2.0
// download_floor PORT LIST FOLDER [THREADS]: the least that fetching, encrypting and keeping bytes
// takes. Threads that wait for nobody (one, unless told otherwise) take the next target of LIST
// each, and have one kept connection, one buffer, no copy but the system's own: it is fetched from
// the loopback PORT into a file of FOLDER, in chunks of 64 KiB by AES-256-GCM of OpenSSL whose tags
// go through SHA-256, and synced. What a downloader that does all of that is to be compared with.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

constexpr std::size_t kChunkBytes = std::size_t{64} << 10;
constexpr std::size_t kOverheadBytes = 24;  // of a chunk of the vault: run and tag
constexpr int kTagBytes = 16;
constexpr std::size_t kHeadBytes = std::size_t{16} << 10;

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

void check(bool is_well, const char* what) {
  if (!is_well) die(what);
}

int connect_to(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  check(::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0,
        "connect");
  return socket;
}

// The body's size; what of the body came with the head lies in `begun`.
std::size_t ask(int socket, const std::string& target, std::vector<uint8_t>& begun) {
  const std::string request = "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
  check(::send(socket, request.data(), request.size(), 0) == static_cast<ssize_t>(request.size()),
        "send");
  std::string head;
  std::size_t end = std::string::npos;
  while ((end = head.find("\r\n\r\n")) == std::string::npos && head.size() < kHeadBytes) {
    char piece[1024];
    const ssize_t count = ::recv(socket, piece, sizeof piece, 0);
    check(count > 0, "recv");
    head.append(piece, static_cast<std::size_t>(count));
  }
  check(head.compare(0, 12, "HTTP/1.1 200") == 0 && end != std::string::npos, head.c_str());
  begun.assign(head.begin() + static_cast<std::ptrdiff_t>(end) + 4, head.end());
  head.resize(end);
  std::transform(head.begin(), head.end(), head.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const std::size_t length = head.find("content-length: ");
  check(length != std::string::npos, "no length");
  return std::stoul(head.substr(length + 16));
}

void keep(int socket, const std::string& target, const std::string& path, EVP_CIPHER_CTX* cipher,
          EVP_MD_CTX* hash) {
  std::vector<uint8_t> plain(kChunkBytes);
  std::vector<uint8_t> sealed(kChunkBytes + kOverheadBytes);
  std::vector<uint8_t> begun;
  uint8_t nonce[12] = {};
  uint8_t digest[32];
  std::size_t left = ask(socket, target, begun);
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  check(file >= 0, "open");
  EVP_DigestInit_ex(hash, EVP_sha256(), nullptr);
  while (left > 0) {
    const std::size_t wanted = std::min(left, kChunkBytes);
    std::copy(begun.begin(), begun.end(), plain.begin());
    const std::size_t rest = wanted - begun.size();
    check(::recv(socket, plain.data() + begun.size(), rest, MSG_WAITALL) ==
              static_cast<ssize_t>(rest),
          "recv");
    begun.clear();
    left -= wanted;
    ++nonce[0];
    nonce[1] = static_cast<uint8_t>(nonce[1] + (nonce[0] == 0 ? 1 : 0));
    int count = 0;
    EVP_EncryptInit_ex(cipher, nullptr, nullptr, nullptr, nonce);
    EVP_EncryptUpdate(cipher, sealed.data(), &count, plain.data(), static_cast<int>(wanted));
    EVP_EncryptFinal_ex(cipher, sealed.data() + wanted, &count);
    EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, kTagBytes, sealed.data() + wanted);
    EVP_DigestUpdate(hash, sealed.data() + wanted, kTagBytes);
    const std::size_t size = wanted + kOverheadBytes;
    check(::write(file, sealed.data(), size) == static_cast<ssize_t>(size), "write");
  }
  unsigned int size = 0;
  EVP_DigestFinal_ex(hash, digest, &size);
  check(::fsync(file) == 0, "fsync");
  ::close(file);
}

void keep_all(int port, const std::vector<std::string>& targets, const std::string& folder,
              std::atomic<std::size_t>& next) {
  const uint8_t key[32] = {7};
  EVP_CIPHER_CTX* cipher = EVP_CIPHER_CTX_new();
  EVP_MD_CTX* hash = EVP_MD_CTX_new();
  EVP_EncryptInit_ex(cipher, EVP_aes_256_gcm(), nullptr, key, nullptr);
  const int socket = connect_to(port);
  for (std::size_t n = next++; n < targets.size(); n = next++) {
    keep(socket, targets[n], folder + "/" + std::to_string(n), cipher, hash);
  }
  ::close(socket);
  EVP_MD_CTX_free(hash);
  EVP_CIPHER_CTX_free(cipher);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return std::puts("download_floor PORT LIST FOLDER [THREADS]"), 2;
  std::ifstream list(argv[2]);
  std::vector<std::string> targets;
  for (std::string target; std::getline(list, target);) targets.push_back(target);
  std::atomic<std::size_t> next = 0;
  std::vector<std::thread> threads;
  for (int left = argc > 4 ? std::atoi(argv[4]) : 1; left > 0; --left) {
    threads.emplace_back([&] { keep_all(std::atoi(argv[1]), targets, argv[3], next); });
  }
  for (std::thread& thread : threads) thread.join();
  return 0;
}
