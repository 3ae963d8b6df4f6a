/* SPDX-License-Identifier: Apache-2.0 */
/* Plays the URL given over HTTP of the app's own: a socket and a thread for each request. What an
 * app does with NSURLSession, OkHttp or Cronet has the same shape. http only. cc own_http.c
 * $(pkg-config --cflags --libs playhead) -pthread */
#define _POSIX_C_SOURCE 200809L

#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "playhead/playhead.h"

#define HEAD_BYTES 65536
#define MOST_HEADERS 64

/* One request: the thread's, but for what is under the lock of all. */
typedef struct call {
  struct call* next; /* under the lock */
  playhead_transfer* transfer;
  int socket;       /* under the lock; -1: none */
  int is_cancelled; /* under the lock */
  int has_room;     /* under the lock */
  char host[256], port[8];
  char* request; /* as it goes over the wire */
  size_t request_bytes;
} call;

typedef struct {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  call* calls;
} http;

static int is_wanted(http* all, call* self) {
  int answer;
  pthread_mutex_lock(&all->lock);
  answer = !self->is_cancelled;
  pthread_mutex_unlock(&all->lock);
  return answer;
}

/* Puts a socket where cancel shuts it down, in the place of one that led nowhere. */
static void keep_socket(http* all, call* self, int connection) {
  pthread_mutex_lock(&all->lock);
  if (self->socket >= 0) close(self->socket);
  self->socket = connection;
  pthread_mutex_unlock(&all->lock);
}

/* Answers whether the call has a connection and is still wanted. cancel ends the wait for one, but
 * for getaddrinfo, which nothing ends: a cancelled call, and with it destroy, waits for that. */
static int connect_call(http* all, call* self) {
  struct addrinfo hints, *found = NULL, *it;
  int is_connected = 0;
  memset(&hints, 0, sizeof hints);
  hints.ai_socktype = SOCK_STREAM;
  if (getaddrinfo(self->host, self->port, &hints, &found) != 0) return 0;
  for (it = found; it != NULL && !is_connected && is_wanted(all, self); it = it->ai_next) {
    const int connection = socket(it->ai_family, it->ai_socktype, it->ai_protocol);
    if (connection < 0) continue;
    keep_socket(all, self, connection);
    is_connected = is_wanted(all, self) && connect(connection, it->ai_addr, it->ai_addrlen) == 0;
  }
  freeaddrinfo(found);
  return is_connected && is_wanted(all, self);
}

/* Hands over the head: lines that each have their end; the text is cut to pieces. */
static playhead_status tell_head(playhead_transfer* transfer, char* text) {
  const char* pairs[2 * MOST_HEADERS + 1];
  int count = 0;
  const char* space = strchr(text, ' ');
  const int status = space != NULL ? atoi(space) : 0;
  char* line = strstr(text, "\r\n") + 2;
  while (*line != '\0' && count < MOST_HEADERS) {
    char* end = strstr(line, "\r\n");
    char* value = strchr(line, ':');
    *end = '\0';
    if (value != NULL && value < end) {
      *value++ = '\0';
      pairs[2 * count] = line;
      pairs[2 * count++ + 1] = value + strspn(value, " ");
    }
    line = end + 2;
  }
  pairs[2 * count] = NULL;
  return playhead_transfer_head(transfer, status, pairs);
}

/* Hands over the body's next piece; waits while there is no room. Answers whether more is wanted.
 */
static int tell_body(http* all, call* self, const char* bytes, size_t size) {
  playhead_status status;
  pthread_mutex_lock(&all->lock);
  self->has_room = 0; /* before the call: room may come while it is on */
  pthread_mutex_unlock(&all->lock);
  status = playhead_transfer_body(self->transfer, bytes, size);
  pthread_mutex_lock(&all->lock);
  while (status == PLAYHEAD_TRANSFER_WAIT && !self->has_room && !self->is_cancelled) {
    pthread_cond_wait(&all->changed, &all->lock);
  }
  pthread_mutex_unlock(&all->lock);
  return status >= 0;
}

