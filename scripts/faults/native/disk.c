/*
 * Stands between a process and its disk, for the fault tests: records what is written and
 * synced under one folder, and fails or delays it when told. Preloaded; compiled at test time.
 *
 *   DISK_FOLDER   the folder that is watched (absolute, without symbolic links)
 *   DISK_MARKS    a file: what the process appends to it is recorded in its order among the writes
 *   DISK_RECORD   where the record goes
 *   DISK_ORDERS   a file of `struct orders`, mapped, which may be changed at any time
 *
 * One lock is held over each call and its record, so that the record's order is the true one.
 * A record: kind (1 octet), inode (8), offset (8), lengths of two texts (4 and 4), the texts;
 * all little endian.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { FDS = 4096, FOREIGN = 0, WATCHED = 1, MARKS = 2, KILL_BEFORE = 1001, KILL_AFTER = 1002 };

/* What the test orders; see orders.ts. */
struct orders {
  uint32_t calls;      /* bit set of kinds that are counted: 1 write, 2 sync, 4 rename, 8 unlink, 16 open to write, 32 truncate, 64 mark */
  uint32_t skip;       /* so many counted calls still succeed */
  uint32_t fail;       /* so many then fail; UINT32_MAX: until told otherwise */
  uint32_t error;      /* with this errno; KILL_BEFORE, KILL_AFTER: the process ends there instead */
  uint32_t sync_us;    /* every sync takes so many microseconds longer */
  uint32_t counted;    /* answer: calls counted so far */
  uint32_t failed;     /* answer: calls failed so far */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char folder[PATH_MAX], marks[PATH_MAX];
static int record = -1;
static struct orders *orders;
static unsigned char kinds[FDS];

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (found == NULL) abort();
  return found;
}

static void give_up(const char *what) {
  dprintf(2, "disk: %s is not recorded\n", what);
  abort();
}

__attribute__((constructor)) static void begin(void) {
  const char *name = getenv("DISK_FOLDER");
  if (name == NULL) return;
  snprintf(folder, sizeof folder, "%s", name);
  if ((name = getenv("DISK_MARKS")) != NULL) snprintf(marks, sizeof marks, "%s", name);
  if ((name = getenv("DISK_RECORD")) != NULL) record = (int)syscall(SYS_openat, AT_FDCWD, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if ((name = getenv("DISK_ORDERS")) != NULL) {
    int fd = (int)syscall(SYS_openat, AT_FDCWD, name, O_RDWR | O_CLOEXEC, 0);
    void *map = mmap(NULL, sizeof(struct orders), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED) abort();
    orders = map;
    syscall(SYS_close, fd);
  }
}

/* ---- what is watched ---- */

static int kind_of_path(const char *path) {
  size_t length = strlen(folder);
  if (length == 0 || path == NULL) return FOREIGN;
  if (marks[0] != 0 && strcmp(path, marks) == 0) return MARKS;
  return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == 0) ? WATCHED : FOREIGN;
}

/* SQLite's shared memory is made anew after a power cut. */
static int is_shared_memory(const char *path) {
  size_t length = strlen(path);
  return length > 4 && strcmp(path + length - 4, "-shm") == 0;
}

static int kind_of(int fd) { return fd >= 0 && fd < FDS ? kinds[fd] : FOREIGN; }

static uint64_t inode_of(int fd) {
  struct stat about;
  return fstat(fd, &about) == 0 ? about.st_ino : 0;
}

static int exists(const char *path, struct stat *about) { return lstat(path, about) == 0; }

static void put(char kind, uint64_t inode, uint64_t offset, const void *one, uint32_t one_length, const void *two, uint32_t two_length) {
  if (record < 0) return;
  unsigned char head[25];
  head[0] = (unsigned char)kind;
  memcpy(head + 1, &inode, 8);
  memcpy(head + 9, &offset, 8);
  memcpy(head + 17, &one_length, 4);
  memcpy(head + 21, &two_length, 4);
  struct iovec parts[3] = {{head, sizeof head}, {(void *)one, one_length}, {(void *)two, two_length}};
  long wrote = syscall(SYS_writev, record, parts, 3);
  if (wrote != (long)(sizeof head + one_length + two_length)) abort();
}

static void put_path(char kind, uint64_t inode, const char *one, const char *two) {
  put(kind, inode, 0, one, (uint32_t)strlen(one), two, two == NULL ? 0 : (uint32_t)strlen(two));
}

