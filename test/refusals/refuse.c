/*
 * A system that refuses, for LD_PRELOAD: fails the n-th call of one kind, or lets the disk stand
 * still. Steered through a file that the tests map (refusals.py): REFUSE_CONTROL names it.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* In the order of POINTS in refusals.py. */
enum point {
  NOTHING,
  THREAD,
  OPEN,
  ACCEPT,
  DLOPEN,
  SOCKET,
  KERNEL_OBJECT, /* epoll, eventfd, timerfd, pipe */
  READ,
  WRITE,
  SYNC,
  TRUNCATE,
  RENAME,
  MAP,
  NEW,      /* operator new, the n-th */
  NEW_SITE, /* operator new, at the next place in the code that was never refused before */
  POINTS
};

#define SITES (1 << 16)

struct control {
  int32_t point;
  int32_t frozen; /* The disk stands still. */
  int64_t nth;    /* Of the calls from now on; 0 refuses none. */
  int64_t burst;  /* How many in a row. */
  int64_t refused;
  int64_t calls[POINTS];
  char folder[512]; /* What "the disk" is. Empty: nothing. */
  uint64_t sites[SITES];
};

static struct control* control;
static unsigned char on_disk[65536];
static uintptr_t new_begin, new_end; /* The code of operator new. */

#define REAL(result, name, ...)                                              \
  static result (*real_##name)(__VA_ARGS__);                                 \
  if (!real_##name) real_##name = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void begin(void) {
  const char* file = getenv("REFUSE_CONTROL");
  if (!file) return;
  REAL(int, open, const char*, int, ...);
  int fd = real_open(file, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  REAL(void*, mmap, void*, size_t, int, int, int, off_t);
  void* mapped =
      real_mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (mapped == MAP_FAILED) return;
  uintptr_t code = (uintptr_t)dlsym(RTLD_DEFAULT, "_Znwm");
  new_begin = code;
  new_end = code + 256;
  control = mapped;
}

/* Whether this call is to fail. Anything that is not armed is only counted. */
static int refuse(enum point point) {
  if (!control) return 0;
  int64_t n = __atomic_add_fetch(&control->calls[point], 1, __ATOMIC_RELAXED);
  if (control->point != (int32_t)point || control->nth == 0) return 0;
  if (n < control->nth || n >= control->nth + control->burst) return 0;
  __atomic_add_fetch(&control->refused, 1, __ATOMIC_RELAXED);
  return 1;
}

static int is_on_disk(const char* path) {
  if (!control || !path || !control->folder[0]) return 0;
  return strncmp(path, control->folder, strlen(control->folder)) == 0;
}

static void wait_for_disk(void) {
  while (control && control->frozen) {
    struct timespec pause = {0, 5000000};
    nanosleep(&pause, NULL);
  }
}

static int of_disk(int fd) { return fd >= 0 && fd < 65536 && on_disk[fd]; }

static int opened(int fd, const char* path) {
  if (fd >= 0 && fd < 65536) on_disk[fd] = (unsigned char)is_on_disk(path);
  return fd;
}

#define FAIL(number) return errno = (number), -1

int pthread_create(pthread_t* thread, const pthread_attr_t* attr, void* (*run)(void*), void* arg) {
  REAL(int, pthread_create, pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  if (refuse(THREAD)) return EAGAIN;
  return real_pthread_create(thread, attr, run, arg);
}

#define OPEN_BODY(name)                                     \
  mode_t mode = 0;                                          \
  if (flags & (O_CREAT | O_TMPFILE)) {                      \
    va_list list;                                           \
    va_start(list, flags);                                  \
    mode = va_arg(list, mode_t);                            \
    va_end(list);                                           \
  }                                                         \
  if (is_on_disk(path)) wait_for_disk();                    \
  if (refuse(OPEN)) FAIL(EMFILE);

int open(const char* path, int flags, ...) {
  REAL(int, open, const char*, int, ...);
  OPEN_BODY(open)
  return opened(real_open(path, flags, mode), path);
}
int open64(const char* path, int flags, ...) {
  REAL(int, open64, const char*, int, ...);
  OPEN_BODY(open64)
  return opened(real_open64(path, flags, mode), path);
}
int openat(int at, const char* path, int flags, ...) {
  REAL(int, openat, int, const char*, int, ...);
  OPEN_BODY(openat)
  int fd = opened(real_openat(at, path, flags, mode), path);
  if (fd >= 0 && fd < 65536 && of_disk(at)) on_disk[fd] = 1;
  return fd;
}
int openat64(int at, const char* path, int flags, ...) {
  REAL(int, openat64, int, const char*, int, ...);
  OPEN_BODY(openat64)
  int fd = opened(real_openat64(at, path, flags, mode), path);
  if (fd >= 0 && fd < 65536 && of_disk(at)) on_disk[fd] = 1;
  return fd;
}
FILE* fopen(const char* path, const char* mode) {
  REAL(FILE*, fopen, const char*, const char*);
  if (is_on_disk(path)) wait_for_disk();
  if (refuse(OPEN)) return errno = EMFILE, NULL;
  return real_fopen(path, mode);
}
FILE* fopen64(const char* path, const char* mode) {
  REAL(FILE*, fopen64, const char*, const char*);
  if (is_on_disk(path)) wait_for_disk();
  if (refuse(OPEN)) return errno = EMFILE, NULL;
  return real_fopen64(path, mode);
}
int close(int fd) {
  REAL(int, close, int);
  if (fd >= 0 && fd < 65536) on_disk[fd] = 0;
  return real_close(fd);
}

int accept(int fd, struct sockaddr* address, socklen_t* size) {
  REAL(int, accept, int, struct sockaddr*, socklen_t*);
  if (refuse(ACCEPT)) FAIL(EMFILE);
  return real_accept(fd, address, size);
}
int accept4(int fd, struct sockaddr* address, socklen_t* size, int flags) {
  REAL(int, accept4, int, struct sockaddr*, socklen_t*, int);
  if (refuse(ACCEPT)) FAIL(EMFILE);
  return real_accept4(fd, address, size, flags);
}
void* dlopen(const char* file, int mode) {
  REAL(void*, dlopen, const char*, int);
  if (file && refuse(DLOPEN)) return NULL;
  return real_dlopen(file, mode);
}
int socket(int domain, int type, int protocol) {
  REAL(int, socket, int, int, int);
  if (refuse(SOCKET)) FAIL(EMFILE);
  return real_socket(domain, type, protocol);
}
int epoll_create1(int flags) {
  REAL(int, epoll_create1, int);
  if (refuse(KERNEL_OBJECT)) FAIL(EMFILE);
  return real_epoll_create1(flags);
}
int eventfd(unsigned value, int flags) {
  REAL(int, eventfd, unsigned, int);
  if (refuse(KERNEL_OBJECT)) FAIL(EMFILE);
  return real_eventfd(value, flags);
}
int timerfd_create(int clock, int flags) {
  REAL(int, timerfd_create, int, int);
  if (refuse(KERNEL_OBJECT)) FAIL(EMFILE);
  return real_timerfd_create(clock, flags);
}
int pipe2(int ends[2], int flags) {
  REAL(int, pipe2, int*, int);
  if (refuse(KERNEL_OBJECT)) FAIL(EMFILE);
  return real_pipe2(ends, flags);
}

#define DISK(result, name, point, number, parameters, arguments, ...) \
  result name parameters {                                            \
    REAL(result, name, __VA_ARGS__);                                  \
    if (of_disk(fd)) {                                                \
      wait_for_disk();                                                \
      if (refuse(point)) FAIL(number);                                \
    }                                                                 \
    return real_##name arguments;                                     \
  }

DISK(ssize_t, read, READ, EIO, (int fd, void* to, size_t n), (fd, to, n), int, void*, size_t)
DISK(ssize_t, pread, READ, EIO, (int fd, void* to, size_t n, off_t at), (fd, to, n, at), int, void*,
     size_t, off_t)
DISK(ssize_t, pread64, READ, EIO, (int fd, void* to, size_t n, off64_t at), (fd, to, n, at), int,
     void*, size_t, off64_t)
DISK(ssize_t, write, WRITE, ENOSPC, (int fd, const void* from, size_t n), (fd, from, n), int,
     const void*, size_t)
DISK(ssize_t, pwrite, WRITE, ENOSPC, (int fd, const void* from, size_t n, off_t at),
     (fd, from, n, at), int, const void*, size_t, off_t)
DISK(ssize_t, pwrite64, WRITE, ENOSPC, (int fd, const void* from, size_t n, off64_t at),
     (fd, from, n, at), int, const void*, size_t, off64_t)
DISK(int, fsync, SYNC, EIO, (int fd), (fd), int)
DISK(int, fdatasync, SYNC, EIO, (int fd), (fd), int)
DISK(int, ftruncate, TRUNCATE, ENOSPC, (int fd, off_t size), (fd, size), int, off_t)
DISK(int, ftruncate64, TRUNCATE, ENOSPC, (int fd, off64_t size), (fd, size), int, off64_t)

int rename(const char* from, const char* to) {
  REAL(int, rename, const char*, const char*);
  if (is_on_disk(to)) {
    wait_for_disk();
    if (refuse(RENAME)) FAIL(EACCES);
  }
  return real_rename(from, to);
}
int renameat(int at, const char* from, int to_at, const char* to) {
  REAL(int, renameat, int, const char*, int, const char*);
  if (is_on_disk(to) || of_disk(to_at)) {
    wait_for_disk();
    if (refuse(RENAME)) FAIL(EACCES);
  }
  return real_renameat(at, from, to_at, to);
}
void* mmap(void* at, size_t size, int protection, int flags, int fd, off_t offset) {
  REAL(void*, mmap, void*, size_t, int, int, int, off_t);
  if (of_disk(fd) && refuse(MAP)) return errno = ENOMEM, MAP_FAILED;
  return real_mmap(at, size, protection, flags, fd, offset);
}
void* mmap64(void* at, size_t size, int protection, int flags, int fd, off64_t offset) {
  REAL(void*, mmap64, void*, size_t, int, int, int, off64_t);
  if (of_disk(fd) && refuse(MAP)) return errno = ENOMEM, MAP_FAILED;
  return real_mmap64(at, size, protection, flags, fd, offset);
}

/* A disk that stands still answers no question about names either. */
#define NAMES(result, name, parameters, arguments, ...) \
  result name parameters {                              \
    REAL(result, name, __VA_ARGS__);                    \
    if (is_on_disk(path)) wait_for_disk();              \
    return real_##name arguments;                       \
  }
NAMES(int, stat, (const char* path, struct stat* to), (path, to), const char*, struct stat*)
NAMES(int, lstat, (const char* path, struct stat* to), (path, to), const char*, struct stat*)
NAMES(int, access, (const char* path, int mode), (path, mode), const char*, int)
NAMES(DIR*, opendir, (const char* path), (path), const char*)
NAMES(int, unlink, (const char* path), (path), const char*)
NAMES(int, mkdir, (const char* path, mode_t mode), (path, mode), const char*, mode_t)

/* Memory: only what operator new asks for, which has frame pointers. */
extern void* __libc_malloc(size_t size);

static uint64_t site_of(uintptr_t* frame) {
  uint64_t key = 1469598103934665603ull;
  for (int i = 0; i < 3; ++i) {
    uintptr_t* next = (uintptr_t*)frame[0];
    key = (key ^ frame[1]) * 1099511628211ull;
    if ((uintptr_t)next % 8 != 0 || next <= frame || next > frame + 65536) break;
    frame = next;
  }
  return key ? key : 1;
}

static int is_new_site(uint64_t key) {
  for (unsigned i = 0, at = key % SITES; i < 64; ++i, at = (at + 1) % SITES) {
    if (control->sites[at] == key) return 0;
    if (control->sites[at] == 0) return control->sites[at] = key, 1;
  }
  return 0;
}

__attribute__((noinline, optimize("no-omit-frame-pointer"))) void* malloc(size_t size) {
  uintptr_t* frame = __builtin_frame_address(0);
  if (control && frame[1] >= new_begin && frame[1] < new_end) {
    if (refuse(NEW)) return errno = ENOMEM, NULL;
    if (control->point == NEW_SITE && control->nth > control->refused &&
        is_new_site(site_of((uintptr_t*)frame[0]))) {
      control->refused++;
      return errno = ENOMEM, NULL;
    }
  }
  return __libc_malloc(size);
}
