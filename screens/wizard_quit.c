/* Leaving: what would be lost or left behind is asked about first. */
#include "screens/wizard_inside.h"

#include "api/access/grant.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "screens/grants.h"
#include "tui/key.h"

#include <stdio.h>
#include <string.h>

/* What quitting would lose or leave half done; NULL: nothing. */
static const char *at_stake(const struct wizard *w)
{
    if (w->walk.j.live->options->sandbox && w->walk.j.reached > AT_HOME)
        return tr(
            "The sandbox ends with it: database, cloud and all that was made there are gone.");
    if (journey_is_running(&w->walk.j))
        return tr("A creation is under way. It is recorded; the next start takes it up.");
    if (wizard_is_busy(w))
        return w->walk.j.at == AT_PREREQUISITES
                   ? tr("A deploy is under way, and would be stopped in the middle.")
                   : tr("Something is under way here. It is recorded; the next start takes it up.");
    if (w->walk.j.live->store_trouble.kind != ERR_NONE && w->walk.j.reached > AT_HOME)
        return tr("What you have chosen cannot be kept at this moment: quitting loses it.");
    return NULL;
}

static void add_sentence(struct wizard *w, const char *sentence)
{
    size_t n = strlen(w->stake);

    if (sentence && *sentence)
        snprintf(w->stake + n, sizeof w->stake - n, "%s%s", n ? " " : "", sentence);
}

static void add_option(struct wizard *w, int key, const char *label, bool dangerous,
                       enum quit_answer answer)
{
    w->quit_options[w->n_quit] = (struct dialog_option){key, label, dangerous};
    w->quit_answers[w->n_quit++] = answer;
}

/* The broad role is asked about once; afterwards the words behind the last page are enough. */
static void add_broad(struct wizard *w)
{
    const struct live *l = w->walk.j.live;
    char text[256];

    if (l->broad == NULL)
        return;
    snprintf(text, sizeof text, tr("You still hold %s in %s: no end can be set on it."), l->broad,
             l->broad_project);
    add_sentence(w, text);
    if (w->walk.j.at != AT_ACCESS)
        add_option(w, 'e', "to Access, where it is taken away", false, QUIT_TO_ACCESS);
    w->broad_asked = true;
}

void wizard_ask_quit(struct wizard *w)
{
    struct live *l = w->walk.j.live;
    char text[GRANTS_TEXT * 2];

    grants_look(l);
    if (w->dropping ||
        (at_stake(w) == NULL && l->granted.n == 0 && (l->broad == NULL || w->broad_asked))) {
        w->done = true;
        return;
    }
    w->stake[0] = '\0';
    w->n_quit = 0;
    add_option(w, 's', "stay", false, QUIT_STAY);
    add_option(w, 'q', l->granted.n ? "quit, and leave the roles" : "quit", at_stake(w) != NULL,
               QUIT_NOW);
    add_sentence(w, at_stake(w));
    add_sentence(w, grants_sentence(l, text));
    if (l->granted.n)
        add_option(w, 't', "take the roles away, then quit", false, QUIT_AFTER_DROP);
    add_broad(w);
    dialog_open(&w->dialog, tr("Quit?"), w->stake, w->quit_options, w->n_quit, 0);
    w->asking = ASKING_QUIT;
    loop_discard_input(w->loop);
}

static void begin_drop(struct wizard *w)
{
    task_clear(&w->dropping);
    w->dropping = grants_drop(w->walk.j.live);
    if (w->dropping)
        journey_say(&w->walk.j, MARK_RUNNING, "%s", tr("taking the roles away; q leaves at once"));
    else
        w->done = true;
}

void wizard_quit_answer(struct wizard *w, int chosen)
{
    switch (chosen >= 0 ? w->quit_answers[chosen] : QUIT_STAY) {
    case QUIT_STAY:
        break;
    case QUIT_NOW:
        w->done = true;
        break;
    case QUIT_AFTER_DROP:
        begin_drop(w);
        break;
    case QUIT_TO_ACCESS:
        wizard_go(w, AT_ACCESS);
        break;
    }
}

static void dropped(struct wizard *w)
{
    char before[sizeof w->walk.j.live->granted.project];

    str_copy(before, sizeof before, w->walk.j.live->granted.project);
    task_clear(&w->dropping);
    grants_look(w->walk.j.live);
    if (w->walk.j.live->granted.n && !str_eq(before, w->walk.j.live->granted.project))
        begin_drop(w); /* in another project, too */
    else
        w->done = true;
}

void wizard_quit_news(struct wizard *w)
{
    if (w->dropping == NULL)
        return;
    switch (task_state(w->dropping)) {
    case TASK_RUNNING:
        if (access_drop_phase(w->dropping) == ACCESS_TESTING)
            journey_say(&w->walk.j, MARK_RUNNING, "%s",
                        tr("taken away, the policy was read again; waiting until Google acts on "
                           "it: q leaves at once"));
        break;
    case TASK_FAILED:
        journey_say_err(&w->walk.j, task_error(w->dropping));
        task_clear(&w->dropping);
        break;
    case TASK_OK:
        dropped(w);
        break;
    }
}
