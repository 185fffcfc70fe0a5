#ifndef STROM_PLAN_ACTIONS_INSIDE_H
#define STROM_PLAN_ACTIONS_INSIDE_H

/* What the rows of actions.c are made of: their columns, a file each. */

#include "api/plan/actions.h"

#define START(name)                                                                                \
    struct task *name(struct run *r, const struct plan_action *a, const struct google_write *w)
START(start_services);
START(start_network);
START(start_account);
START(start_binding);
START(start_address);
START(start_private);
START(start_firewall);
START(start_source);
START(start_destination);
START(start_dataset);
START(start_stream);
START(start_running);

bool passes_address(struct apply_step *s, struct doing *d); /* its network is not to be seen yet */
bool passes_source(struct apply_step *s, struct doing *d);  /* the proxy does not answer yet */
void failed_source(struct apply_step *s);
bool made_binding(const struct doing *d);
void done_address(struct run *r, const struct doing *d);

#define VERIFY(name) struct task *name(const struct place *p)
VERIFY(verify_private);
VERIFY(verify_proxy);
VERIFY(verify_source);
VERIFY(verify_destination);

#define JUDGE(name)                                                                                \
    enum move name(struct run *r, struct apply_step *s, struct doing *d, const char **state,       \
                   struct arena *mem)
JUDGE(judge_private);
JUDGE(judge_proxy);
JUDGE(judge_profile);

#define UNDO(name) struct task *name(const struct place *p)
UNDO(undo_network);
UNDO(undo_account);
UNDO(undo_binding);
UNDO(undo_address);
UNDO(undo_proxy);
UNDO(undo_private);
UNDO(undo_firewall);
UNDO(undo_source);
UNDO(undo_destination);
UNDO(undo_dataset);
UNDO(undo_stream);

#endif
