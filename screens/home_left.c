/* Home: a command that was begun in a shell and did not end is not forgotten because a wizard is
 * opened. */
#include "screens/home.h"
#include "screens/steps.h"

#include "api/base/str.h"
#include "api/base/tr.h"

#include <signal.h>
#include <unistd.h>

void home_left_list(struct home *self, struct journey *j)
{
    self->n_left = record_left_by_commands(j->live->store, &self->mem, self->left, LEFT);
    self->first_left = self->n_ways;
    for (size_t i = 0; i < self->n_left; i++)
        self->ways[self->n_ways++] = WAY_LEFT;
}

enum { NOT_NOW, GO_ON, TAKE_BACK, LEAVE_SO };
enum { WAIT, INTERRUPT };

/* A run that is alive is somebody's: it goes on, or is interrupted as by Ctrl-C. */
void home_left_ask(struct home *self, struct journey *j, size_t i)
{
    static const struct dialog_option made[] = {{'n', "not now", false},
                                                {'g', "go on: the same command, here", false},
                                                {'u', "undo: take down what it made", false},
                                                {'l', "leave it so, and say no more", false}},
                                      back[] = {{'n', "not now", false},
                                                {'g', "go on: take down the rest of what it made",
                                                 false},
                                                {'l', "leave it so, and say no more", false}},
                                      gone[] = {{'n', "not now", false},
                                                {'g', "go on: the same command, here", false},
                                                {'l', "leave it so, and say no more", false}},
                                      changed[] = {{'n', "not now", false},
                                                   {'g', "go on: the same command, here", false},
                                                   {'u', "undo: put back what it changed", false},
                                                   {'l', "leave it so, and say no more", false}},
                                      alive[] = {{'n', "let it go on", false},
                                                 {'i', "interrupt it; the cloud goes on", false}};
    const struct record_left *left = &self->left[i];

    self->asking = i;
    j->discard_input = true;
    if (left->alive)
        dialog_open(&self->dialog, tr("A command is at work"), left->said, alive, 2, 0);
    else if (left->run->kind == JOURNAL_CREATE)
        dialog_open(&self->dialog, tr("A command that did not end"), left->said, made, 4, 0);
    else if (left->takes_back)
        dialog_open(&self->dialog, tr("An undo that did not end"), left->said, back, 3, 0);
    else if (left->undo)
        dialog_open(&self->dialog, tr("A command that did not end"), left->said, changed, 4, 0);
    else
        dialog_open(&self->dialog, tr("A command that did not end"), left->said, gone, 3, 0);
}

/* When the wizard has ended, main runs it. */
static enum nav go_on(const struct record_left *left, struct journey *j, bool undo)
{
    struct live *live = j->live;
    size_t n = 0, at = 0;

    while (left->command[n])
        n++;
    live->again = arena_array(&live->mem, const char *, n + 2);
    for (size_t i = 0; i < n; i++) {
        live->again[at++] = arena_str(&live->mem, left->command[i]);
        if (i == 0 && undo)
            live->again[at++] = "--undo";
    }
    live->again_in = arena_str(&live->mem, left->folder);
    return QUIT;
}

static enum nav take_back(const struct record_left *left, struct journey *j)
{
    if (journey_is_running(j)) {
        journey_say(j, MARK_WARN, "%s",
                    tr("a creation is under way: go on with it, or interrupt it there first"));
        return STAY;
    }
    struct target t = left->target;
    journey_put_aside(j, &t, false);
    j->undoing = true;
    j->go_to = AT_REMOVE;
    return GO;
}

static enum nav leave_so(struct home *self, struct journey *j, const struct record_left *left)
{
    struct err e;

    (void)self;
    if (!record_leave(j->live->store, left, &e)) {
        journey_say_err(j, &e);
        return STAY;
    }
    journey_say_later(j, MARK_OK, tr("left as it is; what comes next goes on from there"));
    j->go_to = AT_HOME;
    return GO;
}

/* As its terminal would: it records, and leaves. */
static enum nav interrupt(const struct record_left *left, struct journey *j)
{
    char host[256] = "";

    gethostname(host, sizeof host - 1);
    if (!str_eq(host, left->run->host) || kill((pid_t)left->run->pid, SIGTERM) != 0)
        journey_say(j, MARK_WARN, tr("it cannot be interrupted from here: it runs on %s"),
                    left->run->host);
    else
        journey_say(j, MARK_OK, "%s", tr("it was told to stop; what it has begun is recorded"));
    return STAY;
}

enum nav home_left_key(struct home *self, struct journey *j, int key)
{
    const struct record_left *left = &self->left[self->asking];
    int chosen = dialog_key(&self->dialog, key);

    if (chosen <= 0) /* still open, closed, or not now */
        return STAY;
    if (left->alive)
        return interrupt(left, j);
    if (chosen == GO_ON && left->takes_back)
        return take_back(left, j);
    if (chosen == GO_ON)
        return go_on(left, j, false);
    if (chosen == TAKE_BACK && left->undo)
        return go_on(left, j, true);
    return chosen == TAKE_BACK && left->run->kind == JOURNAL_CREATE ? take_back(left, j)
                                                                    : leave_so(self, j, left);
}
