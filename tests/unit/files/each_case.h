#ifndef TESTS_UNIT_FILES_EACH_CASE_H
#define TESTS_UNIT_FILES_EACH_CASE_H

/* The .case files of a folder, each given to a check. Include behind cmocka.h. */

#include "api/base/str.h"

#include <dirent.h>

/* folder: its path. How many there were, which is said too. */
static inline size_t each_case(const char *folder, void (*check)(const char *name))
{
    DIR *d = opendir(folder);
    size_t n = 0;

    assert_non_null(d);
    for (struct dirent *entry; (entry = readdir(d)) != NULL;)
        if (str_ends(entry->d_name, ".case")) {
            check(entry->d_name);
            n++;
        }
    closedir(d);
    print_message("%zu cases\n", n);
    return n;
}

#endif