static int is_last = 0;

/* Called when a call is over. */
static void end_if_last(void) {
  if (is_last) kill(getpid(), SIGKILL);
}

/* Whether this call is to fail; errno is set then. */
static int ordered(uint32_t call) {
  if (orders == NULL || (orders->calls & call) == 0) return 0;
  orders->counted += 1;
  if (orders->skip > 0) {
    orders->skip -= 1;
    return 0;
  }
  if (orders->fail == 0) return 0;
  if (orders->fail != UINT32_MAX) orders->fail -= 1;
  orders->failed += 1;
  if (orders->error == KILL_BEFORE) kill(getpid(), SIGKILL);
  if (orders->error == KILL_AFTER) {
    is_last = 1;
    return 0;
  }
  errno = (int)orders->error;
  return 1;
}

/* ---- opening and closing ---- */

static int opened(int fd, const char *path, int flags, int was_there) {
  if (fd < 0 || fd >= FDS) return fd;
  kinds[fd] = (unsigned char)kind_of_path(path);
  if (kinds[fd] == WATCHED && is_shared_memory(path)) kinds[fd] = FOREIGN;
  if (kinds[fd] == WATCHED && (flags & O_CREAT) != 0 && !was_there) put_path('c', inode_of(fd), path, NULL);
  else if (kinds[fd] == WATCHED && (flags & O_TRUNC) != 0) put('t', inode_of(fd), 0, NULL, 0, NULL, 0);
  return fd;
}

static int open_at(int at, const char *path, int flags, mode_t mode) {
  char whole[PATH_MAX];
  struct stat about;
  if (at != AT_FDCWD && path[0] != '/') {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", at);
    ssize_t length = readlink(link, whole, sizeof whole - 1);
    if (length < 0) length = 0;
    snprintf(whole + length, sizeof whole - (size_t)length, "/%s", path);
  } else {
    snprintf(whole, sizeof whole, "%s", path);
  }
  if (kind_of_path(whole) == FOREIGN) {
    int fd = REAL(openat)(at, path, flags, mode);
    if (fd >= 0 && fd < FDS) kinds[fd] = FOREIGN;
    return fd;
  }
  pthread_mutex_lock(&lock);
  int fd = -1;
  int was_there = exists(whole, &about);
  int writes = (flags & O_ACCMODE) != O_RDONLY && kind_of_path(whole) == WATCHED && !is_shared_memory(whole);
  if (!writes || !ordered(16)) fd = opened(REAL(openat)(at, path, flags, mode), whole, flags, was_there);
  int error = errno;
  end_if_last();
  pthread_mutex_unlock(&lock);
  errno = error;
  return fd;
}

#define MODE(flags) \
  mode_t mode = 0; \
  if (((flags) & (O_CREAT | O_TMPFILE)) != 0) { \
    va_list rest; \
    va_start(rest, flags); \
    mode = (mode_t)va_arg(rest, int); \
    va_end(rest); \
  }

