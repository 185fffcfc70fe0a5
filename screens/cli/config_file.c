#include "screens/cli/config_file.h"

#include "screens/cli/options_rows.h"

#include "api/base/path.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_BYTES = 64 * 1024 };

static const char *const names[CONFIG_KEYS] = {
    [CONFIG_LANG] = "lang",       [CONFIG_PLAIN] = "plain",       [CONFIG_NO_NOTIFY] = "no-notify",
    [CONFIG_MOUSE] = "mouse",     [CONFIG_CONTEXT] = "context",   [CONFIG_NAMESPACE] = "namespace",
    [CONFIG_PROJECT] = "project", [CONFIG_LOCATION] = "location", [CONFIG_FRESHNESS] = "freshness"};
static const char all_names[] =
    "lang plain no-notify mouse context namespace project location freshness";

const char *config_key_name(enum config_key key)
{
    return names[key];
}

/* --- a line --- */

static bool wrong(const struct config_file *c, int line, struct err *e)
{
    err_set(e, ERR_INPUT, "Reading the user file %s, line %d", c->path, line);
    err_resource(e, c->path);
    return false;
}

static bool unknown_key(const struct config_file *c, int line, const char *key, struct err *e)
{
    struct str listed = {0};
    char near[32];

    wrong(c, line, e);
    err_why(e, "there is no key '%s'", key);
    options_listed(all_names, &listed);
    if (options_near_word(key, all_names, near))
        err_hint(e, "did you mean '%s'?", near);
    else
        err_hint(e, "%s", str_text(&listed));
    str_done(&listed);
    return false;
}

static bool value_fits(enum config_key key, const char *value)
{
    switch (key) {
    case CONFIG_LANG:
        return options_is_among(value, "en nb auto");
    case CONFIG_PLAIN:
    case CONFIG_NO_NOTIFY:
    case CONFIG_MOUSE:
        return options_is_among(value, "yes no");
    case CONFIG_FRESHNESS:
        return options_freshness_fits(value);
    case CONFIG_CONTEXT:
    case CONFIG_NAMESPACE:
    case CONFIG_PROJECT:
    case CONFIG_LOCATION:
        return value[0] && strlen(value) < 64;
    case CONFIG_KEYS:
        break;
    }
    return false;
}

static bool take(struct config_file *c, int line, const char *key, const char *value, struct err *e)
{
    for (int i = 0; i < CONFIG_KEYS; i++) {
        if (!str_eq(names[i], key))
            continue;
        if (c->values[i]) {
            wrong(c, line, e);
            return err_why(e, "'%s' stands in line %d already", key, c->lines[i]);
        }
        if (!value_fits((enum config_key)i, value)) {
            wrong(c, line, e);
            err_why(e, "'%s' is no value of '%s'", value, key);
            return err_hint(e, "strom --help tells what --%s takes", key);
        }
        c->values[i] = arena_str(&c->mem, value);
        c->lines[i] = line;
        return true;
    }
    return unknown_key(c, line, key, e);
}

static const char *trimmed(struct arena *a, const char *from, size_t n)
{
    while (n && strchr(" \t\r", from[n - 1]))
        n--;
    while (n && strchr(" \t", *from))
        from++, n--;
    return arena_strn(a, from, n);
}

bool config_file_parse(struct config_file *c, const char *text, struct err *e)
{
    int line = 0;

    for (size_t n; *text; text += n + (text[n] == '\n')) {
        n = strcspn(text, "\n");
        line++;
        const char *whole = trimmed(&c->mem, text, n), *is = strchr(whole, '=');
        if (whole[0] == '\0' || whole[0] == '#')
            continue;
        if (is == NULL) {
            wrong(c, line, e);
            err_why(e, "'%s' is no `key = value`", whole);
            return err_hint(e, "# begins a comment");
        }
        const char *key = trimmed(&c->mem, whole, (size_t)(is - whole));
        if (!take(c, line, key, trimmed(&c->mem, is + 1, strlen(is + 1)), e))
            return false;
    }
    return true;
}

/* --- the file --- */

/* Nothing secret stands there, so others may read it; who could write it could lead us elsewhere.
 */
static bool is_safe(const char *path, struct err *e)
{
    struct stat st;

    if (lstat(path, &st) != 0 ||
        (S_ISREG(st.st_mode) && st.st_uid == geteuid() && (st.st_mode & (S_IWGRP | S_IWOTH)) == 0))
        return true;
    err_set(e, ERR_INPUT, "Reading the user file %s", path);
    err_resource(e, path);
    if (!S_ISREG(st.st_mode))
        err_why(e, "it is a link, or no file");
    else if (st.st_uid != geteuid())
        err_why(e, "it belongs to another user");
    else
        err_why(e, "others may write it (mode %03o)", (unsigned)(st.st_mode & 0777));
    return err_hint(e, "look who made it, then: chmod 600 %s", path);
}

bool config_file_read(struct config_file *c, struct err *e)
{
    struct str text = {0};

    *c = (struct config_file){0};
    arena_init(&c->mem);
    c->path = path_join(&c->mem, path_place(&c->mem, PATH_CONFIG), "config");
    if (access(c->path, F_OK) != 0)
        return true;
    bool ok = is_safe(c->path, e) && path_read(c->path, MOST_BYTES, &text, e) &&
              config_file_parse(c, str_text(&text), e);
    str_done(&text);
    if (!ok && !err_is_machine(e))
        e->kind = ERR_INPUT;
    return ok;
}

void config_file_done(struct config_file *c)
{
    arena_done(&c->mem);
    *c = (struct config_file){0};
}

/* --- what it fills --- */

void config_fill_options(const struct config_file *c, struct options *o)
{
    o->user = c;
    if (o->lang == NULL)
        o->lang = c->values[CONFIG_LANG];
    o->plain = o->plain || str_eq(c->values[CONFIG_PLAIN], "yes");
    o->mouse = o->mouse || str_eq(c->values[CONFIG_MOUSE], "yes");
    o->no_notify = o->no_notify || str_eq(c->values[CONFIG_NO_NOTIFY], "yes");
}

static void fill(char *field, size_t cap, const char *value)
{
    if (field[0] == '\0' && value)
        str_copy(field, cap, value);
}

void config_fill_target(const struct config_file *c, struct target *t)
{
    if (c == NULL)
        return;
    fill(t->context, sizeof t->context, c->values[CONFIG_CONTEXT]);
    fill(t->namespace_, sizeof t->namespace_, c->values[CONFIG_NAMESPACE]);
    fill(t->project, sizeof t->project, c->values[CONFIG_PROJECT]);
    fill(t->region, sizeof t->region, c->values[CONFIG_LOCATION]);
    if (c->values[CONFIG_FRESHNESS] && !t->freshness_chosen) {
        t->freshness_seconds = options_seconds(c->values[CONFIG_FRESHNESS]);
        t->freshness_chosen = true;
    }
}
