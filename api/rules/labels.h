#ifndef STROM_RULES_LABELS_H
#define STROM_RULES_LABELS_H

/* What the labels of an enum say: they are all the values that its columns can have, whatever these
 * are called. The sets are the rows of labels.def; pure. */

#include <stdint.h>

enum labels_what { LABELS_PROTECTED, LABELS_HEALTH, LABELS_CREED, LABELS_SEX, LABELS_CIVIL };

#define LABELS_BIT(name) (UINT32_C(1) << LABELS_##name)

/* A label a line; what they say as bits. */
uint32_t labels_say(const char *labels);

#endif