/* Sends the request and hands over the answer. Answers with what it is finished. */
static playhead_status exchange(http* all, call* self) {
  static const char empty_line[] = "\r\n\r\n";
  char buffer[HEAD_BYTES];
  size_t held = 0, sent = 0;
  int has_head = 0;
  while (sent < self->request_bytes) {
    const ssize_t n =
        send(self->socket, self->request + sent, self->request_bytes - sent, MSG_NOSIGNAL);
    if (n <= 0) return -PLAYHEAD_ERROR_CONNECTION_LOST;
    sent += (size_t)n;
  }
  playhead_transfer_sent(self->transfer);
  for (;;) {
    char* body = buffer;
    const ssize_t n = recv(self->socket, buffer + held, sizeof buffer - 1 - held, 0);
    if (n < 0) return -PLAYHEAD_ERROR_CONNECTION_LOST;
    if (n == 0) return has_head ? PLAYHEAD_OK : -PLAYHEAD_ERROR_CONNECTION_LOST;
    held += (size_t)n;
    if (!has_head) {
      buffer[held] = '\0';
      body = strstr(buffer, empty_line);
      if (body == NULL && held == sizeof buffer - 1) return -PLAYHEAD_ERROR_BAD_RESPONSE;
      if (body == NULL) continue;
      body += sizeof empty_line - 1;
      held -= (size_t)(body - buffer);
      body[-2] = '\0'; /* in the empty line */
      has_head = 1;
      if (tell_head(self->transfer, buffer) < 0) return PLAYHEAD_OK;
    }
    if (held > 0 && !tell_body(all, self, body, held)) return PLAYHEAD_OK;
    held = 0;
  }
}

static void end_call(http* all, call* self, playhead_status status) {
  call** link = &all->calls;
  pthread_mutex_lock(&all->lock);
  while (*link != self) link = &(*link)->next;
  *link = self->next;
  if (self->socket >= 0) close(self->socket);
  pthread_cond_broadcast(&all->changed);
  pthread_mutex_unlock(&all->lock);
  playhead_transfer_finish(self->transfer, status, NULL, 0); /* nothing, when it was cancelled */
  free(self->request);
  free(self);
}

struct begun {
  http* all;
  call* self;
};

static void* run_call(void* argument) {
  struct begun begun = *(struct begun*)argument;
  playhead_status status = -PLAYHEAD_ERROR_NETWORK_UNREACHABLE;
  free(argument);
  if (connect_call(begun.all, begun.self)) status = exchange(begun.all, begun.self);
  end_call(begun.all, begun.self, status);
  return NULL;
}

/* "http://host:port/path" and all the rest into a call. Answers whether that can be asked for. */
static int write_request(call* self, const playhead_transfer_request* from) {
  const char* path;
  const char* const* header;
  size_t length = strlen(from->url) + strlen(from->method) + (size_t)from->body_bytes + 512;
  int written;
  strcpy(self->port, "80");
  if (sscanf(from->url, "http://%255[^:/?]:%7[0-9]", self->host, self->port) < 1) return 0;
  path = strpbrk(from->url + strlen("http://"), "/?");
  for (header = from->headers; *header != NULL; ++header) length += strlen(*header) + 4;
  self->request = malloc(length);
  if (self->request == NULL) return 0;
  /* HTTP/1.0: bodies come as they are, and end with their connection. */
  written = sprintf(self->request, "%s %s%s HTTP/1.0\r\nHost: %s:%s\r\n", from->method,
                    path == NULL || *path == '?' ? "/" : "", path == NULL ? "" : path, self->host,
                    self->port);
  for (header = from->headers; *header != NULL; header += 2) {
    written += sprintf(self->request + written, "%s: %s\r\n", header[0], header[1]);
  }
  if (from->body != NULL) {
    written += sprintf(self->request + written, "Content-Length: %llu\r\n",
                       (unsigned long long)from->body_bytes);
  }
  written += sprintf(self->request + written, "\r\n");
  if (from->body != NULL) memcpy(self->request + written, from->body, (size_t)from->body_bytes);
  self->request_bytes = (size_t)written + (size_t)from->body_bytes;
  return 1;
}

