/*
 * The load of the serve benchmark: does one thing over and over in a directory that toy.c or toy.ts serves, from one or
 * more threads, each on a file of its own, for a while.
 *
 * Usage: load DIRECTORY KIND THREADS MILLISECONDS [BLOCK]
 * Prints one line: how many operations were done, and how many nanoseconds that took.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MOST_THREADS = 8, ENTRIES = 10000, NAMES = 100000 };

static const char *directory, *kind;
static size_t block_size = 4096;
static _Atomic int stopped;
static pthread_barrier_t ready;

struct client {
  int number, fd;
  long done;
  char path[4096];
  char *buffer;
};

static long now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000L + t.tv_nsec;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static int open_file(struct client *c, char letter, int flags) {
  snprintf(c->path, sizeof c->path, "%s/%c%d", directory, letter, c->number);
  int fd = open(c->path, flags);
  if (fd < 0) fail(c->path);
  return fd;
}

static void do_statx(struct client *c) {
  struct statx x;
  if (statx(c->fd, "", AT_EMPTY_PATH | AT_STATX_FORCE_SYNC, STATX_BASIC_STATS, &x) != 0) fail("statx");
}

static void do_stat(struct client *c) {
  struct stat st;
  if (stat(c->path, &st) != 0) fail("stat");
}

static void do_read(struct client *c) {
  off_t offset = (off_t)(c->done * block_size % (1 << 29));
  if (pread(c->fd, c->buffer, block_size, offset) != (ssize_t)block_size) fail("pread");
}

/* Through the page cache, which opening the file anew empties every 64 MiB. */
static void do_cached_read(struct client *c) {
  size_t offset = c->done * block_size % (64 << 20);
  if (offset == 0 && c->done > 0) {
    close(c->fd);
    c->fd = open(c->path, O_RDONLY);
  }
  if (pread(c->fd, c->buffer, block_size, (off_t)offset) != (ssize_t)block_size) fail("pread");
}

static void do_write(struct client *c) {
  off_t offset = (off_t)(c->done * block_size % (64 << 20));
  if (pwrite(c->fd, c->buffer, block_size, offset) != (ssize_t)block_size) fail("pwrite");
}

static void do_create(struct client *c) {
  char path[4200];
  snprintf(path, sizeof path, "%s/w/%ld", directory, c->number * (long)NAMES + c->done % NAMES);
  int fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0644);
  if (fd < 0) fail(path);
  close(fd);
  if (unlink(path) != 0) fail("unlink");
}

static void do_list(struct client *c) {
  (void)c;
  char path[4200];
  snprintf(path, sizeof path, "%s/d", directory);
  DIR *dir = opendir(path);
  int count = 0;
  if (dir == NULL) fail(path);
  while (readdir(dir) != NULL) count += 1;
  closedir(dir);
  if (count != ENTRIES) {
    fprintf(stderr, "%d entries\n", count);
    exit(1);
  }
}

static const struct operation {
  const char *kind;
  void (*run)(struct client *);
  char letter;
  int flags;
} operations[] = {
    {"statx", do_statx, 'f', O_RDONLY},
    {"stat", do_stat, 'f', O_RDONLY},
    {"read", do_read, 'f', O_RDONLY},
    {"cached-read", do_cached_read, 'c', O_RDONLY},
    {"write", do_write, 'f', O_WRONLY},
    {"cached-write", do_write, 'c', O_WRONLY},
    {"create", do_create, 'f', O_RDONLY},
    {"list", do_list, 'f', O_RDONLY},
};
static const struct operation *operation;

static void *run_client(void *argument) {
  struct client *c = argument;
  c->fd = open_file(c, operation->letter, operation->flags);
  c->buffer = aligned_alloc(4096, block_size);
  memset(c->buffer, 2, block_size);
  operation->run(c);
  pthread_barrier_wait(&ready);
  long done = 0;
  while (!stopped) {
    operation->run(c);
    done = c->done += 1;
  }
  c->done = done;
  close(c->fd);
  return NULL;
}

int main(int argc, char **argv) {
  if (argc < 5) {
    fprintf(stderr, "usage: load DIRECTORY KIND THREADS MILLISECONDS [BLOCK]\n");
    return 2;
  }
  directory = argv[1];
  kind = argv[2];
  int threads = atoi(argv[3]);
  long milliseconds = atol(argv[4]);
  if (argc > 5) block_size = (size_t)atol(argv[5]);
  for (size_t i = 0; i < sizeof operations / sizeof *operations; i += 1) {
    if (strcmp(operations[i].kind, kind) == 0) operation = &operations[i];
  }
  if (operation == NULL || threads < 1 || threads > MOST_THREADS) {
    fprintf(stderr, "load: no such kind, or too many threads\n");
    return 2;
  }
  static struct client clients[MOST_THREADS];
  pthread_t ids[MOST_THREADS];
  pthread_barrier_init(&ready, NULL, (unsigned)threads + 1);
  for (int i = 0; i < threads; i += 1) {
    clients[i].number = i;
    if (pthread_create(&ids[i], NULL, run_client, &clients[i]) != 0) fail("pthread_create");
  }
  pthread_barrier_wait(&ready);
  long start = now_ns();
  struct timespec pause = {milliseconds / 1000, milliseconds % 1000 * 1000000};
  nanosleep(&pause, NULL);
  stopped = 1;
  long total = 0;
  for (int i = 0; i < threads; i += 1) {
    pthread_join(ids[i], NULL);
    total += clients[i].done;
  }
  printf("%ld %ld\n", total, now_ns() - start);
  return 0;
}