int open(const char *path, int flags, ...) { MODE(flags) return open_at(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return open_at(AT_FDCWD, path, flags | O_LARGEFILE, mode); }
int openat(int at, const char *path, int flags, ...) { MODE(flags) return open_at(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE(flags) return open_at(at, path, flags | O_LARGEFILE, mode); }
int creat(const char *path, mode_t mode) { return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

int close(int fd) {
  if (fd >= 0 && fd < FDS) kinds[fd] = FOREIGN;
  return REAL(close)(fd);
}

int closedir(DIR *folder) {
  int fd = dirfd(folder);
  if (fd >= 0 && fd < FDS) kinds[fd] = FOREIGN;
  return REAL(closedir)(folder);
}

/* ---- writing ---- */

/* `offset` -1: where the file's own position is, or its end when it is appended to. */
static ssize_t write_at(int fd, const struct iovec *parts, int count, off_t offset) {
  int kind = kind_of(fd);
  if (kind == FOREIGN) return offset < 0 ? (ssize_t)syscall(SYS_writev, fd, parts, count) : (ssize_t)syscall(SYS_pwritev, fd, parts, count, offset, 0);
  pthread_mutex_lock(&lock);
  ssize_t wrote = -1;
  if (!ordered(kind == MARKS ? 64 : 1)) {
    off_t at = offset;
    if (offset < 0) {
      struct stat about;
      at = (fcntl(fd, F_GETFL) & O_APPEND) != 0 && fstat(fd, &about) == 0 ? about.st_size : lseek(fd, 0, SEEK_CUR);
    }
    wrote = offset < 0 ? (ssize_t)syscall(SYS_writev, fd, parts, count) : (ssize_t)syscall(SYS_pwritev, fd, parts, count, offset, 0);
    ssize_t left = wrote;
    for (int index = 0; index < count && left > 0; index += 1) {
      size_t length = parts[index].iov_len < (size_t)left ? parts[index].iov_len : (size_t)left;
      put(kind == MARKS ? 'm' : 'w', inode_of(fd), (uint64_t)at, parts[index].iov_base, (uint32_t)length, NULL, 0);
      at += (off_t)length;
      left -= (ssize_t)length;
    }
  }
  int error = errno;
  end_if_last();
  pthread_mutex_unlock(&lock);
  errno = error;
  return wrote;
}

ssize_t write(int fd, const void *data, size_t length) {
  if (kind_of(fd) == FOREIGN) return (ssize_t)syscall(SYS_write, fd, data, length);
  struct iovec part = {(void *)data, length};
  return write_at(fd, &part, 1, -1);
}
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
  if (kind_of(fd) == FOREIGN) return (ssize_t)syscall(SYS_pwrite64, fd, data, length, offset);
  struct iovec part = {(void *)data, length};
  return write_at(fd, &part, 1, offset);
}
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) { return pwrite(fd, data, length, offset); }
ssize_t writev(int fd, const struct iovec *parts, int count) { return write_at(fd, parts, count, -1); }
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) { return write_at(fd, parts, count, offset); }
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) { return write_at(fd, parts, count, offset); }

int ftruncate(int fd, off_t length) {
  if (kind_of(fd) == FOREIGN) return (int)syscall(SYS_ftruncate, fd, length);
  pthread_mutex_lock(&lock);
  int answer = -1;
  if (!ordered(32)) answer = (int)syscall(SYS_ftruncate, fd, length);
  if (answer == 0) put('t', inode_of(fd), (uint64_t)length, NULL, 0, NULL, 0);
  int error = errno;
  end_if_last();
  pthread_mutex_unlock(&lock);
  errno = error;
  return answer;
}
int ftruncate64(int fd, off64_t length) { return ftruncate(fd, length); }

/* ---- syncing ---- */

