#include "tests/sandbox/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FILE_MAX = 16 << 20 };

static const char *value_at(const char *text, const char *const *names_and_values, size_t *used)
{
    for (size_t i = 0; names_and_values != NULL && names_and_values[i] != NULL; i += 2) {
        size_t n = strlen(names_and_values[i]);
        if (text[0] == '@' && strncmp(text + 1, names_and_values[i], n) == 0 &&
            text[n + 1] == '@') {
            *used = n + 2;
            return names_and_values[i + 1];
        }
    }
    return NULL;
}

static bool put_filled(FILE *out, const char *text, const char *const *names_and_values)
{
    bool ok = true;
    while (*text != '\0' && ok) {
        size_t used = 1;
        const char *value = value_at(text, names_and_values, &used);
        ok = value != NULL ? fputs(value, out) >= 0 : fputc(*text, out) != EOF;
        text += used;
    }
    return ok;
}

static bool is_yaml(const char *path)
{
    size_t n = strlen(path);
    return n > 5 && strcmp(path + n - 5, ".yaml") == 0;
}

static bool copy_file(const char *from, const char *to, const char *const *names_and_values,
                      char why[FOLDER_WHY])
{
    size_t bytes = 0;
    char *text = folder_read(from, FILE_MAX, &bytes);
    FILE *out = text == NULL ? NULL : fopen(to, "we");
    bool ok = out != NULL;
    if (ok && is_yaml(from))
        ok = put_filled(out, text, names_and_values);
    else if (ok)
        ok = fwrite(text, 1, bytes, out) == bytes;
    if (out != NULL)
        ok = fclose(out) == 0 && ok;
    if (!ok)
        snprintf(why, FOLDER_WHY, "cannot copy %.180s to %.180s: %s", from, to, strerror(errno));
    free(text);
    return ok;
}

static bool copy_entry(const char *from, const char *to, const char *name,
                       const char *const *names_and_values, char why[FOLDER_WHY])
{
    char a[FOLDER_PATH], b[FOLDER_PATH];
    int na = snprintf(a, sizeof(a), "%s/%s", from, name);
    int nb = snprintf(b, sizeof(b), "%s/%s", to, name);
    struct stat st;
    if (na >= (int)sizeof(a) || nb >= (int)sizeof(b) || lstat(a, &st) != 0) {
        snprintf(why, FOLDER_WHY, "cannot copy %.200s/%.100s", from, name);
        return false;
    }
    if (S_ISDIR(st.st_mode))
        return folder_copy(a, b, names_and_values, why);
    return S_ISREG(st.st_mode) ? copy_file(a, b, names_and_values, why) : true;
}

bool folder_copy(const char *from, const char *to, const char *const *names_and_values,
                 char why[FOLDER_WHY])
{
    DIR *dir = opendir(from);
    if (dir == NULL) {
        snprintf(why, FOLDER_WHY, "cannot read %.300s: %s", from, strerror(errno));
        return false;
    }
    bool ok = folder_make(to, why);
    for (struct dirent *entry; ok && (entry = readdir(dir)) != NULL;) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            ok = copy_entry(from, to, entry->d_name, names_and_values, why);
    }
    closedir(dir);
    return ok;
}
