/*
 * A filesystem on libfuse's low-level API that is served over a Unix socket instead of a mount: one directory of files in
 * memory, everything cached for ever. It knows nothing of this library.
 *
 *   server SOCKET     waits for one client, prints "listening" first
 *
 * Each line of standard input is done by a thread of its own, and answered with its result and the number of requests that
 * have come so far, as "RESULT REQUESTS":
 *
 *   set NAME TEXT          changes the content, and tells nobody
 *   drop NAME              removes the name, and tells nobody
 *   inval_inode NAME       fuse_lowlevel_notify_inval_inode
 *   inval_entry NAME       fuse_lowlevel_notify_inval_entry
 *   store NAME TEXT        changes the content, and fuse_lowlevel_notify_store
 *   count                  nothing
 */
#define FUSE_USE_VERSION 314
#include <errno.h>
#include <fuse_lowlevel.h>
#include <linux/fuse.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { FILES = 64, FIRST = 2, NAME = 64, MOST = 4 << 20 };

struct file {
  char name[NAME];
  char *data;
  size_t size;
  mode_t mode;
  int used;
};

static struct file files[FILES];
static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t output = PTHREAD_MUTEX_INITIALIZER;
static struct fuse_session *session;
static atomic_long requests;

static struct file *by_ino(fuse_ino_t ino) {
  return ino >= FIRST && ino < FIRST + FILES && files[ino - FIRST].data ? &files[ino - FIRST] : NULL;
}

static fuse_ino_t ino_of(const struct file *file) { return FIRST + (fuse_ino_t)(file - files); }

static struct file *by_name(const char *name) {
  for (int i = 0; i < FILES; i += 1)
    if (files[i].used && strcmp(files[i].name, name) == 0) return &files[i];
  return NULL;
}

static struct file *make(const char *name, mode_t mode) {
  for (int i = 0; i < FILES; i += 1) {
    if (files[i].data) continue;
    files[i].data = calloc(1, MOST);
    files[i].size = 0;
    files[i].mode = S_IFREG | (mode & 0777);
    files[i].used = 1;
    snprintf(files[i].name, NAME, "%s", name);
    return &files[i];
  }
  return NULL;
}

static void attributes(fuse_ino_t ino, struct stat *st) {
  struct file *file = by_ino(ino);
  memset(st, 0, sizeof *st);
  st->st_ino = ino;
  st->st_nlink = file ? file->used : 2;
  st->st_mode = file ? file->mode : S_IFDIR | 0755;
  st->st_size = file ? (off_t)file->size : 0;
}

static struct fuse_entry_param entry_of(struct file *file) {
  struct fuse_entry_param entry = {.ino = ino_of(file), .attr_timeout = 1e6, .entry_timeout = 1e6};
  attributes(entry.ino, &entry.attr);
  return entry;
}

static void do_lookup(fuse_req_t req, fuse_ino_t parent, const char *name) {
  (void)parent;
  struct file *file = by_name(name);
  struct fuse_entry_param none = {.ino = 0, .entry_timeout = 1e6};
  struct fuse_entry_param entry = file ? entry_of(file) : none;
  fuse_reply_entry(req, &entry);
}

static void do_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi) {
  (void)fi;
  struct stat st;
  attributes(ino, &st);
  fuse_reply_attr(req, &st, 1e6);
}

static void do_setattr(fuse_req_t req, fuse_ino_t ino, struct stat *want, int what, struct fuse_file_info *fi) {
  (void)fi;
  struct file *file = by_ino(ino);
  struct stat st;
  if (file && (what & FUSE_SET_ATTR_MODE)) file->mode = S_IFREG | (want->st_mode & 0777);
  if (file && (what & FUSE_SET_ATTR_SIZE) && want->st_size <= MOST) {
    if ((size_t)want->st_size < file->size) memset(file->data + want->st_size, 0, file->size - want->st_size);
    file->size = want->st_size;
  }
  attributes(ino, &st);
  fuse_reply_attr(req, &st, 1e6);
}

static void do_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi) {
  (void)ino;
  fi->keep_cache = 1;
  fuse_reply_open(req, fi);
}

static void do_create(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, struct fuse_file_info *fi) {
  (void)parent;
  struct file *file = strlen(name) < NAME ? make(name, mode) : NULL;
  if (!file) {
    fuse_reply_err(req, ENOSPC);
    return;
  }
  struct fuse_entry_param entry = entry_of(file);
  fuse_reply_create(req, &entry, fi);
}

static void do_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t at, struct fuse_file_info *fi) {
  (void)fi;
  struct file *file = by_ino(ino);
  size_t there = file && (size_t)at < file->size ? file->size - at : 0;
  fuse_reply_buf(req, there ? file->data + at : NULL, there < size ? there : size);
}

static void do_write(fuse_req_t req, fuse_ino_t ino, const char *data, size_t size, off_t at, struct fuse_file_info *fi) {
  (void)fi;
  struct file *file = by_ino(ino);
  if (!file || at + size > MOST) {
    fuse_reply_err(req, ENOSPC);
    return;
  }
  memcpy(file->data + at, data, size);
  if (at + size > file->size) file->size = at + size;
  fuse_reply_write(req, size);
}

static void do_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t at, struct fuse_file_info *fi) {
  (void)ino, (void)fi;
  char *out = malloc(size);
  size_t used = 0;
  for (off_t i = at; i < FILES; i += 1) {
    if (!files[i].used) continue;
    struct stat st;
    attributes(FIRST + i, &st);
    size_t needed = fuse_add_direntry(req, out + used, size - used, files[i].name, &st, i + 1);
    if (needed > size - used) break;
    used += needed;
  }
  fuse_reply_buf(req, out, used);
  free(out);
}

