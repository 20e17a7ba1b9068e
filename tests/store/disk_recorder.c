/* LD_PRELOAD library for tests: writes down every write, truncate, unlink, rename and fsync of files under RECORD_DIR, in order, into RECORD_LOG.
 * With FAIL_FSYNC_AT=n the n-th fsync of such a file fails once with EIO, although its data may have reached the disk.
 *     cc -shared -fPIC -O2 disk_recorder.c -o disk_recorder.so -ldl
 * One event: kind (1 byte), offset (8), length of the path (4), length of the data (4), path, data; little-endian. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define REAL(name)                \
    static __typeof__(&name) real; \
    if (!real)                    \
    real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int is_watched(const char *path) {
    const char *folder = getenv("RECORD_DIR");
    return folder && !strncmp(path, folder, strlen(folder));
}

/* The path behind a descriptor, or NULL when it is not one of ours. */
static const char *watched_path(int fd, char *buffer) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, buffer, PATH_MAX - 1);
    if (length < 0)
        return NULL;
    buffer[length] = 0;
    return is_watched(buffer) ? buffer : NULL;
}

static void note(char kind, const char *path, int64_t offset, const void *data, uint32_t size) {
    static int log = -1;
    static __typeof__(&write) put;
    static __typeof__(&open) open_file;
    char event[17 + PATH_MAX];
    uint32_t length = strlen(path);
    const char *target = getenv("RECORD_LOG");
    if (!target)
        return;
    pthread_mutex_lock(&lock);
    if (log < 0) {
        put = (__typeof__(&write))dlsym(RTLD_NEXT, "write");
        open_file = (__typeof__(&open))dlsym(RTLD_NEXT, "open");
        log = open_file(target, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
    event[0] = kind;
    memcpy(event + 1, &offset, 8);
    memcpy(event + 9, &length, 4);
    memcpy(event + 13, &size, 4);
    memcpy(event + 17, path, length);
    if (put(log, event, 17 + length) < 0 || (size && put(log, data, size) < 0))
        abort();
    pthread_mutex_unlock(&lock);
}

#define WRITER(name, arguments, call, where)               \
    ssize_t name arguments {                               \
        REAL(name);                                        \
        char path[PATH_MAX];                               \
        const char *ours = watched_path(fd, path);         \
        int64_t offset = where;                            \
        ssize_t done = real call;                          \
        if (ours && done > 0)                              \
            note('w', ours, offset, data, (uint32_t)done); \
        return done;                                       \
    }
WRITER(write, (int fd, const void *data, size_t size), (fd, data, size), lseek(fd, 0, SEEK_CUR))
WRITER(pwrite, (int fd, const void *data, size_t size, off_t at), (fd, data, size, at), at)
WRITER(pwrite64, (int fd, const void *data, size_t size, off64_t at), (fd, data, size, at), at)

static int must_fail(void) {
    static int count;
    const char *at = getenv("FAIL_FSYNC_AT");
    return at && __sync_add_and_fetch(&count, 1) == atoi(at);
}

#define SYNCER(name)                               \
    int name(int fd) {                             \
        REAL(name);                                \
        char path[PATH_MAX];                       \
        const char *ours = watched_path(fd, path); \
        if (ours && must_fail()) {                 \
            errno = EIO;                           \
            return -1;                             \
        }                                          \
        int result = real(fd);                     \
        if (ours && !result)                       \
            note('s', ours, 0, NULL, 0);           \
        return result;                             \
    }
SYNCER(fsync)
SYNCER(fdatasync)

#define CUTTER(name, type)                         \
    int name(int fd, type size) {                  \
        REAL(name);                                \
        char path[PATH_MAX];                       \
        const char *ours = watched_path(fd, path); \
        int result = real(fd, size);               \
        if (ours && !result)                       \
            note('t', ours, size, NULL, 0);        \
        return result;                             \
    }
CUTTER(ftruncate, off_t)
CUTTER(ftruncate64, off64_t)

int unlink(const char *path) {
    REAL(unlink);
    int result = real(path);
    if (!result && is_watched(path))
        note('u', path, 0, NULL, 0);
    return result;
}

int rename(const char *from, const char *to) {
    REAL(rename);
    int result = real(from, to);
    if (!result && is_watched(to))
        note('r', from, 0, to, strlen(to));
    return result;
}

int mkdir(const char *path, mode_t mode) {
    REAL(mkdir);
    int result = real(path, mode);
    if (!result && is_watched(path))
        note('d', path, 0, NULL, 0);
    return result;
}

/* The test's own mark: from here on, act `number` was promised to the person. */
void record_mark(int64_t number) { note('m', "", number, NULL, 0); }
