#ifndef STROM_SCREENS_CREATE_ASK_H
#define STROM_SCREENS_CREATE_ASK_H

/* The two questions of Create: begin, and interrupt? */

#include "screens/journey.h"
#include "tui/dialog.h"

enum create_answer {
    CREATE_ASKING,  /* still open */
    CREATE_NOTHING, /* go on as before */
    CREATE_BEGIN,
    CREATE_BACK,   /* to Review; the steps go on meanwhile */
    CREATE_DETACH, /* leave; the cloud goes on */
    CREATE_STOP,   /* nothing more is begun */
    CREATE_UNDO    /* the same, and then what was made is taken down */
};

struct create_ask {
    struct dialog dialog;
    bool interrupting;
    char question[1024];
};

void create_ask_consent(struct create_ask *a, struct journey *j);
void create_ask_interrupt(struct create_ask *a);
/* The steps as they stand before anything is begun: what is there, what is ahead. */
void create_ask_steps(const struct plan *plan, struct page *p);
enum create_answer create_ask_key(struct create_ask *a, int key);

#endif
