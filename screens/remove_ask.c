#include "screens/remove_ask.h"

#include "api/base/tr.h"

/* What was typed ahead does not answer it. */
static void open_named(struct remove_ask *q, struct journey *j, enum remove_answer about,
                       const char *name)
{
    dialog_confirm_name(&q->dialog, name);
    q->about = about;
    j->discard_input = true;
}

void remove_ask_all(struct remove_ask *q, struct journey *j, bool with_dataset)
{
    static const struct dialog_option options[] = {{'k', "keep it", false},
                                                   {'t', "take it down", true}};

    dialog_open(&q->dialog, tr("Take it down?"),
                with_dataset
                    ? tr("What has arrived in BigQuery goes too. The slot in the database stays, "
                         "and holds log, until the migration below is deployed.")
                    : tr("What has arrived in BigQuery stays. The slot in the database stays too, "
                         "and holds log, until the migration below is deployed."),
                options, 2, 0);
    open_named(q, j, REMOVE_ALL, j->target.stream);
}

void remove_ask_dataset(struct remove_ask *q, struct journey *j, const char *name)
{
    static const struct dialog_option options[] = {{'k', "keep it", false},
                                                   {'d', "the dataset goes too", true}};

    dialog_open(&q->dialog, tr("The dataset too?"),
                tr("Every table in it goes, with all that has arrived. BigQuery keeps it for seven "
                   "days more, for those who ask in time."),
                options, 2, 0);
    open_named(q, j, REMOVE_DATASET_TOO, name);
}

void remove_ask_leave(struct remove_ask *q)
{
    static const struct dialog_option options[] = {
        {'s', "stay", false}, {'l', "leave: what was asked for goes, the rest stays", false}};

    dialog_open(&q->dialog, tr("Leave it half done?"),
                tr("It is being taken down. What was asked for goes in the cloud whatever you "
                   "choose; nothing more is asked for when you leave. Take down, chosen again, "
                   "looks at what is left and takes that."),
                options, 2, 0);
    q->about = REMOVE_LEAVE;
}

bool remove_ask_open(const struct remove_ask *q)
{
    return q->dialog.open;
}

enum remove_answer remove_ask_key(struct remove_ask *q, int key)
{
    return dialog_key(&q->dialog, key) == 1 ? q->about : REMOVE_NOT_YET;
}

void remove_ask_ended(struct remove_ask *q)
{
    if (q->about == REMOVE_LEAVE)
        dialog_close(&q->dialog);
}

void remove_ask_draw(const struct remove_ask *q, struct page *p)
{
    if (q->dialog.open)
        dialog_draw(&q->dialog, p);
}