static int sync_fd(int fd, long call) {
  if (kind_of(fd) != WATCHED) return (int)syscall(call, fd);
  if (orders != NULL && orders->sync_us > 0) {
    struct timespec pause = {orders->sync_us / 1000000, (long)(orders->sync_us % 1000000) * 1000};
    nanosleep(&pause, NULL);
  }
  pthread_mutex_lock(&lock);
  int answer = -1;
  if (!ordered(2)) {
    answer = (int)syscall(call, fd);
    if (answer == 0) put('s', inode_of(fd), 0, NULL, 0, NULL, 0);
  } else {
    put('f', inode_of(fd), 0, NULL, 0, NULL, 0);
  }
  int error = errno;
  end_if_last();
  pthread_mutex_unlock(&lock);
  errno = error;
  return answer;
}
int fsync(int fd) { return sync_fd(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_fd(fd, SYS_fdatasync); }

/* ---- names ---- */

int rename(const char *from, const char *to) {
  if (kind_of_path(from) != WATCHED && kind_of_path(to) != WATCHED) return (int)syscall(SYS_rename, from, to);
  pthread_mutex_lock(&lock);
  struct stat about;
  int answer = -1;
  uint64_t inode = exists(from, &about) ? about.st_ino : 0;
  if (!ordered(4)) answer = (int)syscall(SYS_rename, from, to);
  if (answer == 0) put_path('r', inode, from, to);
  int error = errno;
  end_if_last();
  pthread_mutex_unlock(&lock);
  errno = error;
  return answer;
}

static int unlink_path(const char *path, int is_folder) {
  long call = is_folder ? SYS_rmdir : SYS_unlink;
  if (kind_of_path(path) != WATCHED || is_shared_memory(path)) return (int)syscall(call, path);
  pthread_mutex_lock(&lock);
  struct stat about;
  int answer = -1;
  uint64_t inode = exists(path, &about) ? about.st_ino : 0;
  if (!ordered(8)) answer = (int)syscall(call, path);
  if (answer == 0) put_path('u', inode, path, NULL);
  int error = errno;
  end_if_last();
  pthread_mutex_unlock(&lock);
  errno = error;
  return answer;
}
int unlink(const char *path) { return unlink_path(path, 0); }
int rmdir(const char *path) { return unlink_path(path, 1); }
int remove(const char *path) {
  struct stat about;
  return unlink_path(path, exists(path, &about) && S_ISDIR(about.st_mode));
}
int unlinkat(int at, const char *path, int flags) {
  if (at == AT_FDCWD || path[0] == '/') return unlink_path(path, (flags & AT_REMOVEDIR) != 0);
  char link[64], whole[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", at);
  ssize_t length = readlink(link, whole, sizeof whole - 1);
  if (length < 0) return -1;
  snprintf(whole + length, sizeof whole - (size_t)length, "/%s", path);
  return unlink_path(whole, (flags & AT_REMOVEDIR) != 0);
}

int mkdir(const char *path, mode_t mode) {
  if (kind_of_path(path) != WATCHED) return (int)syscall(SYS_mkdir, path, mode);
  pthread_mutex_lock(&lock);
  int answer = (int)syscall(SYS_mkdir, path, mode);
  struct stat about;
  if (answer == 0 && exists(path, &about)) put_path('d', about.st_ino, path, NULL);
  int error = errno;
  end_if_last();
  pthread_mutex_unlock(&lock);
  errno = error;
  return answer;
}

/* ---- what nobody is known to use here, and would escape the record ---- */

static void refuse(const char *path, const char *what) {
  if (kind_of_path(path) == WATCHED) give_up(what);
}
int link(const char *from, const char *to) { refuse(to, "link"); return REAL(link)(from, to); }
int linkat(int at, const char *from, int other, const char *to, int flags) { refuse(to, "linkat"); return REAL(linkat)(at, from, other, to, flags); }
int symlink(const char *target, const char *path) { refuse(path, "symlink"); return REAL(symlink)(target, path); }
int truncate(const char *path, off_t length) { refuse(path, "truncate"); return REAL(truncate)(path, length); }
int truncate64(const char *path, off64_t length) { refuse(path, "truncate64"); return REAL(truncate64)(path, length); }
int renameat(int at, const char *from, int other, const char *to) { refuse(to, "renameat"); return REAL(renameat)(at, from, other, to); }
int renameat2(int at, const char *from, int other, const char *to, unsigned flags) { refuse(to, "renameat2"); return REAL(renameat2)(at, from, other, to, flags); }
int fallocate(int fd, int mode, off_t offset, off_t length) {
  if (kind_of(fd) == WATCHED) give_up("fallocate");
  return REAL(fallocate)(fd, mode, offset, length);
}
int posix_fallocate(int fd, off_t offset, off_t length) {
  if (kind_of(fd) == WATCHED) give_up("posix_fallocate");
  return REAL(posix_fallocate)(fd, offset, length);
}
int posix_fallocate64(int fd, off64_t offset, off64_t length) {
  if (kind_of(fd) == WATCHED) give_up("posix_fallocate64");
  return REAL(posix_fallocate64)(fd, offset, length);
}
ssize_t sendfile(int out, int in, off_t *offset, size_t count) {
  if (kind_of(out) == WATCHED) give_up("sendfile");
  return REAL(sendfile)(out, in, offset, count);
}
ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t length, unsigned flags) {
  if (kind_of(out) == WATCHED) give_up("copy_file_range");
  return REAL(copy_file_range)(in, from, out, to, length, flags);
}
static void *map(void *hint, size_t length, int protection, int flags, int fd, off_t offset, void *(*make)(void *, size_t, int, int, int, off_t)) {
  if ((flags & MAP_SHARED) != 0 && (protection & PROT_WRITE) != 0 && kind_of(fd) == WATCHED) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t at = readlink(link, path, sizeof path - 1);
    path[at < 0 ? 0 : at] = 0;
    /* Its number may have been another file's, closed where we do not see it. */
    if (kind_of_path(path) == WATCHED && !is_shared_memory(path)) {
      dprintf(2, "disk: %s\n", path);
      give_up("mmap");
    }
    kinds[fd] = FOREIGN;
  }
  return make(hint, length, protection, flags, fd, offset);
}
void *mmap(void *hint, size_t length, int protection, int flags, int fd, off_t offset) {
  return map(hint, length, protection, flags, fd, offset, REAL(mmap));
}
void *mmap64(void *hint, size_t length, int protection, int flags, int fd, off64_t offset) {
  return map(hint, length, protection, flags, fd, offset, REAL(mmap64));
}
