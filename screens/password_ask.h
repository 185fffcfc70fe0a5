#ifndef STROM_SCREENS_PASSWORD_ASK_H
#define STROM_SCREENS_PASSWORD_ASK_H

/* The database user's password: the platform is asked for it first, then the person. It goes into
 * journey.live and nowhere else. */

#include "screens/journey.h"
#include "tui/field.h"

struct password_ask {
    struct task *secret; /* the platform is being asked */
    bool typing;         /* the person is */
    bool again; /* what the platform keeps was refused: it is tried again where it is meant */
    struct field field;
    char text[256];
};

void password_ask_begin(struct password_ask *ask, struct journey *j);
/* A task ended. True when the password is known now, and was not refused before. */
bool password_ask_news(struct password_ask *ask, struct journey *j);
/* A key while `typing`: true when it was one of the field's. */
bool password_ask_key(struct password_ask *ask, int key);
/* Enter: true when the password is known now. */
bool password_ask_take(struct password_ask *ask, struct journey *j);
bool password_ask_open(const struct password_ask *ask); /* either is being asked */
void password_ask_draw(const struct password_ask *ask, const struct journey *j, struct page *p);
void password_ask_drop(struct password_ask *ask);

#endif
