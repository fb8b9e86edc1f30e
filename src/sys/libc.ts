/*
 * The table of C functions, and the one object that holds them.
 *
 * Pointers are plain numbers (`uintptr_t`): an address in user space is below 2^47, or 2^52 on arm64 with large
 * addresses, and a number holds that exactly. Functions of the C library that take `...` are declared with fixed
 * parameters; on Linux both calling conventions pass the two alike.
 *
 * What a call costs (Node 20, x64, `read` of a bad descriptor, of which about 85 ns are the kernel's): an address as
 * number 128 to 140 ns, as bigint 132 to 145, a Buffer or Uint8Array for `void *` 142 to 155, a JavaScript string for
 * `const char *` 145 more than an address. `errno` costs 21 ns, a call that stays in user space 24. Results of 32 and
 * 64 bits cost the same; koffi gives a number while it is a safe integer. `fs.readSync` of 64 bytes of /dev/zero costs
 * 315 ns against 169, and one that fails 4300.
 */
import { loadFfi } from './ffi.js'

interface Calls {
  read(fd: number, address: number, length: number): number
  write(fd: number, address: number, length: number): number
  pread(fd: number, address: number, length: number, position: number): number
  pwrite(fd: number, address: number, length: number, position: number): number
  readv(fd: number, iov: number, count: number): number
  writev(fd: number, iov: number, count: number): number
  readBytes(fd: number, bytes: Uint8Array, length: number): number
  writeBytes(fd: number, bytes: Uint8Array, length: number): number
  preadBytes(fd: number, bytes: Uint8Array, length: number, position: number): number
  pwriteBytes(fd: number, bytes: Uint8Array, length: number, position: number): number
  openat(dirfd: number, path: number, flags: number, mode: number): number
  close(fd: number): number
  fcntl(fd: number, command: number, argument: number): number
  ioctl(fd: number, request: number, argument: number): number
  poll(fds: number, count: number, timeoutMs: number): number
  eventfd(initial: number, flags: number): number
  epoll_create1(flags: number): number
  epoll_ctl(epoll: number, operation: number, fd: number, event: number): number
  epoll_wait(epoll: number, events: number, count: number, timeoutMs: number): number
  mmap(address: number, length: number, protection: number, flags: number, fd: number, offset: number): number
  munmap(address: number, length: number): number
  madvise(address: number, length: number, advice: number): number
  mount(source: number, target: number, type: number, flags: number, data: number): number
  umount2(target: number, flags: number): number
  mkdirat(dirfd: number, path: number, mode: number): number
  symlinkat(target: number, dirfd: number, path: number): number
  linkat(fromDir: number, from: number, toDir: number, to: number, flags: number): number
  unlinkat(dirfd: number, path: number, flags: number): number
  readlinkat(dirfd: number, path: number, address: number, length: number): number
  chmod(path: number, mode: number): number
  fchmod(fd: number, mode: number): number
  fchownat(dirfd: number, path: number, uid: number, gid: number, flags: number): number
  utimensat(dirfd: number, path: number, times: number, flags: number): number
  ftruncate(fd: number, size: number): number
  fallocate(fd: number, mode: number, offset: number, length: number): number
  lseek(fd: number, offset: number | bigint, whence: number): number | bigint
  fsync(fd: number): number
  fdatasync(fd: number): number
  syncfs(fd: number): number
  fstatfs(fd: number, address: number): number
  getxattr(path: number, name: number, address: number, length: number): number
  setxattr(path: number, name: number, value: Uint8Array, length: number, flags: number): number
  listxattr(path: number, address: number, length: number): number
  removexattr(path: number, name: number): number
  flock(fd: number, operation: number): number
  prctl(option: number, a: number, b: number, c: number, d: number): number
  umask(mask: number): number
  sched_yield(): number
  unshare(flags: number): number
  socketpair(domain: number, type: number, protocol: number, fds: number): number
  socket(domain: number, type: number, protocol: number): number
  bindSocket(fd: number, address: number, length: number): number
  listen(fd: number, backlog: number): number
  accept4(fd: number, address: number, length: number, flags: number): number
  connect(fd: number, address: number, length: number): number
  getsockopt(fd: number, level: number, option: number, value: number, length: number): number
  setsockopt(fd: number, level: number, option: number, value: number, length: number): number
  recv(fd: number, address: number, length: number, flags: number): number
  sendmsg(fd: number, message: number, flags: number): number
  recvmsg(fd: number, message: number, flags: number): number
  addressOf(bytes: Uint8Array, same: Uint8Array, zero: 0): number
  syscall(number: number, a: number, b: number, c: number, d: number, e: number, f: number): number
}

