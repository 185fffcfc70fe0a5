#ifndef STROM_SCREENS_PREREQUISITES_INSIDE_H
#define STROM_SCREENS_PREREQUISITES_INSIDE_H

/* Between prerequisites*.c. */

#include "screens/checks_look.h"
#include "screens/deploy_view.h"
#include "screens/files_view.h"
#include "screens/journey.h"
#include "screens/step.h"

#include "tui/dialog.h"
#include "tui/list.h"
#include "tui/scroll.h"

enum showing { SHOWING_CHECKS, SHOWING_FILES, SHOWING_DEPLOY };

struct prerequisites {
    enum showing showing;
    struct checks_look look;
    struct list list;
    bool reads;            /* the details have the keys, not the list */
    struct scroll details; /* of the check under the cursor */
    bool reopen;           /* the files were shown when all this ended */
    struct files_view files;
    struct deploy_view deploy;
    bool deployed; /* and not looked at since */
    struct {
        struct dialog dialog;
        struct arena mem;     /* the question's text */
        struct task *turning; /* them on; NULL: not now */
    } apis;
};

extern const struct action prerequisites_actions[];

/* The check under the cursor; NULL: nothing was answered yet. */
const struct check *prerequisites_here(const struct prerequisites *self);
/* The question whether to turn on what is off, and what follows. */
bool prerequisites_apis_are_off(const struct prerequisites *self);
void prerequisites_apis_ask(struct prerequisites *self, struct journey *j);
void prerequisites_apis_key(struct prerequisites *self, struct journey *j, int key);
void prerequisites_apis_news(struct prerequisites *self, struct journey *j);
void prerequisites_apis_drop(struct prerequisites *self);
/* Other lines are drawn from the first on. */
void prerequisites_begin_details(struct prerequisites *self);

#endif
