#include "tests/sandbox/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

bool folder_make(const char *path, char why[FOLDER_WHY])
{
    char part[FOLDER_PATH];
    if (snprintf(part, sizeof(part), "%s", path) >= (int)sizeof(part)) {
        snprintf(why, FOLDER_WHY, "the path %.200s... is too long", path);
        return false;
    }
    for (char *at = part + 1;; at++) {
        if (*at != '/' && *at != '\0')
            continue;
        char kept = *at;
        *at = '\0';
        if (mkdir(part, 0700) != 0 && errno != EEXIST) {
            snprintf(why, FOLDER_WHY, "cannot make the folder %.300s: %s", part, strerror(errno));
            return false;
        }
        if (kept == '\0')
            break;
        *at = kept;
    }
    struct stat st;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return true;
    snprintf(why, FOLDER_WHY, "%.300s is no folder", path);
    return false;
}

static const char *temporary_base(void)
{
    static const char memory[] = "/dev/shm";
    const uint64_t plenty = (uint64_t)4 << 30;
    const char *chosen = getenv("TMPDIR");
    struct statvfs room;
    if (chosen != NULL && chosen[0] == '/')
        return chosen;
    bool fits = access(memory, W_OK | X_OK) == 0 && statvfs(memory, &room) == 0 &&
                (uint64_t)room.f_bavail * room.f_frsize >= plenty;
    return fits ? memory : "/tmp";
}

bool folder_make_temporary(const char *prefix, char out[FOLDER_PATH], char why[FOLDER_WHY])
{
    snprintf(out, FOLDER_PATH, "%.900s/%.80s-XXXXXX", temporary_base(), prefix);
    if (mkdtemp(out) != NULL)
        return true;
    snprintf(why, FOLDER_WHY, "cannot make a folder like %.300s: %s", out, strerror(errno));
    return false;
}

bool folder_is_full(const char *path)
{
    enum { LITTLE = 1 << 20 };
    char at[FOLDER_PATH];
    struct statvfs room;
    snprintf(at, sizeof at, "%s", path);
    for (char *slash; statvfs(at, &room) != 0; *slash = '\0')
        if ((slash = strrchr(at, '/')) == NULL || slash == at)
            return false;
    return (uint64_t)room.f_bavail * room.f_frsize < LITTLE;
}

static bool remove_at(int parent, const char *name);

static bool empty_folder(int fd)
{
    DIR *dir = fdopendir(fd);
    if (dir == NULL) {
        close(fd);
        return false;
    }
    bool ok = true;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            ok = remove_at(dirfd(dir), entry->d_name) && ok;
    }
    closedir(dir);
    return ok;
}

static bool remove_at(int parent, const char *name)
{
    if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
        return true;
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT;
    bool ok = empty_folder(fd);
    return (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT) && ok;
}

bool folder_remove(const char *path)
{
    /* A server that is just ending may still write a file: once more then. */
    bool gone = remove_at(AT_FDCWD, path);
    return gone || remove_at(AT_FDCWD, path);
}

bool folder_give_up(const char *path)
{
    char aside[FOLDER_PATH + 64];
    const char *slash = strrchr(path, '/');
    int parent = slash ? (int)(slash - path) + 1 : 0;

    snprintf(aside, sizeof(aside), "%.*s.gone-%ld-%s", parent, path, (long)getpid(), path + parent);
    return folder_remove(rename(path, aside) == 0 ? aside : path);
}

bool folder_write(const char *path, const char *text, char why[FOLDER_WHY])
{
    char beside[FOLDER_PATH];
    snprintf(beside, sizeof(beside), "%s.new", path);
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    size_t bytes = strlen(text);
    bool ok = fd >= 0;
    for (size_t at = 0; ok && at < bytes;) {
        ssize_t n = write(fd, text + at, bytes - at);
        ok = n > 0;
        at += ok ? (size_t)n : 0;
    }
    if (fd >= 0)
        ok = close(fd) == 0 && ok;
    ok = ok && rename(beside, path) == 0;
    if (!ok) {
        snprintf(why, FOLDER_WHY, "cannot write %.300s: %s", path, strerror(errno));
        unlink(beside);
    }
    return ok;
}

char *folder_read(const char *path, size_t max, size_t *bytes)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return NULL;
    char *text = NULL;
    size_t n = 0;
    struct stat st;
    if (fstat(fileno(file), &st) == 0 && st.st_size >= 0 && (size_t)st.st_size <= max)
        text = malloc((size_t)st.st_size + 1);
    if (text != NULL) {
        n = fread(text, 1, (size_t)st.st_size, file);
        text[n] = '\0';
    }
    fclose(file);
    if (bytes != NULL)
        *bytes = n;
    return text;
}

/* --- the claim --- */

static struct flock whole_file(void)
{
    struct flock lock;
    memset(&lock, 0, sizeof(lock));
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    return lock;
}

static int open_lock(const char *path, int flags)
{
    char file[FOLDER_PATH];
    snprintf(file, sizeof(file), "%s/lock", path);
    return open(file, flags | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
}

/* The one who held the folder may have removed it between our open and our lock. */
static bool is_still_there(const char *path, int fd)
{
    char file[FOLDER_PATH];
    snprintf(file, sizeof(file), "%s/lock", path);
    struct stat by_name, by_fd;
    return stat(file, &by_name) == 0 && fstat(fd, &by_fd) == 0 && by_name.st_ino == by_fd.st_ino &&
           by_name.st_dev == by_fd.st_dev;
}

int folder_claim(const char *path, pid_t *holder)
{
    *holder = 0;
    int fd = open_lock(path, O_CREAT);
    if (fd < 0)
        return -1;
    struct flock lock = whole_file();
    if (fcntl(fd, F_SETLK, &lock) == 0) {
        if (is_still_there(path, fd))
            return fd;
    } else {
        lock = whole_file();
        if (fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK)
            *holder = lock.l_pid;
    }
    close(fd);
    return -1;
}

pid_t folder_holder(const char *path)
{
    int fd = open_lock(path, 0);
    if (fd < 0)
        return 0;
    struct flock lock = whole_file();
    bool held = fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    close(fd);
    return !held            ? 0
           : lock.l_pid > 0 ? lock.l_pid
                            : -1; /* one we cannot see, in another container */
}