const PROTOTYPES: Readonly<Record<keyof Calls, string>> = {
  read: 'intptr_t read(int fd, uintptr_t buf, size_t count)',
  write: 'intptr_t write(int fd, uintptr_t buf, size_t count)',
  pread: 'intptr_t pread(int fd, uintptr_t buf, size_t count, int64_t offset)',
  pwrite: 'intptr_t pwrite(int fd, uintptr_t buf, size_t count, int64_t offset)',
  readv: 'intptr_t readv(int fd, uintptr_t iov, int count)',
  writev: 'intptr_t writev(int fd, uintptr_t iov, int count)',
  readBytes: 'intptr_t read(int fd, void *buf, size_t count)',
  writeBytes: 'intptr_t write(int fd, const void *buf, size_t count)',
  preadBytes: 'intptr_t pread(int fd, void *buf, size_t count, int64_t offset)',
  pwriteBytes: 'intptr_t pwrite(int fd, const void *buf, size_t count, int64_t offset)',
  openat: 'int openat(int dirfd, uintptr_t path, int flags, uint32_t mode)',
  close: 'int close(int fd)',
  fcntl: 'int fcntl(int fd, int command, uintptr_t argument)',
  ioctl: 'int ioctl(int fd, unsigned long request, uintptr_t argument)',
  poll: 'int poll(uintptr_t fds, unsigned long count, int timeout)',
  eventfd: 'int eventfd(unsigned int initial, int flags)',
  epoll_create1: 'int epoll_create1(int flags)',
  epoll_ctl: 'int epoll_ctl(int epoll, int operation, int fd, uintptr_t event)',
  epoll_wait: 'int epoll_wait(int epoll, uintptr_t events, int count, int timeout)',
  mmap: 'intptr_t mmap(uintptr_t address, size_t length, int protection, int flags, int fd, int64_t offset)',
  munmap: 'int munmap(uintptr_t address, size_t length)',
  madvise: 'int madvise(uintptr_t address, size_t length, int advice)',
  mount: 'int mount(uintptr_t source, uintptr_t target, uintptr_t type, unsigned long flags, uintptr_t data)',
  umount2: 'int umount2(uintptr_t target, int flags)',
  mkdirat: 'int mkdirat(int dirfd, uintptr_t path, uint32_t mode)',
  symlinkat: 'int symlinkat(uintptr_t target, int dirfd, uintptr_t path)',
  linkat: 'int linkat(int from_dir, uintptr_t from, int to_dir, uintptr_t to, int flags)',
  unlinkat: 'int unlinkat(int dirfd, uintptr_t path, int flags)',
  readlinkat: 'intptr_t readlinkat(int dirfd, uintptr_t path, uintptr_t buf, size_t size)',
  chmod: 'int chmod(uintptr_t path, uint32_t mode)',
  fchmod: 'int fchmod(int fd, uint32_t mode)',
  fchownat: 'int fchownat(int dirfd, uintptr_t path, uint32_t uid, uint32_t gid, int flags)',
  utimensat: 'int utimensat(int dirfd, uintptr_t path, uintptr_t times, int flags)',
  ftruncate: 'int ftruncate(int fd, int64_t size)',
  fallocate: 'int fallocate(int fd, int mode, int64_t offset, int64_t length)',
  lseek: 'int64_t lseek(int fd, int64_t offset, int whence)',
  fsync: 'int fsync(int fd)',
  fdatasync: 'int fdatasync(int fd)',
  syncfs: 'int syncfs(int fd)',
  fstatfs: 'int fstatfs(int fd, uintptr_t buf)',
  getxattr: 'intptr_t getxattr(uintptr_t path, uintptr_t name, uintptr_t value, size_t size)',
  setxattr: 'int setxattr(uintptr_t path, uintptr_t name, const void *value, size_t size, int flags)',
  listxattr: 'intptr_t listxattr(uintptr_t path, uintptr_t list, size_t size)',
  removexattr: 'int removexattr(uintptr_t path, uintptr_t name)',
  flock: 'int flock(int fd, int operation)',
  prctl: 'int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)',
  umask: 'uint32_t umask(uint32_t mask)',
  sched_yield: 'int sched_yield()',
  unshare: 'int unshare(int flags)',
  socketpair: 'int socketpair(int domain, int type, int protocol, uintptr_t fds)',
  socket: 'int socket(int domain, int type, int protocol)',
  bindSocket: 'int bind(int fd, uintptr_t address, uint32_t length)',
  listen: 'int listen(int fd, int backlog)',
  accept4: 'int accept4(int fd, uintptr_t address, uintptr_t length, int flags)',
  connect: 'int connect(int fd, uintptr_t address, uint32_t length)',
  getsockopt: 'int getsockopt(int fd, int level, int option, uintptr_t value, uintptr_t length)',
  setsockopt: 'int setsockopt(int fd, int level, int option, uintptr_t value, uint32_t length)',
  recv: 'intptr_t recv(int fd, uintptr_t buf, size_t length, int flags)',
  sendmsg: 'intptr_t sendmsg(int fd, uintptr_t message, int flags)',
  recvmsg: 'intptr_t recvmsg(int fd, uintptr_t message, int flags)',
  // Copies nothing, and returns its first argument: the address of the array, as a number.
  addressOf: 'uintptr_t memmove(void *to, const void *from, size_t length)',
  syscall: 'long syscall(long number, intptr_t a, intptr_t b, intptr_t c, intptr_t d, intptr_t e, intptr_t f)',
}

