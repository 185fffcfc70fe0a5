/* gcloud's active configuration: read, never written, and no program of gcloud's is run. */

#include "screens/cli/config_file.h"

#include "api/base/path.h"
#include "api/base/str.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 64 * 1024 };

/* A name of a configuration becomes part of a path. */
static bool is_name(const char *name)
{
    return *name && name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

static const char *word_of_file(struct arena *a, const char *path)
{
    struct str text = {0};
    struct err ignored;
    const char *word = "";

    if (path_read(path, MOST_BYTES, &text, &ignored))
        word = arena_strn(a, str_text(&text), strcspn(str_text(&text), " \r\n"));
    str_done(&text);
    return word;
}

/* [core] ... project = NAME */
static bool project_of(const char *text, char out[64])
{
    bool core = false;
    size_t n;

    for (; *text; text += n + (text[n] == '\n')) {
        n = strcspn(text, "\n");
        if (*text == '[')
            core = strncmp(text, "[core]", 6) == 0;
        size_t key = strcspn(text, " \t=\n");
        if (!core || key != strlen("project") || strncmp(text, "project", key) != 0)
            continue;
        const char *value = text + key;
        value += strspn(value, " \t=");
        size_t m = strcspn(value, " \t\r\n");
        if (m == 0 || m >= 64)
            continue;
        memcpy(out, value, m);
        out[m] = '\0';
        return true;
    }
    return false;
}

bool config_gcloud_project(struct arena *a, char out[64], const char **from)
{
    const char *folder = getenv("CLOUDSDK_CONFIG"), *name = getenv("CLOUDSDK_ACTIVE_CONFIG_NAME");
    struct str text = {0};
    struct err ignored;

    if (str_is_empty(folder))
        folder = path_join(a, path_home(), ".config/gcloud");
    if (name == NULL || name[0] == '\0')
        name = word_of_file(a, path_join(a, folder, "active_config"));
    if (!is_name(name))
        return false;
    *from = arena_printf(a, "%s/configurations/config_%s", folder, name);
    bool ok = path_read(*from, MOST_BYTES, &text, &ignored) && project_of(str_text(&text), out);
    str_done(&text);
    return ok;
}
