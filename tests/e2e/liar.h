#ifndef TESTS_E2E_LIAR_H
#define TESTS_E2E_LIAR_H

/* An API whose words are hostile (hostile.h): a port of our own on loopback that passes each
 * request on to another one, and puts the next of the strings in front of what the answer says in
 * words; or refuses everything, with them for a reason. */

#include <stdbool.h>
#include <stddef.h>

struct liar;

struct liar *liar_start(int to_port); /* aborts when it cannot */
int liar_port(const struct liar *l);
void liar_refuse(struct liar *l, bool refuses); /* what comes from now on */
size_t liar_lies(const struct liar *l);         /* strings sent so far */
void liar_stop(struct liar *l);                 /* NULL is fine */

#endif