/** A koffi function can also run on a thread of libuv's pool; `errno` is lost on the way back. */
interface Detached {
  async(...args: [...unknown[], (error: unknown, result: number) => void]): void
}

/** Memory for the arguments and results of one call at a time; every call may overwrite all of it. */
export interface Scratch {
  readonly address: number
  readonly bytes: Uint8Array
  readonly view: DataView
}

/** Where the parts of {@link Scratch} start, in bytes: two paths with their NUL, and everything else. */
export const SCRATCH = { PATH: 0, PATH2: 8192, DATA: 16_384, DATA_LENGTH: 131_072 } as const

/** All that touches the C library: one object for each JavaScript thread. */
export interface Libc extends Calls {
  errno(this: void): number
  bind(this: void, definition: string): unknown
  view(this: void, address: number, length: number): ArrayBuffer
  readonly scratch: Scratch
  /** Unmaps a range when the ArrayBuffer over it has been collected; see `Memory`. */
  readonly mappings: FinalizationRegistry<{ readonly address: number; readonly length: number }>
}

let loaded: Libc | undefined

/**
 * The C library, loaded at the first call.
 *
 * @throws UnsupportedError where there are no system calls to be had; see {@link loadFfi}
 */
export function libc(): Libc {
  return (loaded ??= load())
}

/**
 * Calls `name` on a thread of libuv's pool and resolves with its result. For the calls that may wait for this very
 * process, such as umount2. There is no errno: a failure is only -1.
 */
export function detached(name: 'mount' | 'umount2' | 'poll', ...args: readonly number[]): Promise<number> {
  const call = libc()[name] as unknown as Detached
  return new Promise((resolve, reject) => {
    call.async(...args, (error, result) => {
      if (error === null || error === undefined) resolve(result)
      else reject(new Error(`${name} could not be called`, { cause: error }))
    })
  })
}

function load(): Libc {
  const ffi = loadFfi()
  const calls = Object.fromEntries(
    Object.entries(PROTOTYPES).map(([name, prototype]) => [name, ffi.bind(prototype)]),
  ) as unknown as Calls
  return {
    ...calls,
    errno: ffi.errno,
    bind: ffi.bind,
    view: ffi.view,
    scratch: mapScratch(calls, ffi.view, SCRATCH.DATA + SCRATCH.DATA_LENGTH),
    mappings: new FinalizationRegistry(({ address, length }) => {
      calls.munmap(address, length)
    }),
  }
}

function mapScratch(calls: Calls, view: Libc['view'], length: number): Scratch {
  const readWrite = 3
  const privateAnonymous = 0x22
  const address = calls.mmap(0, length, readWrite, privateAnonymous, -1, 0)
  if (address === -1) throw new RangeError(`no memory for ${length} bytes of scratch space`)
  const buffer = view(address, length)
  return { address, bytes: new Uint8Array(buffer), view: new DataView(buffer) }
}
