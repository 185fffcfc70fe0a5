#include "api/plan/evidence.h"

#include "api/base/tr.h"
#include "api/plan/said.h"

bool evidence_is_of_values(const struct rules_evidence *e)
{
    return e->by == RULES_BY_STATISTICS || e->by == RULES_BY_DATA;
}

static const char *plain_text(const struct rules_team *team, const struct rules_evidence *e,
                              struct arena *a)
{
    const char *reason = team_reason(team, e), *by = tr(rules_by_name((enum rules_by)e->by)),
               *why = tr(rules_rule_why(e->rule)), *rule = rules_rule_id(e->rule);

    if (reason)
        return arena_printf(a, tr("evidence by the team's rules: %s"), said_word(a, reason));
    if (evidence_is_of_values(e) && e->sampled)
        return arena_printf(a, tr("evidence by %s, %u of %u values: %s (%s)"), by, e->hits,
                            e->sampled, why, rule);
    return arena_printf(a, tr("evidence by %s: %s (%s)"), by, why, rule);
}

const char *evidence_text(const struct rules_team *team, const struct rules_evidence *e,
                          struct arena *a)
{
    const char *text = plain_text(team, e, a);

    return e->quiet ? arena_printf(a, tr("silenced: %s"), text) : text;
}

void evidence_json(struct json_out *o, const struct rules_team *team, const struct rules_verdict *v)
{
    json_open_array(o, "evidence");
    for (uint32_t i = 0; i < v->n_evidence; i++) {
        const struct rules_evidence *e = &v->evidence[i];
        json_open_object(o, NULL);
        json_put_string(o, "by", rules_by_name((enum rules_by)e->by));
        json_put_string(o, "rule", rules_rule_id(e->rule));
        json_put_int(o, "hits", e->hits);
        json_put_int(o, "sampled", e->sampled);
        if (e->by == RULES_BY_TEAM)
            json_put_string(o, "reason", team_reason(team, e));
        if (e->quiet)
            json_put_bool(o, "silenced", true);
        json_close_object(o);
    }
    json_close_array(o);
}
