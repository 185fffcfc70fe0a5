/* A team's rules for tests: read from a text, freed behind each. */
static struct rules_team *team;
static struct err failed;

static int fresh(void **state)
{
    (void)state;
    team = NULL;
    memset(&failed, 0, sizeof failed);
    return 0;
}

static int done(void **state)
{
    (void)state;
    team_free(team);
    team = NULL;
    return 0;
}

static bool reads(const char *text)
{
    team_free(team);
    return team_read(text, strlen(text), &team, &failed);
}

/* Rules inside a whole file. */
static bool reads_rules(const char *rules)
{
    struct str text = {0};
    str_printf(&text, "{\"version\": 1, \"rules\": [%s]}", rules);
    bool ok = reads(str_text(&text));
    str_done(&text);
    return ok;
}
