#ifndef STROM_CLI_STOPPING_H
#define STROM_CLI_STOPPING_H

/* Ctrl-C while something is carried out. At a terminal it is asked what is meant, and what runs
 * goes on meanwhile; a second one leaves at once, as every signal does where nobody can be asked:
 * all that was begun is recorded, the cloud goes on with it, and the same command continues. */

#include "screens/cli/session.h"

enum stopping {
    STOPPING_STAY,
    STOPPING_LEAVE, /* detach */
    STOPPING_STEP,  /* nothing more is begun */
    STOPPING_UNDO   /* the same, and then what this run has made goes */
};

/* After session_goes_on said no. can_undo: something could be taken back. */
enum stopping stopping_ask(struct session *s, bool can_undo);
/* The last words of what was left while it ran. doing: "Creating the stream"; continues: what goes
 * on with it. A --timeout keeps its own reason. */
void stopping_left(struct err *e, const char *doing, const char *continues);

#endif
