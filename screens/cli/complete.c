#include "screens/cli/complete.h"

#include "screens/cli/command.h"
#include "screens/cli/options_rows.h"
#include "screens/cli/out.h"

#include "api/base/safe.h"
#include "api/base/tr.h"
#include "api/base/utf8.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A shell waits for us: no answer is better than a late one. */
enum { SECONDS = 3 };

bool complete_is_harmless(const char *name)
{
    static const char fine[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                               "_./:@%+,=-";

    for (const char *c = name; *c; c++)
        if ((unsigned char)*c < 0x80 && strchr(fine, *c) == NULL)
            return false;
    return name[0] && name[0] != '-' && utf8_valid(name, strlen(name)) && safe_is(name) &&
           utf8_width(name) >= 0;
}

void complete_offer(struct offers *o, const char *name, const char *tail, const char *what)
{
    char line[256];

    if (o->n == COMPLETE_MOST || !str_starts(name, o->typed))
        return;
    safe_text(line, sizeof line, what);
    str_printf(&o->text, "%s%s%s\t%s\n", o->prefix, name, tail, line);
    o->n++;
}

/* --- where the cursor stands --- */

static const struct option_row *long_row(const char *name, size_t n)
{
    for (size_t i = 0; i < OPTION_ROWS; i++)
        if (strlen(option_rows[i].name) == n && strncmp(option_rows[i].name, name, n) == 0)
            return &option_rows[i];
    return NULL;
}

static const struct option_row *short_row(char letter)
{
    for (size_t i = 0; letter && i < OPTION_ROWS; i++)
        if (option_rows[i].letter == letter)
            return &option_rows[i];
    return NULL;
}

static bool takes_value(const struct option_row *row)
{
    return row && (row->kind == TEXT || row->kind == MANY);
}

/* The option that takes the next word as its value; NULL: none does. */
static const struct option_row *awaiting(const char *word)
{
    const struct option_row *row = NULL;

    if (str_starts(word, "--")) {
        row = strchr(word, '=') ? NULL : long_row(word + 2, strlen(word + 2));
        return takes_value(row) ? row : NULL;
    }
    for (const char *c = word[0] == '-' ? word + 1 : ""; *c; c++) {
        row = short_row(*c);
        if (takes_value(row))
            return c[1] ? NULL : row;
    }
    return NULL;
}

/* The list before the last name stays: "a,b,c" is completed at its c. */
static void cut_list(struct place *p)
{
    const char *at = NULL;

    if (p->offer == OFFER_TABLES)
        at = strrchr(p->typed, ',');
    else if (p->offer == OFFER_COLUMNS)
        at = strrchr(p->typed, ',') ? strrchr(p->typed, ',') : strrchr(p->typed, ':');
    if (at == NULL)
        return;
    size_t n = strlen(p->prefix), cut = (size_t)(at + 1 - p->typed);
    if (n + cut >= sizeof p->prefix)
        return;
    memcpy(p->prefix + n, p->typed, cut);
    p->prefix[n + cut] = '\0';
    p->typed = at + 1;
}

/* create APP, delete APP, stream backfill TABLE,... */
static enum option_offer operand_of(const struct options *b)
{
    if (b->command == NULL || b->n_args > 1)
        return OFFER_NOTHING;
    if (b->n_args == 0)
        return str_eq(b->command, "create") || str_eq(b->command, "delete") ? OFFER_APPS
                                                                            : OFFER_NOTHING;
    bool copies = str_eq(b->args[0], "backfill") || str_eq(b->args[0], "stop");
    return copies && str_eq(b->command, "stream") ? OFFER_TABLES : OFFER_NOTHING;
}

void complete_place(const char *const *words, size_t n, struct place *out)
{
    const char *argv[OPTIONS_MANY + 2] = {"strom"}, *current = n ? words[n - 1] : "";
    struct err ignored;
    size_t n_before = n ? n - 1 : 0;

    *out = (struct place){.typed = current};
    for (size_t i = 0; i < n_before; i++) {
        argv[i + 1] = words[i];
        out->row = out->row || out->words_only ? NULL : awaiting(words[i]);
        out->words_only = out->words_only || (str_eq(words[i], "--") && !out->row);
    }
    /* getopt takes pointers to what it does not change; what is wrong before the cursor is told
     * when the line is run */
    size_t whole = n_before - (out->row != NULL);
    argv[whole + 1] = NULL;
    options_parse((int)whole + 1, (char **)(void *)argv, &out->before, &ignored);
    const char *is =
        !out->row && !out->words_only && str_starts(current, "--") ? strchr(current, '=') : NULL;
    if (is && (size_t)(is - current) < sizeof out->prefix) {
        out->row = long_row(current + 2, (size_t)(is - current - 2));
        snprintf(out->prefix, sizeof out->prefix, "%.*s", (int)(is - current + 1), current);
        out->typed = is + 1;
    }
    if (out->row)
        out->offer = option_value_of(out->row->name)->offer;
    else if (out->words_only || current[0] != '-')
        out->offer = operand_of(&out->before);
    cut_list(out);
}

/* --- what may stand there --- */

static void offer_words(struct offers *o, const char *words)
{
    char word[64];
    size_t n;

    for (const char *at = words; *at; at += n + strspn(at + n, " |")) {
        n = strcspn(at, " |");
        snprintf(word, sizeof word, "%.*s", (int)n, at);
        complete_offer(o, word, "", "");
    }
}

static void offer_options(struct offers *o, const char *command)
{
    char name[64];

    for (size_t i = 0; i < OPTION_ROWS; i++)
        if (option_is_helped(&option_rows[i], command)) {
            snprintf(name, sizeof name, "--%s", option_rows[i].name);
            complete_offer(o, name, "", tr(option_rows[i].help));
        }
}

static void offer_commands(struct offers *o)
{
    for (size_t i = 0; i < OPTION_COMMANDS; i++)
        if (option_commands[i].help)
            complete_offer(o, option_commands[i].name, "", tr(option_commands[i].help));
}

static void offer_next_word(struct offers *o, const struct place *p)
{
    const struct options *b = &p->before;
    const char *words = b->command && b->n_args == 0 ? option_words_of(b->command) : NULL;

    if (b->command == NULL && b->sandbox && b->scenario == NULL)
        offer_words(o, OPTION_SCENARIOS);
    else if (b->command == NULL)
        offer_commands(o);
    else if (words)
        offer_words(o, words);
    else if (str_eq(b->command, "sandbox") && b->n_args == 1 && str_eq(b->args[0], "up"))
        offer_words(o, OPTION_SCENARIOS);
    if (o->n == 0 && !p->words_only)
        offer_options(o, b->command);
}

/* Returns the kind's line. */
static const char *offer_value(struct offers *o, const struct place *p)
{
    switch (p->offer) {
    case OFFER_FILES:
        return ":files";
    case OFFER_FOLDERS:
        return ":folders";
    case OFFER_WORDS:
        offer_words(o, option_value_of(p->row->name)->words);
        return ":words";
    case OFFER_APPS:
    case OFFER_CONTEXTS:
    case OFFER_STREAMS:
        complete_names(o, p);
        return ":words";
    case OFFER_TABLES:
    case OFFER_COLUMNS:
    case OFFER_SENSITIVE:
        complete_names(o, p);
        return ":nospace";
    case OFFER_NOTHING:
        break;
    }
    return ":words";
}

void complete_answer(const char *const *words, size_t n, struct str *out)
{
    struct place p;
    const char *kind = ":words";

    complete_place(words, n, &p);
    struct offers offers = {.prefix = p.prefix, .typed = p.typed};
    if (p.row || p.offer != OFFER_NOTHING)
        kind = offer_value(&offers, &p);
    else if (p.typed[0] == '-' && !p.words_only)
        offer_options(&offers, p.before.command);
    else
        offer_next_word(&offers, &p);
    if (!p.row && p.offer != OFFER_NOTHING && offers.n == 0 && !p.words_only) {
        offer_options(&offers, p.before.command);
        kind = ":words";
    }
    str_printf(out, "%s\n%s", kind, str_text(&offers.text));
    str_done(&offers.text);
}

int command_complete(const struct options *o)
{
    struct str answer = {0};

    alarm(SECONDS); /* whatever holds us up: it ends us */
    complete_answer(o->args, o->n_args, &answer);
    out_result(&answer);
    str_done(&answer);
    return OUT_FINE;
}