static void start(void* user, playhead_transfer* transfer,
                  const playhead_transfer_request* request) {
  http* all = user;
  call* self = calloc(1, sizeof *self);
  struct begun* begun = malloc(sizeof *begun);
  pthread_t thread;
  if (self == NULL || begun == NULL || !write_request(self, request)) {
    playhead_transfer_finish(transfer, -PLAYHEAD_ERROR_INVALID_URL, NULL, 0);
    if (self != NULL) free(self->request);
    free(self);
    free(begun);
    return;
  }
  self->transfer = transfer;
  self->socket = -1;
  begun->all = all;
  begun->self = self;
  pthread_mutex_lock(&all->lock);
  self->next = all->calls;
  all->calls = self;
  pthread_mutex_unlock(&all->lock);
  if (pthread_create(&thread, NULL, run_call, begun) == 0) {
    pthread_detach(thread);
    return;
  }
  free(begun);
  end_call(all, self, -PLAYHEAD_ERROR_NETWORK_UNREACHABLE);
}

/* Of a cancelled call, and of one that has room again. */
static void wake(http* all, playhead_transfer* transfer, int is_cancelled) {
  call* it;
  pthread_mutex_lock(&all->lock);
  for (it = all->calls; it != NULL; it = it->next) {
    if (it->transfer != transfer) continue;
    if (is_cancelled) it->is_cancelled = 1;
    if (is_cancelled && it->socket >= 0) shutdown(it->socket, SHUT_RDWR);
    it->has_room = 1;
  }
  pthread_cond_broadcast(&all->changed);
  pthread_mutex_unlock(&all->lock);
}

static void cancel(void* user, playhead_transfer* transfer) { wake(user, transfer, 1); }
static void resume(void* user, playhead_transfer* transfer) { wake(user, transfer, 0); }

/* All calls have been cancelled; their threads go at once, or when getaddrinfo has answered. */
static void destroy(void* user) {
  http* all = user;
  pthread_mutex_lock(&all->lock);
  while (all->calls != NULL) pthread_cond_wait(&all->changed, &all->lock);
  pthread_mutex_unlock(&all->lock);
}

int main(int argc, char** argv) {
  static http all = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, NULL};
  playhead_transport transport = PLAYHEAD_TRANSPORT_INIT;
  playhead_client_config config = PLAYHEAD_CLIENT_CONFIG_INIT;
  playhead_source source = PLAYHEAD_SOURCE_INIT;
  playhead_event event = PLAYHEAD_EVENT_INIT;
  playhead_client* client = NULL;
  playhead_player* player = NULL;
  playhead_status status;
  if (argc != 2) return fputs("usage: own_http URL\n", stderr), 2;
  transport.user = &all;
  transport.destroy = destroy;
  transport.start = start;
  transport.cancel = cancel;
  transport.resume = resume;
  config.transport = &transport;
  status = playhead_client_create(&config, &client);
  if (!status) status = playhead_player_create(client, NULL, &player);
  source.url = argv[1];
  if (!status) status = playhead_player_load(player, &source);
  while (!status && event.type != PLAYHEAD_EVENT_ENDED) {
    status = playhead_player_next_event(player, -1, &event);
    if (event.type == PLAYHEAD_EVENT_FAILED) status = -event.error_code;
  }
  if (status) fprintf(stderr, "%s\n", playhead_error_meaning(status));
  playhead_player_destroy(player);
  playhead_client_destroy(client);
  return status ? 1 : 0;
}
