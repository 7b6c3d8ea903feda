/* Calls of the system that fail when they are told to: loaded before the C library's own. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <sys/types.h>

enum { FSYNC, RENAME, UNLINK, RMDIR, MKDIR, CALLS };

/* How many calls pass before the others fail; less than 0: all of them pass. */
static int passing[CALLS] = {-1, -1, -1, -1, -1};
/* How many fail, before they pass again; less than 0: all of them. */
static int failing[CALLS];
/* Whether what fails is done all the same. */
static int done[CALLS];

void set_fault(int call, int pass, int fail, int is_done) {
    passing[call] = pass;
    failing[call] = fail;
    done[call] = is_done;
}

static int fails(int call) {
    if (passing[call] < 0)
        return 0;
    if (passing[call] > 0) {
        passing[call]--;
        return 0;
    }
    if (failing[call] == 0)
        return 0;
    if (failing[call] > 0)
        failing[call]--;
    return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define PERHAPS(call, name, ...)                        \
    if (fails(call)) {                                  \
        if (done[call])                                 \
            REAL(name)(__VA_ARGS__);                    \
        errno = EIO;                                    \
        return -1;                                      \
    }                                                   \
    return REAL(name)(__VA_ARGS__);

int fsync(int);
int unlink(const char *);
int rmdir(const char *);
int mkdir(const char *, mode_t);

int fsync(int fd) { PERHAPS(FSYNC, fsync, fd) }
int rename(const char *from, const char *to) { PERHAPS(RENAME, rename, from, to) }
int unlink(const char *path) { PERHAPS(UNLINK, unlink, path) }
int rmdir(const char *path) { PERHAPS(RMDIR, rmdir, path) }
int mkdir(const char *path, mode_t mode) { PERHAPS(MKDIR, mkdir, path, mode) }
