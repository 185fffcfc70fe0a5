#include "api/base/json.h"
#include "api/checks/check.h"

/* `strom check --json`: contract, section 4. */

static void put_check(struct json_out *o, const struct check *c)
{
    json_open_object(o, NULL);
    json_put_string(o, "id", check_name(c->id));
    json_put_string(o, "title", check_title(c->id));
    json_put_string(o, "result", check_result_name(c->result));
    json_put_string(o, "found", c->found);
    json_put_string(o, "needed", c->needed);
    json_put_string(o, "why", c->why);
    json_open_object(o, "remedy");
    json_put_string(o, "kind", check_remedy_name(c->remedy.kind));
    json_put_string(o, "text", c->remedy.text);
    json_close_object(o);
    json_close_object(o);
}

void check_json(const struct check_list *l, struct str *out)
{
    struct check_summary sum = check_summary(l);
    struct json_out o;
    json_begin(&o, out, true);
    json_open_object(&o, NULL);
    json_put_int(&o, "version", 1);
    json_open_array(&o, "checks");
    for (int i = 0; i < CHECK_IDS; i++)
        put_check(&o, &l->at[i]);
    json_close_array(&o);
    json_open_object(&o, "summary");
    json_put_int(&o, "pass", (int64_t)sum.pass);
    json_put_int(&o, "warn", (int64_t)sum.warn);
    json_put_int(&o, "fail", (int64_t)sum.fail);
    json_put_int(&o, "unknown", (int64_t)sum.unknown);
    json_close_object(&o);
    json_close_object(&o);
}
