#ifndef STROM_SCREENS_CREATE_INSIDE_H
#define STROM_SCREENS_CREATE_INSIDE_H

/* Create in two: create_before.c is all until the run begins, create.c the run. */

#include "screens/create_ask.h"
#include "screens/journey.h"
#include "screens/password_ask.h"
#include "screens/step.h"

#include "api/base/str.h"

struct create {
    struct create_ask ask;
    struct password_ask password; /* of the database user, where it is not known */
    struct task *looking;         /* once more, after the consent and before the first write */
    struct task *resuming;        /* a run that was begun is taken up: how far did it come? */
    bool running;                 /* as seen by the last event: the bell rings once */
    struct str left;              /* what an earlier run has left unfinished; "" nothing */
    bool undo;                    /* what was made is taken down when the run has stopped */
};

/* The next question before the run: the password, the consent, none. */
void create_before_ask(struct create *self, struct journey *j);
/* The plan is made anew; then the questions. */
void create_before_resume(struct create *self, struct journey *j);
enum nav create_before_resumed(struct create *self, struct journey *j);
/* Where nothing is to be made: true when a run has begun that records the end of an earlier one. */
bool create_before_settle(struct create *self, struct journey *j);
/* After the consent: a look once more, and the run begins when the plan holds. */
void create_before_look(struct create *self, struct journey *j);
bool create_before_is_looking(const struct create *self);
enum nav create_before_looked(struct create *self, struct journey *j);
void create_before_draw(const struct create *self, const struct journey *j, struct page *p);

#endif
