#include "api/plan/actions_inside.h"

#include "api/plan/moves_proxy.h"

#include <assert.h>

static const struct action_type actions[STEPS] = {
    [STEP_SERVICES] = {.start = start_services}, /* what others have come to use stays on */
    [STEP_NETWORK] = {.start = start_network, .undo = undo_network},
    [STEP_ACCOUNT] = {.start = start_account, .undo = undo_account},
    [STEP_BINDING] = {.start = start_binding,
                      .plain = true,
                      .made = made_binding,
                      .undo = undo_binding},
    [STEP_ADDRESS] = {.start = start_address,
                      .passes = passes_address,
                      .done = done_address,
                      .undo = undo_address},
    [STEP_PROXY] = {.move = move_proxy,
                    .verify = verify_proxy,
                    .judge = judge_proxy,
                    .undo = undo_proxy},
    [STEP_PRIVATE_CONNECTION] = {.start = start_private,
                                 .verify = verify_private,
                                 .judge = judge_private,
                                 .undo = undo_private},
    [STEP_FIREWALL] = {.start = start_firewall, .undo = undo_firewall},
    [STEP_SOURCE_PROFILE] = {.start = start_source,
                             .tries = true,
                             .passes = passes_source,
                             .failed = failed_source,
                             .verify = verify_source,
                             .judge = judge_profile,
                             .undo = undo_source},
    [STEP_DESTINATION_PROFILE] = {.start = start_destination,
                                  .tries = true,
                                  .verify = verify_destination,
                                  .judge = judge_profile,
                                  .undo = undo_destination},
    [STEP_DATASET] = {.start = start_dataset, .undo = undo_dataset},
    [STEP_STREAM] = {.start = start_stream, .tries = true, .rests = true, .undo = undo_stream},
    [STEP_START] = {.start = start_running, .rests = true}, /* it goes with the stream */
};

const struct action_type *action_type(enum step_id id)
{
    assert(id < STEPS);
    return &actions[id];
}
