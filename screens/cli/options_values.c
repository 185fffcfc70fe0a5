/* What may stand as an option's value, and as a command's first word: the parser refuses what is
 * not among fixed words, the help names them, and completion offers them. */

#include "screens/cli/options_rows.h"

static const struct option_value values[] = {
    {"app", OFFER_APPS, NULL, NULL},
    {"context", OFFER_CONTEXTS, NULL, NULL},
    {"stream", OFFER_STREAMS, NULL, NULL},
    {"include-tables", OFFER_TABLES, NULL, NULL},
    {"exclude-tables", OFFER_TABLES, NULL, NULL},
    {"reconcile", OFFER_TABLES, NULL, NULL},
    {"columns", OFFER_COLUMNS, NULL, NULL},
    {"acknowledge", OFFER_SENSITIVE, NULL, NULL},
    {"naming", OFFER_WORDS, "procedure nav-module", NULL},
    {"shape", OFFER_WORDS, "narrow procedure three", NULL},
    {"color", OFFER_WORDS, "auto always never", NULL},
    {"lang", OFFER_WORDS, "en nb", "auto qps-ploc"},
    {"file", OFFER_FILES, NULL, NULL},
    {"base", OFFER_FILES, NULL, NULL},
    {"password-file", OFFER_FILES, NULL, NULL},
    {"judge", OFFER_FILES, NULL, NULL},
    {"log", OFFER_FILES, NULL, NULL},
    {"keys", OFFER_FILES, NULL, NULL},
    {"repo", OFFER_FOLDERS, NULL, NULL},
    {"out", OFFER_FOLDERS, NULL, NULL},
    {"migrations", OFFER_FOLDERS, NULL, NULL},
    {"shots", OFFER_FOLDERS, NULL, NULL},
};

const struct option_value *option_value_of(const char *option)
{
    static const struct option_value nothing = {"", OFFER_NOTHING, NULL, NULL};

    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (str_eq(values[i].option, option))
            return &values[i];
    return &nothing;
}

const char *option_words_of(const char *command)
{
    static const struct {
        const char *command, *words;
    } firsts[] = {
        {"access", "show grant drop"},
        {"export", "sql terraform gcloud"},
        {"stream", "pause resume backfill stop recover slot password host"},
        {"completion", "bash zsh fish"},
        {"man", "strom strom-plan strom-sandbox"},
        {"sandbox", "up down status env deploy traffic sql grant"},
    };

    for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++)
        if (str_eq(firsts[i].command, command))
            return firsts[i].words;
    return NULL;
}
