#include "screens/cli/command.h"

#include "api/base/json.h"
#include "api/base/tr.h"
#include "screens/cli/config_explain.h"
#include "screens/cli/out.h"

/* In words: `project  aap-dev-ab12  environment, CLOUDSDK_CORE_PROJECT`. */
static const char *source_text(enum config_source source)
{
    static const char *const texts[] = {
        [CONFIG_OPTION] = "option",         [CONFIG_ENVIRONMENT] = "environment",
        [CONFIG_PLAN_FILE] = "plan file",   [CONFIG_USER_FILE] = "user file",
        [CONFIG_PG_SERVICE] = "pg_service", [CONFIG_GCLOUD] = "gcloud's active configuration",
        [CONFIG_DEFAULT] = "default",       [CONFIG_UNSET] = "not set"};

    return tr(texts[source]);
}

static void print(const struct config_settings *all)
{
    for (size_t i = 0; i < all->n; i++) {
        const struct config_setting *set = &all->items[i];
        out_line("%-18s %-36s %s%s%s", set->name, set->value ? set->value : "-",
                 source_text(set->source), set->from[0] ? ", " : "", set->from);
    }
}

static void print_json(const struct config_settings *all)
{
    struct str text = {0};
    struct json_out o;

    json_begin(&o, &text, true);
    json_open_object(&o, NULL);
    json_put_int(&o, "version", 1);
    json_open_array(&o, "settings");
    for (size_t i = 0; i < all->n; i++) {
        const struct config_setting *set = &all->items[i];
        json_open_object(&o, NULL);
        json_put_string(&o, "name", set->name);
        json_put_string(&o, "value", set->value);
        json_put_string(&o, "source", config_source_name(set->source));
        json_put_string(&o, "from", set->from[0] ? set->from : NULL);
        json_put_bool(&o, "secret", set->secret);
        json_close_object(&o);
    }
    json_close_array(&o);
    json_close_object(&o);
    str_addc(&text, '\n');
    out_result(&text);
    str_done(&text);
}

int command_config(const struct options *o)
{
    struct config_settings all;
    struct session s;
    struct err e;
    int code;

    if (session_open(&s, o, SESSION_FILE, &code)) {
        bool ok = config_explain(&s, &all, &e);
        code = ok ? OUT_FINE : out_error(o, &e);
        if (ok && o->json)
            print_json(&all);
        else if (ok)
            print(&all);
    }
    session_close(&s);
    return code;
}
