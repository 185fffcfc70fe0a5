#ifndef STROM_SCREENS_STEPS_H
#define STROM_SCREENS_STEPS_H

/* The screens, in the order of the wizard. */

#include "screens/step.h"

extern const struct step home_step, connect_step, prerequisites_step, access_step, tables_step,
    destination_step, review_step, create_step, monitor_step, remove_step, reviewer_step,
    manage_step;

#endif
