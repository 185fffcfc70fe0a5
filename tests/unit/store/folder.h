#ifndef TESTS_STORE_FOLDER_H
#define TESTS_STORE_FOLDER_H

/* A folder of its own for a test, and its end. */

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static inline char *folder_make(void)
{
    const char *tmp = getenv("TMPDIR");
    char *path = malloc(512);

    snprintf(path, 512, "%s/strom-test-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(path))
        abort();
    return path;
}

static inline size_t folder_count(const char *path, const char *containing)
{
    DIR *d = opendir(path);
    size_t n = 0;

    for (struct dirent *entry = d ? readdir(d) : NULL; entry; entry = readdir(d))
        n += strstr(entry->d_name, containing) != NULL;
    if (d)
        closedir(d);
    return n;
}

static inline int folder_forget(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

/* With all that is in it. */
static inline void folder_remove(char *path)
{
    nftw(path, folder_forget, 8, FTW_DEPTH | FTW_PHYS);
    free(path);
}

#endif
