/*
 * The toy filesystem of the serve benchmark, on libfuse's low-level API; toy.ts is the same in TypeScript. Nothing is
 * cached, and no request needs more than a few memory accesses, so that what is timed is the way of a request.
 *
 *   f0 … f7   1 GiB each, direct I/O: reads give the same megabyte over and over, writes go into it
 *   c0 … c7   the same through the page cache
 *   d         a directory of 10,000 names
 *   w         a directory in which names of digits can be created and unlinked
 *
 * Usage: toy [-s] [-o clone_fd] -f MOUNTPOINT
 */
#define FUSE_USE_VERSION 312
#include <errno.h>
#include <fuse_lowlevel.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOT = 1, LISTED = 2, WORK = 3, DIRECT = 16, CACHED = 32, FILES = 8, CREATED = 1000 };
enum { ENTRIES = 10000, NAMES = 1 << 20, BLOCK = 1 << 20 };

static char block[BLOCK];
static char listing[ENTRIES * 64];
static size_t listed;
/* Which names exist in w: one byte each. */
static _Atomic unsigned char *exists;

static int is_file(fuse_ino_t ino) { return ino >= DIRECT && ino < CACHED + FILES; }

static void attributes(fuse_ino_t ino, struct stat *st) {
  memset(st, 0, sizeof *st);
  st->st_ino = ino;
  st->st_nlink = 1;
  st->st_mode = ino <= WORK ? S_IFDIR | 0755 : S_IFREG | 0644;
  st->st_size = is_file(ino) ? 1 << 30 : 0;
}

static void reply_entry(fuse_req_t req, fuse_ino_t ino) {
  struct fuse_entry_param entry;
  memset(&entry, 0, sizeof entry);
  entry.ino = ino;
  attributes(ino, &entry.attr);
  fuse_reply_entry(req, &entry);
}

/* The node of a name in w, or 0 if it is none. */
static fuse_ino_t created(const char *name) {
  char *end;
  unsigned long number = strtoul(name, &end, 10);
  return *name == 0 || *end != 0 || number >= NAMES ? 0 : CREATED + number;
}

static void toy_lookup(fuse_req_t req, fuse_ino_t parent, const char *name) {
  if (parent == WORK) {
    fuse_ino_t ino = created(name);
    if (ino != 0 && exists[ino - CREATED]) return reply_entry(req, ino);
  } else if (parent == ROOT) {
    if (strcmp(name, "d") == 0) return reply_entry(req, LISTED);
    if (strcmp(name, "w") == 0) return reply_entry(req, WORK);
    unsigned digit = (unsigned)name[1] - '0';
    if (strlen(name) == 2 && digit < FILES) {
      if (name[0] == 'f') return reply_entry(req, DIRECT + digit);
      if (name[0] == 'c') return reply_entry(req, CACHED + digit);
    }
  }
  fuse_reply_err(req, ENOENT);
}

static void toy_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *info) {
  (void)info;
  struct stat st;
  attributes(ino, &st);
  fuse_reply_attr(req, &st, 0.0);
}

static void toy_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *info) {
  info->direct_io = ino < CACHED;
  fuse_reply_open(req, info);
}

static void toy_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *info) {
  (void)ino, (void)offset, (void)info;
  fuse_reply_buf(req, block, size > BLOCK ? BLOCK : size);
}

static void toy_write(fuse_req_t req, fuse_ino_t ino, const char *data, size_t size, off_t offset,
                      struct fuse_file_info *info) {
  (void)ino, (void)offset, (void)info;
  size_t taken = size > BLOCK ? BLOCK : size;
  memcpy(block, data, taken);
  fuse_reply_write(req, taken);
}

static void toy_create(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, struct fuse_file_info *info) {
  (void)mode;
  fuse_ino_t ino = parent == WORK ? created(name) : 0;
  if (ino == 0) {
    fuse_reply_err(req, EACCES);
    return;
  }
  exists[ino - CREATED] = 1;
  struct fuse_entry_param entry;
  memset(&entry, 0, sizeof entry);
  entry.ino = ino;
  attributes(ino, &entry.attr);
  fuse_reply_create(req, &entry, info);
}

static void toy_unlink(fuse_req_t req, fuse_ino_t parent, const char *name) {
  fuse_ino_t ino = parent == WORK ? created(name) : 0;
  if (ino == 0 || !exists[ino - CREATED]) {
    fuse_reply_err(req, ENOENT);
    return;
  }
  exists[ino - CREATED] = 0;
  fuse_reply_err(req, 0);
}

static void toy_release(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *info) {
  (void)ino, (void)info;
  fuse_reply_err(req, 0);
}

static void toy_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *info) {
  (void)ino;
  fuse_reply_open(req, info);
}

/* The records of all names, made once; the offset of each is where the next one starts. */
static void make_listing(void) {
  struct stat st = {.st_mode = S_IFREG};
  for (int i = 0; i < ENTRIES; i += 1) {
    char name[16];
    snprintf(name, sizeof name, "entry-%05d", i);
    size_t room = sizeof listing - listed;
    st.st_ino = CREATED + i;
    off_t next = listed + fuse_add_direntry(NULL, NULL, 0, name, NULL, 0);
    listed += fuse_add_direntry(NULL, listing + listed, room, name, &st, next);
  }
}

static void toy_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *info) {
  (void)info;
  size_t left = ino == LISTED && (size_t)offset < listed ? listed - offset : 0;
  fuse_reply_buf(req, listing + offset, left < size ? left : size);
}

static void toy_forget(fuse_req_t req, fuse_ino_t ino, uint64_t nlookup) {
  (void)ino, (void)nlookup;
  fuse_reply_none(req);
}

static const struct fuse_lowlevel_ops ops = {
    .lookup = toy_lookup,
    .forget = toy_forget,
    .getattr = toy_getattr,
    .open = toy_open,
    .read = toy_read,
    .write = toy_write,
    .create = toy_create,
    .unlink = toy_unlink,
    .release = toy_release,
    .opendir = toy_opendir,
    .readdir = toy_readdir,
    .releasedir = toy_release,
};

int main(int argc, char **argv) {
  struct fuse_args args = FUSE_ARGS_INIT(argc, argv);
  struct fuse_cmdline_opts options;
  make_listing();
  exists = calloc(NAMES, 1);
  memset(block, 1, sizeof block);
  if (exists == NULL || fuse_parse_cmdline(&args, &options) != 0) return 1;
  struct fuse_session *session = fuse_session_new(&args, &ops, sizeof ops, NULL);
  if (session == NULL || fuse_set_signal_handlers(session) != 0) return 1;
  if (fuse_session_mount(session, options.mountpoint) != 0) return 1;
  int result;
  if (options.singlethread) {
    result = fuse_session_loop(session);
  } else {
    struct fuse_loop_config *config = fuse_loop_cfg_create();
    fuse_loop_cfg_set_clone_fd(config, options.clone_fd);
    result = fuse_session_loop_mt(session, config);
    fuse_loop_cfg_destroy(config);
  }
  fuse_session_unmount(session);
  fuse_remove_signal_handlers(session);
  fuse_session_destroy(session);
  return result == 0 ? 0 : 1;
}
