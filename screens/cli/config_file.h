#ifndef STROM_CLI_CONFIG_FILE_H
#define STROM_CLI_CONFIG_FILE_H

/* The user file, $XDG_CONFIG_HOME/strom/config: what one person always wants. Lines of
 * `key = value`, # begins a comment; an unknown or doubled key and a wrong value are errors that
 * name the line. A file of another owner, or one that others may write, is refused, and so is a
 * link. It goes behind options, environment and plan file, before gcloud's configuration. */

#include "api/base/arena.h"
#include "api/base/err.h"
#include "api/base/target.h"

#include <stdbool.h>

struct options;

enum config_key {
    CONFIG_LANG,
    CONFIG_PLAIN,
    CONFIG_NO_NOTIFY,
    CONFIG_MOUSE,
    CONFIG_CONTEXT,
    CONFIG_NAMESPACE,
    CONFIG_PROJECT,
    CONFIG_LOCATION,
    CONFIG_FRESHNESS,
    CONFIG_KEYS
};

struct config_file {
    const char *path;
    const char *values[CONFIG_KEYS]; /* NULL: not said */
    int lines[CONFIG_KEYS];
    struct arena mem;
};

const char *config_key_name(enum config_key key); /* as the option: "no-notify" */
/* True where there is none, too. */
bool config_file_read(struct config_file *c, struct err *e);
void config_file_done(struct config_file *c);
bool config_file_parse(struct config_file *c, const char *text, struct err *e); /* for that */
/* Language, --plain, --no-notify and --mouse, where the line does not say. */
void config_fill_options(const struct config_file *c, struct options *o);
/* What is still empty; c NULL: nothing. */
void config_fill_target(const struct config_file *c, struct target *t);
/* gcloud's active configuration: [core] project into out, and its file's path into `from` (of a);
 * false where there is none. */
bool config_gcloud_project(struct arena *a, char out[64], const char **from);

#endif
