/* Myers' shortest edit script, by lines, after common heads and tails are cut off. */

#include "api/files/diff.h"

#include "api/base/arena.h"

#include <string.h>

struct line {
    const char *text;
    size_t bytes; /* with its line feed, if it has one */
};

struct lines {
    struct line *line;
    size_t n;
};

static struct lines lines_of(struct arena *mem, const char *text)
{
    struct lines all = {0};
    size_t room = 1;
    for (const char *p = text; *p; p++)
        room += *p == '\n';
    all.line = arena_array(mem, struct line, room);
    while (*text) {
        const char *end = strchr(text, '\n');
        size_t bytes = end ? (size_t)(end - text) + 1 : strlen(text);
        all.line[all.n++] = (struct line){text, bytes};
        text += bytes;
    }
    return all;
}

static bool same(const struct line *a, const struct line *b)
{
    return a->bytes == b->bytes && memcmp(a->text, b->text, a->bytes) == 0;
}

/* --- which lines stay --- */

struct edit {
    const struct lines *old, *new;
    bool *removed, *added; /* a mark a line */
};

enum { MOST_STEPS = 600 };

/* Goes the found way back: v holds the furthest old line on each diagonal after each step. */
static void trace_back(struct edit *d, size_t from, size_t n_old, size_t n_new, long *const *v,
                       long steps)
{
    long x = (long)n_old, y = (long)n_new;
    for (long step = steps; step > 0; step--) {
        const long *before = v[step - 1] + step; /* index 0 is diagonal -step .. */
        long k = x - y;
        bool down = k == -step || (k != step && before[k - 1] < before[k + 1]);
        long previous = down ? k + 1 : k - 1;
        long px = before[previous], py = px - previous;
        if (down)
            d->added[from + (size_t)py] = true;
        else
            d->removed[from + (size_t)px] = true;
        x = px;
        y = py;
    }
}

static void mark_all(struct edit *d, size_t from, size_t n_old, size_t n_new)
{
    for (size_t i = 0; i < n_old; i++)
        d->removed[from + i] = true;
    for (size_t i = 0; i < n_new; i++)
        d->added[from + i] = true;
}

/* How far one comes on diagonal k. */
static long furthest(const struct edit *d, size_t from, size_t n_old, size_t n_new,
                     const long *before, long k, long step)
{
    long x = 0;
    if (step > 0)
        x = k == -step || (k != step && before[k - 1] < before[k + 1]) ? before[k + 1]
                                                                       : before[k - 1] + 1;
    long y = x - k;
    while (x < (long)n_old && y < (long)n_new &&
           same(&d->old->line[from + (size_t)x], &d->new->line[from + (size_t)y])) {
        x++;
        y++;
    }
    return x;
}

static void find_script(struct arena *mem, struct edit *d, size_t from, size_t n_old, size_t n_new)
{
    long most = (long)(n_old + n_new);
    if (most > MOST_STEPS)
        most = MOST_STEPS;
    long **v = arena_array(mem, long *, (size_t)most + 1);
    for (long step = 0; step <= most; step++) {
        v[step] = arena_array(mem, long, 2 * (size_t)step + 3);
        long *now = v[step] + step + 1;
        const long *before = step > 0 ? v[step - 1] + step : NULL;
        for (long k = -step; k <= step; k += 2) {
            now[k] = furthest(d, from, n_old, n_new, before, k, step);
            if (now[k] >= (long)n_old && now[k] - k >= (long)n_new) {
                trace_back(d, from, n_old, n_new, v, step);
                return;
            }
        }
    }
    mark_all(d, from, n_old, n_new);
}

static void compare(struct arena *mem, struct edit *d)
{
    size_t head = 0, n_old = d->old->n, n_new = d->new->n;
    while (head < n_old && head < n_new && same(&d->old->line[head], &d->new->line[head]))
        head++;
    while (n_old > head && n_new > head &&
           same(&d->old->line[n_old - 1], &d->new->line[n_new - 1])) {
        n_old--;
        n_new--;
    }
    find_script(mem, d, head, n_old - head, n_new - head);
}

/* --- hunks --- */

enum { CONTEXT = 3, APART = 2 * CONTEXT };

struct hunk {
    size_t old_from, old_n, new_from, new_n;
};

static void put_line(struct str *out, char mark, const struct line *l)
{
    str_addc(out, mark);
    str_addn(out, l->text, l->bytes);
    if (l->text[l->bytes - 1] != '\n')
        str_add(out, "\n\\ No newline at end of file\n");
}

static void put_range(struct str *out, size_t from, size_t n)
{
    if (n == 1)
        str_printf(out, "%zu", from + 1);
    else
        str_printf(out, "%zu,%zu", n ? from + 1 : from, n);
}

static void put_hunk(struct str *out, const struct edit *d, const struct hunk *h)
{
    str_add(out, "@@ -");
    put_range(out, h->old_from, h->old_n);
    str_add(out, " +");
    put_range(out, h->new_from, h->new_n);
    str_add(out, " @@\n");
    size_t o = h->old_from, n = h->new_from;
    size_t old_end = o + h->old_n, new_end = n + h->new_n;
    while (o < old_end || n < new_end) {
        if (o < old_end && d->removed[o])
            put_line(out, '-', &d->old->line[o++]);
        else if (n < new_end && d->added[n])
            put_line(out, '+', &d->new->line[n++]);
        else {
            put_line(out, ' ', &d->old->line[o++]);
            n++;
        }
    }
}

static bool is_changed(const struct edit *d, size_t o, size_t n)
{
    return (o < d->old->n && d->removed[o]) || (n < d->new->n && d->added[n]);
}

/* Takes the changed lines from (o, n) on; goes on over at most two contexts of unchanged ones. */
static struct hunk take_hunk(const struct edit *d, size_t *o, size_t *n)
{
    size_t lead = *o < CONTEXT ? *o : CONTEXT;
    struct hunk h = {.old_from = *o - lead, .new_from = *n - lead};
    size_t quiet = 0;
    while ((*o < d->old->n || *n < d->new->n) && quiet <= APART) {
        if (*o < d->old->n && d->removed[*o]) {
            (*o)++;
            quiet = 0;
        } else if (*n < d->new->n && d->added[*n]) {
            (*n)++;
            quiet = 0;
        } else {
            (*o)++;
            (*n)++;
            quiet++;
        }
    }
    size_t tail = quiet > CONTEXT ? quiet - CONTEXT : 0;
    h.old_n = *o - tail - h.old_from;
    h.new_n = *n - tail - h.new_from;
    return h;
}

static void put_hunks(struct str *out, const struct edit *d)
{
    for (size_t o = 0, n = 0; o < d->old->n || n < d->new->n;) {
        if (!is_changed(d, o, n)) {
            o++;
            n++;
            continue;
        }
        struct hunk h = take_hunk(d, &o, &n);
        put_hunk(out, d, &h);
    }
}

void diff_unified(struct str *out, const char *name, const char *old_text, const char *new_text)
{
    if (old_text && strcmp(old_text, new_text) == 0)
        return;
    struct arena mem;
    arena_init(&mem);
    struct lines old = lines_of(&mem, old_text ? old_text : "");
    struct lines new = lines_of(&mem, new_text);
    struct edit d = {&old, &new, arena_array(&mem, bool, old.n + 1),
                     arena_array(&mem, bool, new.n + 1)};
    compare(&mem, &d);
    if (old_text)
        str_printf(out, "--- a/%s\n", name);
    else
        str_add(out, "--- /dev/null\n");
    str_printf(out, "+++ b/%s\n", name);
    put_hunks(out, &d);
    arena_done(&mem);
}
