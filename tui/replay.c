#include "tui/replay.h"

#include "api/base/arena.h"
#include "api/base/utf8.h"
#include "tui/key.h"

#include <stdio.h>
#include <string.h>

void replay_done(struct replay *s)
{
    mem_free(s->text);
    str_done(&s->typed);
    *s = (struct replay){0};
}

static void skip_blanks(struct replay *s)
{
    for (;; s->at++) {
        char c = s->text[s->at];
        if (c == '#')
            s->at += strcspn(s->text + s->at, "\n");
        c = s->text[s->at];
        s->line += c == '\n';
        if (c == '\0' || strchr(" \t\r\n", c) == NULL)
            return;
    }
}

/* "..." from the opening quote on; into typed. */
static bool read_quoted(struct replay *s)
{
    str_clear(&s->typed);
    str_add(&s->typed, "");
    for (s->at++; s->text[s->at] != '"'; s->at++) {
        char c = s->text[s->at];
        if (c == '\0' || c == '\n')
            return false;
        if (c == '\\') {
            c = s->text[++s->at];
            if (c == '\0' || strchr("\"\\nt", c) == NULL)
                return false;
            c = (char)(c == 'n' ? '\n' : c == 't' ? '\t' : c);
        }
        str_addc(&s->typed, c);
    }
    s->at++;
    return true;
}

static bool next_typed(struct replay *s, struct replay_word *w)
{
    uint32_t cp;
    size_t left = s->typed.bytes - s->typed_at;
    size_t n = utf8_next(str_text(&s->typed) + s->typed_at, left, &cp);
    if (n == 0) {
        s->typing = false;
        return false;
    }
    s->typed_at += n;
    *w = (struct replay_word){.kind = REPLAY_KEY, .key = cp == '\n' ? TUI_ENTER : (int)cp};
    return true;
}

static bool size_word(const char *word, struct replay_word *w)
{
    int used = 0;
    w->kind = REPLAY_SIZE;
    return sscanf(word, "size:%4dx%4d%n", &w->cols, &w->rows, &used) == 2 && word[used] == '\0' &&
           w->cols > 0 && w->rows > 0;
}

static bool key_word(struct replay *s, char *word, struct replay_word *w)
{
    long long times = 1;
    char *star = strrchr(word, '*');
    if (star != NULL && star != word) {
        if (!str_int64(star + 1, 1, 10000, &times))
            return false;
        *star = '\0';
    }
    w->kind = REPLAY_KEY;
    w->key = s->key = key_of_name(word);
    s->left = (int)times - 1;
    return w->key != TUI_NONE;
}

static bool plain_word(struct replay *s, char *word, struct replay_word *w)
{
    if (str_starts(word, "size:"))
        return size_word(word, w);
    if (str_eq(word, "tick")) {
        w->kind = REPLAY_TICK;
        return true;
    }
    if (str_starts(word, "shot:")) {
        str_clear(&s->typed);
        str_add(&s->typed, word + 5);
        w->kind = REPLAY_SHOT;
        w->text = str_text(&s->typed);
        return w->text[0] != '\0';
    }
    return key_word(s, word, w);
}

static bool paste_word(struct replay *s, struct replay_word *w)
{
    s->at += strlen("paste:");
    if (!read_quoted(s))
        return false;
    w->kind = REPLAY_PASTE;
    w->text = str_text(&s->typed);
    return true;
}

static bool read_word(struct replay *s, struct replay_word *w, char why[160])
{
    const char *start = s->text + s->at;
    char word[64];
    size_t n = strcspn(start, " \t\r\n");
    if (n >= sizeof word)
        n = sizeof word - 1;
    memcpy(word, start, n);
    word[n] = '\0';
    bool good;
    if (start[0] == '"') {
        good = read_quoted(s);
        s->typing = good;
        s->typed_at = 0;
    } else if (str_starts(start, "paste:\"")) {
        good = paste_word(s, w);
    } else {
        s->at += n;
        good = n + 1 < sizeof word && plain_word(s, word, w);
    }
    if (!good)
        snprintf(why, 160, "line %d: not understood: %.60s", s->line, start);
    return good;
}

bool replay_next(struct replay *s, struct replay_word *w, char why[160])
{
    for (;;) {
        *w = (struct replay_word){.kind = REPLAY_END};
        if (s->typing && next_typed(s, w))
            return true;
        if (s->left > 0) {
            s->left--;
            *w = (struct replay_word){.kind = REPLAY_KEY, .key = s->key};
            return true;
        }
        skip_blanks(s);
        if (s->text[s->at] == '\0')
            return true;
        if (!read_word(s, w, why))
            return false;
        if (w->kind != REPLAY_END)
            return true;
    }
}

static void rewind_to_start(struct replay *s)
{
    s->at = s->typed_at = 0;
    s->line = 1;
    s->left = 0;
    s->typing = false;
}

bool replay_load(struct replay *s, const char *text, char why[160])
{
    struct replay_word w;
    replay_done(s);
    s->text = mem_str(text);
    rewind_to_start(s);
    do {
        if (!replay_next(s, &w, why))
            return false;
    } while (w.kind != REPLAY_END);
    rewind_to_start(s);
    return true;
}
