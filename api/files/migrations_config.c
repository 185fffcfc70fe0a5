#include "api/files/migrations_config.h"

#include "api/base/str.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

bool flyway_config_is(const char *name)
{
    static const char *const ends[] = {".kt", ".java", ".gradle", ".gradle.kts", "pom.xml"};

    if (str_starts(name, "flyway.") || str_starts(name, "application.") ||
        flyway_config_is_profile(name))
        return true;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (str_ends(name, ends[i]))
            return true;
    return false;
}

bool flyway_config_is_profile(const char *name)
{
    return str_starts(name, "application-");
}

/* --- where a word stands --- */

static bool is_word_start(const char *text, const char *at)
{
    return at == text || (!isalnum((unsigned char)at[-1]) && strchr("-/", at[-1]) == NULL);
}

/* The next `word`, as a word of its own or behind a dot or an underscore; NULL: none. */
static const char *next_word(const char *text, const char *from, const char *word)
{
    size_t n = strlen(word);

    for (const char *at = from; *at; at++)
        if (strncasecmp(at, word, n) == 0 && is_word_start(text, at) &&
            !isalnum((unsigned char)at[n]))
            return at;
    return NULL;
}

static bool speaks_of_flyway(const char *text)
{
    for (const char *at = text; (at = strpbrk(at, "fF")) != NULL; at++)
        if (strncasecmp(at, "flyway", 6) == 0)
            return true;
    return false;
}

/* --- how far a value goes --- */

static char closing(char c)
{
    return c == '(' ? ')' : c == '[' ? ']' : '\0';
}

static size_t to_closing(const char *from, char open)
{
    int depth = 0;

    for (const char *p = from; *p; p++) {
        depth += (*p == open) - (*p == closing(open));
        if (depth == 0)
            return (size_t)(p - from);
    }
    return 0;
}

/* "\n  - a\n  - b" */
static size_t to_list_end(const char *from)
{
    size_t n = strcspn(from, "\n");

    while (from[n] == '\n') {
        const char *line = from + n + 1;
        if (line[strspn(line, " \t")] != '-')
            break;
        n += 1 + strcspn(line, "\n");
    }
    return n;
}

/* What stands behind "locations". */
static size_t value_bytes(const char *from)
{
    const char *end = strstr(from, "</locations");
    size_t line = strcspn(from, "\n"), bracket = strcspn(from, "([");

    if (*from == '>')
        return end ? (size_t)(end - from) : 0;
    if (bracket < line)
        return bracket + to_closing(from + bracket, from[bracket]);
    return to_list_end(from);
}

/* --- what it names --- */

static bool is_path(const char *word, size_t n)
{
    static const char *const not_paths[] = {"location", "listOf", "arrayOf",
                                            "String",   "new",    "List.of"};

    for (size_t i = 0; i < sizeof not_paths / sizeof not_paths[0]; i++)
        if (n == strlen(not_paths[i]) && memcmp(word, not_paths[i], n) == 0)
            return false;
    for (size_t i = 0; i < n; i++)
        if (!isalnum((unsigned char)word[i]) && strchr("_./-", word[i]) == NULL)
            return false;
    return n > 0 && (isalnum((unsigned char)word[0]) || word[0] == '.' || word[0] == '_');
}

/* {vendor} is the database's kind; what is behind a wildcard lies below. */
static char *without_signs(struct arena *a, const char *word, size_t n)
{
    char *text = arena_strn(a, word, n), *vendor = strstr(text, "{vendor}"),
         *star = strchr(text, '*');

    if (star)
        *star = '\0';
    if (vendor && (star == NULL || vendor < star))
        text = arena_printf(a, "%.*spostgresql%s", (int)(vendor - text), text, vendor + 8);
    while (*text == '/' || (text[0] == '.' && text[1] == '/'))
        text++;
    for (size_t end = strlen(text); end > 0 && strchr("/}", text[end - 1]); end--)
        text[end - 1] = '\0';
    return text;
}

static void take(struct arena *a, const char *word, size_t n, struct flyway_config *out)
{
    static const char classpath[] = "classpath:", files[] = "filesystem:";
    const char *whole = arena_strn(a, word, n), *at = strstr(whole, classpath);
    const char *in_files = strstr(whole, files);
    const char *path = in_files ? in_files + strlen(files) : at ? at + strlen(classpath) : whole;

    path = without_signs(a, path, strlen(path));
    if (out->n < FLYWAY_LOCATIONS && is_path(path, strlen(path)))
        out->locations[out->n++] = (struct flyway_location){path, in_files != NULL};
}

static void take_words(struct arena *a, const char *from, size_t bytes, struct flyway_config *out)
{
    static const char between[] = " \t\r\n,;\"'[]()<>=";

    for (size_t at = 0; at < bytes;) {
        size_t n = 0;
        while (at + n < bytes && strchr(between, from[at + n]) == NULL)
            n++;
        if (n > 0)
            take(a, from + at, n, out);
        at += n + 1;
    }
}

/* group: true, group = true, .group(true), <group>true. */
static bool is_grouped(const char *text)
{
    for (const char *at = text; (at = next_word(text, at, "group")) != NULL; at++) {
        const char *value = at + strlen("group");
        value += strspn(value, " \t=:(>\"'");
        if (strncmp(value, "true", 4) == 0 && !isalnum((unsigned char)value[4]))
            return true;
    }
    return false;
}

void flyway_config_read(struct arena *a, const char *text, struct flyway_config *out)
{
    *out = (struct flyway_config){0};
    if (!speaks_of_flyway(text))
        return;
    for (const char *at = text; (at = next_word(text, at, "locations")) != NULL;) {
        at += strlen("locations");
        const char *from = at + strspn(at, " \t");
        if (*from == '\0' || strchr(">=:(", *from) == NULL)
            continue;
        from += *from == ':' || *from == '=';
        take_words(a, from, value_bytes(from), out);
    }
    out->group = is_grouped(text);
}

/* --- does it match? --- */

static bool is_or_below(const char *path, const char *folder)
{
    size_t n = strlen(folder);

    return strncmp(path, folder, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

/* What stands behind the last .../resources/ of the path, or behind a module's name. */
bool flyway_location_has(const struct flyway_location *l, const char *folder)
{
    static const char resources[] = "resources/";

    for (const char *at = folder; at; at = strchr(at, '/'), at = at ? at + 1 : NULL) {
        if (l->in_files && is_or_below(at, l->path))
            return true;
        if (!l->in_files && str_starts(at, resources) &&
            is_or_below(at + strlen(resources), l->path))
            return true;
    }
    return false;
}
