#include "api/plan/moves_proxy.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/moves_wait.h"
#include "api/plan/proxy.h"

#include <stdio.h>

enum { PROXY_LIMIT_MS = 10 * 60 * 1000 };

enum { PROXY_ASK, PROXY_STARTED, PROXY_MADE, PROXY_PAUSE, PROXY_SERIAL };

static struct task *proxy_insert(struct run *r, struct doing *d, struct arena *mem)
{
    const struct compute_zones *zones = compute_zones(d->zones);
    struct google_write w = move_write_of(d);
    const char *connection =
        arena_printf(mem, "%s:%s:%s", r->t->project, r->t->region, r->t->instance);
    struct compute_machine_order order = {.name = r->n->proxy,
                                          .zone = zones->items[d->zone].name,
                                          .region = r->t->region,
                                          .machine_type = PROXY_MACHINE_TYPE,
                                          .image = compute_image(d->image)->link,
                                          .subnetwork = r->plan->subnetwork,
                                          .internal_ip = r->address,
                                          .external_ip = true,
                                          .service_account = r->n->service_account_email,
                                          .user_data = proxy_user_data(mem, connection, false),
                                          .description = "Cloud SQL proxy for Datastream",
                                          .labels = r->labels};

    return compute_machine_insert(r->google, r->t->project, &order, &w);
}

static bool next_zone(struct doing *d)
{
    const struct compute_zones *zones = compute_zones(d->zones);

    while (d->zone < zones->n && !str_eq(zones->items[d->zone].status, "UP"))
        d->zone++;
    return d->zone < zones->n;
}

static struct task *ask_for_image(struct run *r, const struct doing *d)
{
    return compute_image_from_family(r->google, PROXY_IMAGE_PROJECT, proxy_image_family(d->family));
}

static bool has_ended(const struct task *image)
{
    return task_state(image) == TASK_FAILED && task_error(image)->kind == ERR_MISSING;
}

static enum move proxy_begin(struct run *r, struct apply_step *s, struct doing *d,
                             struct arena *mem)
{
    if (d->zones == NULL) {
        d->zones = compute_zone_list(r->google, r->t->project, r->t->region);
        d->image = ask_for_image(r, d);
        str_copy(s->message, sizeof s->message, tr("choosing a zone and the newest image"));
    }
    if (has_ended(d->image) && proxy_image_family(d->family + 1)) {
        d->family++;
        task_clear(&d->image);
        d->image = ask_for_image(r, d);
    }
    const struct task *failed = task_state(d->zones) == TASK_FAILED   ? d->zones
                                : task_state(d->image) == TASK_FAILED ? d->image
                                                                      : NULL;
    if (failed && move_not_reached(s, d, failed)) {
        task_clear(&d->zones);
        task_clear(&d->image);
        return move_pause_then(r, d, PROXY_ASK);
    }
    if (failed)
        return move_fail_like(s, failed);
    if (task_state(d->zones) == TASK_RUNNING || task_state(d->image) == TASK_RUNNING)
        return MOVE_AGAIN;
    if (!next_zone(d)) {
        err_set(&s->error, ERR_MISSING, "Choosing a zone in %s", r->t->region);
        err_resource(&s->error, r->t->region);
        err_why(&s->error, "no zone of the region is up or has room");
        err_hint(&s->error, "try again later");
        return MOVE_FAILED;
    }
    d->task = proxy_insert(r, d, mem);
    move_mark_unsure(r, s, d->task);
    d->is_call = true;
    d->phase = PROXY_MADE;
    d->since_ms = clock_mono_ms();
    snprintf(s->message, sizeof s->message, tr("making the machine in %s%s%s"),
             compute_zones(d->zones)->items[d->zone].name,
             d->family ? tr(", from the images of ") : "",
             d->family ? proxy_image_family(d->family) : "");
    return MOVE_AGAIN;
}

static enum move proxy_made(struct run *r, struct apply_step *s, struct doing *d, struct arena *mem)
{
    if (task_state(d->task) == TASK_FAILED) {
        if (move_not_reached(s, d, d->task) || move_not_on_yet(r, d, d->task))
            return move_pause_then(r, d, PROXY_ASK);
        if (!str_starts(task_error(d->task)->reason, "ZONE_RESOURCE_POOL_EXHAUSTED"))
            return move_fail_like(s, d->task);
        task_clear(&d->task);
        google_uuid(d->request_id); /* another zone is another request */
        d->zone++;
        return proxy_begin(r, s, d, mem);
    }
    return move_proxy_runs(r, s, d, compute_zones(d->zones)->items[d->zone].name);
}

/* --- one that stands still --- */

static enum move proxy_start(struct run *r, struct apply_step *s, struct doing *d)
{
    struct google_write w = move_write_of(d);

    d->task = compute_machine_start(r->google, r->t->project, r->plan->proxy_zone, r->n->proxy, &w);
    move_mark_unsure(r, s, d->task);
    d->is_call = true;
    d->phase = PROXY_STARTED;
    d->since_ms = clock_mono_ms();
    snprintf(s->message, sizeof s->message, tr("starting the machine in %s"), r->plan->proxy_zone);
    return MOVE_AGAIN;
}

/* Where it starts its proxy the old way, the proxy tells nothing. */
static enum move proxy_started(struct run *r, struct apply_step *s, struct doing *d,
                               struct arena *mem)
{
    if (task_state(d->task) == TASK_FAILED) {
        if (move_not_reached(s, d, d->task) || move_not_on_yet(r, d, d->task))
            return move_pause_then(r, d, PROXY_ASK);
        return move_fail_like(s, d->task);
    }
    return proxy_connection_of(mem, compute_metadata(compute_machine(d->task), "user-data"))
               ? move_proxy_runs(r, s, d, r->plan->proxy_zone)
               : MOVE_DONE;
}

/* --- the whole --- */

enum move move_proxy_runs(struct run *r, struct apply_step *s, struct doing *d, const char *zone)
{
    str_copy(d->place, sizeof d->place, zone);
    str_copy(s->message, sizeof s->message,
             tr("the machine runs; waiting for the proxy to answer (about a minute)"));
    d->since_ms = clock_mono_ms();
    return move_pause_then(r, d, PROXY_PAUSE);
}

enum move move_proxy(struct run *r, struct apply_step *s, struct doing *d, struct arena *mem)
{
    switch (d->phase) {
    case PROXY_ASK:
        task_clear(&d->task);
        return plan_starts_machine(r->plan) ? proxy_start(r, s, d) : proxy_begin(r, s, d, mem);
    case PROXY_STARTED:
        return proxy_started(r, s, d, mem);
    case PROXY_MADE:
        return proxy_made(r, s, d, mem);
    case PROXY_PAUSE:
        task_clear(&d->task);
        d->task = compute_serial_port(r->google, r->t->project, d->place, r->n->proxy, 0);
        d->phase = PROXY_SERIAL;
        return MOVE_AGAIN;
    default:
        if (task_state(d->task) == TASK_FAILED &&
            (!task_error(d->task)->retryable || clock_mono_ms() - d->since_ms > PROXY_LIMIT_MS))
            return move_fail_like(s, d->task);
        if (task_state(d->task) == TASK_OK && proxy_is_ready(compute_serial(d->task)->text))
            return MOVE_DONE;
        if (clock_mono_ms() - d->since_ms > PROXY_LIMIT_MS)
            return move_too_long(
                s, "Waiting for the proxy to answer",
                "look at the machine's serial port; the machine stays, run this again");
        return move_pause_then(r, d, PROXY_PAUSE);
    }
}
