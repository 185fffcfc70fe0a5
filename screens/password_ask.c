#include "screens/password_ask.h"

#include "api/base/tr.h"
#include "api/nais/lookups.h"
#include "screens/answer.h"

/* Since Connect the manifest may have been deployed: the cluster is asked afresh. */
void password_ask_begin(struct password_ask *ask, struct journey *j)
{
    field_init(&ask->field, ask->text, sizeof ask->text);
    ask->field.secret = true;
    ask->again = false;
    ask->typing = true; /* at once: what is typed while the cluster is asked is not lost */
    if (j->live->cluster && j->target.app[0])
        ask->secret =
            nais_source(j->live->cluster, j->target.app, j->target.instance, j->target.db_user);
}

static void forget(struct password_ask *ask)
{
    secret_wipe(ask->text, sizeof ask->text);
    field_set(&ask->field, "");
    ask->typing = false;
}

bool password_ask_news(struct password_ask *ask, struct journey *j)
{
    bool known;

    if (ask->secret == NULL || task_state(ask->secret) == TASK_RUNNING)
        return false;
    known = live_use_password(j->live, ask->secret);
    ask->again = live_password_is_refused(j->live);
    known = known && !ask->again;
    if (known)
        forget(ask);
    task_clear(&ask->secret);
    return known;
}

bool password_ask_key(struct password_ask *ask, int key)
{
    return ask->typing && field_key(&ask->field, key);
}

bool password_ask_take(struct password_ask *ask, struct journey *j)
{
    if (!ask->typing || (ask->text[0] == '\0' && !ask->again))
        return false;
    if (ask->text[0])
        live_type_password(j->live, ask->text);
    forget(ask);
    task_clear(&ask->secret); /* the person knows better */
    return true;
}

bool password_ask_open(const struct password_ask *ask)
{
    return ask->secret || ask->typing;
}

void password_ask_draw(const struct password_ask *ask, const struct journey *j, struct page *p)
{
    struct field_look look = {.label = tr("Password"), .focus = true};

    page_heading(p, tr("The password of %s"), j->target.db_user);
    if (ask->secret) {
        answered(p, ask->secret, tr("Asking the cluster for it"));
        answer_login(p, j->live->cluster);
    }
    page_text(p, "%s",
              tr("Datastream logs in to the database with it. It is sent to Google once and kept "
                 "nowhere here. You find it in the secret that the platform made for this user."));
    if (ask->again)
        page_mark(p, MARK_WARN, "%s",
                  tr("The one that is known was refused. Type the one that the database has now; "
                     "Enter alone tries the same again, as when it was put right there."));
    if (j->live->password_where[0])
        page_note(p, "%s", j->live->password_where);
    field_draw(&ask->field, &look, p);
}

void password_ask_drop(struct password_ask *ask)
{
    task_clear(&ask->secret);
    secret_wipe(ask->text, sizeof ask->text);
}
