#ifndef STROM_SCREENS_TABLES_INSIDE_H
#define STROM_SCREENS_TABLES_INSIDE_H

/* What the files of Tables share: its state, its keys, what can be done. */

#include "screens/reason_form.h"
#include "screens/step.h"
#include "screens/tables_filter.h"
#include "screens/tables_samples.h"
#include "screens/tables_values.h"
#include "screens/tables_view.h"

struct tables {
    struct task *survey;
    struct task *stream; /* what flows at this moment, of a stream that is changed */
    struct task *churn;  /* how much the tables change */
    struct churn *rates; /* what it told; owned */
    struct tables_view view;
    struct tables_filter filter;
    struct tables_values values;
    struct tables_samples samples;
    struct reason_form reason; /* why may this column flow? */
    bool tall;                 /* the details have most of the lines */
    bool warned;               /* said once that nothing is chosen */
    bool waiting;              /* for the connection */
};

void tables_ask(struct tables *self, struct journey *j); /* the database, and the stream, anew */
enum nav tables_key(struct tables *self, struct journey *j, int key);
extern const struct action tables_actions[];

#endif
