/*
 * Reads the first bytes of FILE again and again, without a pause, through one descriptor: WATCHER FILE COUNT. Each time
 * they change they say when, on CLOCK_MONOTONIC, they were stored; it prints the ages of COUNT changes in nanoseconds.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000L + t.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  setvbuf(stdout, NULL, _IOLBF, 0);
  int fd = open(argv[1], O_RDONLY);
  if (fd < 0) return 1;
  long last = 0;
  long start = now();
  pread(fd, &last, sizeof last, 0);
  puts("ready");
  puts("ready");
  for (long left = atol(argv[2]); left > 0;) {
    long stamp;
    if (pread(fd, &stamp, sizeof stamp, 0) != sizeof stamp) return 1;
    long seen = now();
    if (seen - start > 60L * 1000000000L) return 3;
    if (stamp == last) continue;
    last = stamp;
    left--;
    printf("%ld\n", seen - stamp);
  }
  return 0;
}