static void do_unlink(fuse_req_t req, fuse_ino_t parent, const char *name) {
  (void)parent;
  struct file *file = by_name(name);
  if (file) file->used = 0;
  fuse_reply_err(req, file ? 0 : ENOENT);
}

static void do_rename(fuse_req_t req, fuse_ino_t parent, const char *name, fuse_ino_t to, const char *new_name,
                      unsigned int flags) {
  (void)parent, (void)to;
  struct file *file = by_name(name), *old = by_name(new_name);
  if (flags || !file || strlen(new_name) >= NAME) {
    fuse_reply_err(req, file ? EINVAL : ENOENT);
    return;
  }
  if (old && old != file) old->used = 0;
  snprintf(file->name, NAME, "%s", new_name);
  fuse_reply_err(req, 0);
}

static void do_statfs(fuse_req_t req, fuse_ino_t ino) {
  (void)ino;
  struct statvfs st = {.f_bsize = 4096, .f_frsize = 4096, .f_blocks = 1000, .f_bfree = 500, .f_bavail = 400};
  fuse_reply_statfs(req, &st);
}

static const struct fuse_lowlevel_ops operations = {
    .lookup = do_lookup,   .getattr = do_getattr, .setattr = do_setattr, .open = do_open,
    .create = do_create,   .read = do_read,       .write = do_write,     .readdir = do_readdir,
    .unlink = do_unlink,   .rename = do_rename,   .statfs = do_statfs,
};

/* The socket: a stream, in which each message says how long it is. */

static ssize_t read_all(int fd, char *to, size_t length) {
  for (size_t done = 0; done < length;) {
    ssize_t n = read(fd, to + done, length - done);
    if (n <= 0) return n < 0 ? n : (ssize_t)done;
    done += n;
  }
  return length;
}

static ssize_t receive(int fd, void *to, size_t room, void *userdata) {
  (void)userdata;
  struct fuse_in_header *header = to;
  ssize_t n = read_all(fd, to, sizeof *header);
  if (n != sizeof *header) return n < 0 ? n : 0;
  if (header->len > room) {
    errno = EMSGSIZE;
    return -1;
  }
  n = read_all(fd, (char *)to + sizeof *header, header->len - sizeof *header);
  atomic_fetch_add(&requests, 1);
  /* What a request changes is not changed by a command meanwhile; see main. */
  return n < 0 ? n : (ssize_t)header->len;
}

static ssize_t send_message(int fd, struct iovec *iov, int count, void *userdata) {
  (void)userdata;
  size_t length = 0, at = 0;
  for (int i = 0; i < count; i += 1) length += iov[i].iov_len;
  char *whole = malloc(length);
  for (int i = 0; i < count; i += 1) {
    memcpy(whole + at, iov[i].iov_base, iov[i].iov_len);
    at += iov[i].iov_len;
  }
  /* Two threads send. */
  pthread_mutex_lock(&output);
  ssize_t n = 0;
  for (size_t done = 0; done < length && n >= 0; done += n > 0 ? n : 0) n = write(fd, whole + done, length - done);
  pthread_mutex_unlock(&output);
  free(whole);
  return n < 0 ? n : (ssize_t)length;
}

static int put(struct file *file, const char *text) {
  if (!file) return -ENOENT;
  file->size = strlen(text);
  memcpy(file->data, text, file->size);
  return 0;
}

static int command(const char *what, const char *name, const char *text) {
  struct file *file = by_name(name);
  if (strcmp(what, "set") == 0) return put(file ? file : make(name, 0644), text);
  if (strcmp(what, "drop") == 0) return file ? (file->used = 0, 0) : -ENOENT;
  if (strcmp(what, "inval_inode") == 0) return fuse_lowlevel_notify_inval_inode(session, ino_of(file), 0, 0);
  if (strcmp(what, "inval_entry") == 0) return fuse_lowlevel_notify_inval_entry(session, 1, name, strlen(name));
  if (strcmp(what, "store") == 0) {
    put(file, text);
    struct fuse_bufvec bytes = FUSE_BUFVEC_INIT(file->size);
    bytes.buf[0].mem = file->data;
    return fuse_lowlevel_notify_store(session, ino_of(file), 0, &bytes, 0);
  }
  return 0;
}

static void *commands(void *unused) {
  char line[4096];
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    char *rest = line, *what = strsep(&rest, " "), *name = strsep(&rest, " ");
    pthread_mutex_lock(&table);
    int result = command(what, name ? name : "", rest ? rest : "");
    pthread_mutex_unlock(&table);
    printf("%d %ld\n", result, atomic_load(&requests));
    fflush(stdout);
  }
  return unused;
}

int main(int argc, char **argv) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (argc != 2 || strlen(argv[1]) >= sizeof address.sun_path) return 2;
  strcpy(address.sun_path, argv[1]);
  int listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(listening, (struct sockaddr *)&address, sizeof address) || listen(listening, 1)) return 1;
  puts("listening");
  fflush(stdout);
  int client = accept(listening, NULL, NULL);

  char *arguments[] = {argv[0], NULL};
  struct fuse_args args = FUSE_ARGS_INIT(1, arguments);
  struct fuse_custom_io io = {.writev = send_message, .read = receive};
  session = fuse_session_new(&args, &operations, sizeof operations, NULL);
  if (!session || fuse_session_custom_io(session, &io, client)) return 1;
  pthread_t thread;
  if (pthread_create(&thread, NULL, commands, NULL)) return 1;

  struct fuse_buf buffer = {.mem = NULL};
  while (!fuse_session_exited(session) && fuse_session_receive_buf(session, &buffer) > 0) {
    pthread_mutex_lock(&table);
    fuse_session_process_buf(session, &buffer);
    pthread_mutex_unlock(&table);
  }
  fuse_session_destroy(session);
  return 0;
}
