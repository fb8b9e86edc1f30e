/*
 * The filesystem of the notify benchmark on libfuse, and the loops that send notifications: NOTIFIER [OPTIONS] MOUNTPOINT.
 * A second thread answers requests. A line "KIND COUNT" on standard input runs one loop; it answers with how many
 * nanoseconds that took, and how many notifications the kernel took.
 */
#define FUSE_USE_VERSION 312
#define _GNU_SOURCE
#include <errno.h>
#include <fuse_lowlevel.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { DIRECTORY = 2, BIG = 3, CLOCK = 4, FIRST = 10, FILES = 4096 };
#define PAGE 4096
#define MIB (1 << 20)
#define BIG_SIZE (64 * MIB)
#define RETRIEVED (128 * 1024)
#define FOR_EVER 1e9

static struct fuse_session *session;
static char data[MIB];
static sem_t retrieved;

static int attributes(fuse_ino_t ino, struct stat *st) {
  memset(st, 0, sizeof *st);
  st->st_ino = ino;
  st->st_nlink = 1;
  st->st_mode = ino <= DIRECTORY ? S_IFDIR | 0755 : S_IFREG | 0644;
  st->st_size = ino == BIG ? BIG_SIZE : PAGE;
  return 0;
}

static fuse_ino_t find(fuse_ino_t parent, const char *name) {
  if (parent == DIRECTORY && name[0] == 'f') {
    long number = atol(name + 1);
    return number >= 0 && number < FILES ? (fuse_ino_t)(FIRST + number) : 0;
  }
  if (parent != FUSE_ROOT_ID) return 0;
  if (strcmp(name, "d") == 0) return DIRECTORY;
  if (strcmp(name, "big") == 0) return BIG;
  return strcmp(name, "clock") == 0 ? CLOCK : 0;
}

static void on_lookup(fuse_req_t req, fuse_ino_t parent, const char *name) {
  struct fuse_entry_param entry = {.entry_timeout = FOR_EVER, .attr_timeout = FOR_EVER};
  entry.ino = find(parent, name);
  if (entry.ino == 0) {
    fuse_reply_err(req, ENOENT);
    return;
  }
  attributes(entry.ino, &entry.attr);
  fuse_reply_entry(req, &entry);
}

static void on_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *info) {
  (void)info;
  struct stat st;
  attributes(ino, &st);
  fuse_reply_attr(req, &st, FOR_EVER);
}

static void on_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *info) {
  (void)ino;
  info->keep_cache = 1;
  fuse_reply_open(req, info);
}

static void on_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *info) {
  (void)ino;
  (void)offset;
  (void)info;
  fuse_reply_buf(req, data, size < sizeof data ? size : sizeof data);
}

static void on_retrieve_reply(fuse_req_t req, void *cookie, fuse_ino_t ino, off_t offset, struct fuse_bufvec *buffers) {
  (void)cookie;
  (void)ino;
  (void)offset;
  static char into[RETRIEVED];
  struct fuse_bufvec target = FUSE_BUFVEC_INIT(RETRIEVED);
  target.buf[0].mem = into;
  if (fuse_buf_size(buffers) > 0) fuse_buf_copy(&target, buffers, 0);
  fuse_reply_none(req);
  sem_post(&retrieved);
}

static const struct fuse_lowlevel_ops operations = {
    .lookup = on_lookup,
    .getattr = on_getattr,
    .open = on_open,
    .read = on_read,
    .retrieve_reply = on_retrieve_reply,
};

static long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000L + t.tv_nsec;
}

static int store(fuse_ino_t ino, off_t offset, size_t size) {
  struct fuse_bufvec buffers = FUSE_BUFVEC_INIT(size);
  buffers.buf[0].mem = data;
  return fuse_lowlevel_notify_store(session, ino, offset, &buffers, 0);
}

static int send_one(const char *kind, long i) {
  fuse_ino_t file = FIRST + i % FILES;
  if (strcmp(kind, "attributes") == 0) return fuse_lowlevel_notify_inval_inode(session, file, -1, 0);
  if (strcmp(kind, "range") == 0) return fuse_lowlevel_notify_inval_inode(session, file, 0, 0);
  if (strcmp(kind, "store-4k") == 0) return store(file, 0, PAGE);
  if (strcmp(kind, "store-1m") == 0) return store(BIG, (i % 64) * MIB, MIB);
  if (strcmp(kind, "retrieve") == 0) {
    off_t offset = (i * RETRIEVED) % BIG_SIZE;
    return fuse_lowlevel_notify_retrieve(session, BIG, RETRIEVED, offset, NULL);
  }
  if (strcmp(kind, "visible") == 0) {
    usleep(1000);
    long stamp = now();
    memcpy(data, &stamp, sizeof stamp);
    return store(CLOCK, 0, PAGE);
  }
  char name[32];
  int length = snprintf(name, sizeof name, "f%ld", i % FILES);
  return fuse_lowlevel_notify_inval_entry(session, DIRECTORY, name, length);
}

static void run(const char *kind, long count) {
  long taken = 0;
  long start = now();
  for (long i = 0; i < count; i++) taken += send_one(kind, i) == 0;
  if (strcmp(kind, "retrieve") == 0) {
    for (long i = 0; i < taken; i++) sem_wait(&retrieved);
  }
  printf("%ld %ld\n", now() - start, taken);
  fflush(stdout);
}

static void *serve(void *unused) {
  (void)unused;
  fuse_session_loop(session);
  return NULL;
}

int main(int argc, char **argv) {
  struct fuse_args args = FUSE_ARGS_INIT(argc, argv);
  struct fuse_cmdline_opts options;
  if (fuse_parse_cmdline(&args, &options) != 0 || options.mountpoint == NULL) return 2;
  sem_init(&retrieved, 0, 0);
  session = fuse_session_new(&args, &operations, sizeof operations, NULL);
  if (session == NULL || fuse_session_mount(session, options.mountpoint) != 0) return 1;
  pthread_t thread;
  pthread_create(&thread, NULL, serve, NULL);
  char kind[32];
  long count;
  while (scanf("%31s %ld", kind, &count) == 2) run(kind, count);
  fuse_session_unmount(session);
  return 0;
}
