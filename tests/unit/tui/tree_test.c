#include "tests/unit/tui/dump.h"
#include "tui/key.h"
#include "tui/tree.h"

/* A model of `groups` groups in roots of ten, with leaves by a rule; hidden groups play a filter.
 */
struct model {
    size_t shown[64], n_shown; /* ids of the groups that pass the filter */
    size_t leaves;
    size_t asked;
    bool no_leaves;
};

static size_t first_group(const void *ctx, size_t root)
{
    const struct model *m = ctx;
    size_t g = 0;
    while (g < m->n_shown && m->shown[g] / 10 < root)
        g++;
    return g;
}

static size_t leaves_of(const void *ctx, size_t group)
{
    const struct model *m = ctx;
    return m->no_leaves ? 0 : m->shown[group] % 4;
}

static size_t group_id(const void *ctx, size_t group)
{
    return ((const struct model *)ctx)->shown[group];
}

static enum box box(const void *ctx, struct tree_node n)
{
    (void)ctx;
    return n.leaf != TREE_NONE ? BOX_ON : n.group != TREE_NONE ? BOX_SOME : BOX_OFF;
}

static void put(const void *ctx, struct tree_node n, struct page *p)
{
    const struct model *m = ctx;
    if (n.group == TREE_NONE)
        page_put(p, STYLE_TEXT, "schema_%zu", n.root);
    else if (n.leaf == TREE_NONE)
        page_put(p, STYLE_TEXT, "table_%zu", m->shown[n.group]);
    else
        page_put(p, STYLE_TEXT, "column_%zu", n.leaf);
}

static struct tree_model model_of(const struct model *m)
{
    return (struct tree_model){.ctx = m,
                               .n_roots = 3,
                               .n_groups = m->n_shown,
                               .first_group = first_group,
                               .leaves = leaves_of,
                               .group_id = group_id,
                               .box = box,
                               .put = put};
}

static void fill(struct model *m)
{
    m->n_shown = 0;
    for (size_t id = 0; id < 24; id++)
        m->shown[m->n_shown++] = id;
}

/* Row by row the tree says what counting by hand says. */
static void check_rows(const struct tree *t, const struct tree_model *m)
{
    size_t row = 0;
    for (size_t r = 0; r < m->n_roots; r++) {
        struct tree_node n = {r, TREE_NONE, TREE_NONE};
        assert_int_equal(tree_row_of(t, m, n), row);
        n = tree_node_at(t, m, row++);
        assert_int_equal(n.root, r);
        assert_int_equal(n.group, TREE_NONE);
        if (!tree_is_open(t, m, n))
            continue;
        size_t end = r + 1 < m->n_roots ? first_group(m->ctx, r + 1) : m->n_groups;
        for (size_t g = first_group(m->ctx, r); g < end; g++) {
            struct tree_node at = tree_node_at(t, m, row);
            assert_int_equal(at.root, r);
            assert_int_equal(at.group, g);
            assert_int_equal(at.leaf, TREE_NONE);
            assert_int_equal(tree_row_of(t, m, at), row);
            row++;
            for (size_t l = 0; tree_is_open(t, m, at) && l < leaves_of(m->ctx, g); l++) {
                struct tree_node leaf = tree_node_at(t, m, row);
                assert_int_equal(leaf.group, g);
                assert_int_equal(leaf.leaf, l);
                assert_int_equal(tree_row_of(t, m, leaf), row);
                row++;
            }
        }
    }
    assert_int_equal(tree_rows(t), row);
}

static void rows_and_nodes(void **state)
{
    (void)state;
    struct model m = {0};
    struct tree t = {0};
    fill(&m);
    struct tree_model tm = model_of(&m);
    tree_update(&t, &tm);
    assert_int_equal(tree_rows(&t), 27);
    check_rows(&t, &tm);
    assert_int_equal(t.at.root, 0);
    assert_int_equal(t.at.group, TREE_NONE);
    unsigned seed = 3;
    static const int keys[] = {TUI_DOWN, TUI_RIGHT, 'j', 'l', TUI_PGDN, 'h',      'k',
                               TUI_LEFT, 'G',       'g', '+', '-',      TUI_PGUP, TUI_END};
    for (int i = 0; i < 3000; i++) {
        seed = seed * 1103515245U + 12345U;
        unsigned k = (seed >> 16) % 100;
        assert_true(tree_key(&t, &tm, keys[k < 90 ? k % 8 : 8 + k % 6]));
        check_rows(&t, &tm);
        assert_true(tree_row_of(&t, &tm, t.at) < tree_rows(&t));
    }
    tree_done(&t);
}

static void left_and_right(void **state)
{
    (void)state;
    struct model m = {0};
    struct tree t = {0};
    fill(&m);
    struct tree_model tm = model_of(&m);
    tree_update(&t, &tm);
    tree_key(&t, &tm, TUI_RIGHT); /* open already: in */
    assert_int_equal(t.at.group, 0);
    tree_key(&t, &tm, TUI_DOWN);
    tree_key(&t, &tm, TUI_DOWN);
    tree_key(&t, &tm, TUI_DOWN);
    tree_key(&t, &tm, TUI_RIGHT); /* table_3 has 3 columns: opens */
    assert_true(tree_is_open(&t, &tm, t.at));
    assert_int_equal(tree_rows(&t), 30);
    tree_key(&t, &tm, TUI_RIGHT);
    assert_int_equal(t.at.leaf, 0);
    tree_key(&t, &tm, TUI_RIGHT); /* no deeper */
    assert_int_equal(t.at.leaf, 0);
    tree_key(&t, &tm, TUI_DOWN);
    tree_key(&t, &tm, TUI_LEFT); /* to the table */
    assert_int_equal(t.at.leaf, TREE_NONE);
    assert_int_equal(t.at.group, 3);
    tree_key(&t, &tm, TUI_LEFT); /* closes */
    assert_false(tree_is_open(&t, &tm, t.at));
    tree_key(&t, &tm, TUI_LEFT); /* to the schema */
    assert_int_equal(t.at.group, TREE_NONE);
    tree_key(&t, &tm, TUI_LEFT);
    assert_int_equal(tree_rows(&t), 17);
    assert_false(tree_key(&t, &tm, TUI_SPACE));
    assert_false(tree_key(&t, &tm, TUI_ENTER));
    tree_done(&t);
}

static void a_filter_keeps_cursor_and_openness(void **state)
{
    (void)state;
    struct model m = {0};
    struct tree t = {0};
    fill(&m);
    struct tree_model tm = model_of(&m);
    tree_update(&t, &tm);
    tree_show(&t, &tm, (struct tree_node){1, 15, 2});
    assert_int_equal(tree_row_of(&t, &tm, t.at), 20);
    m.n_shown = 0;
    m.shown[m.n_shown++] = 3;
    m.shown[m.n_shown++] = 15;
    m.shown[m.n_shown++] = 22;
    tm = model_of(&m);
    tree_update(&t, &tm);
    check_rows(&t, &tm);
    assert_int_equal(t.at.group, 1);
    assert_int_equal(t.at.root, 1);
    assert_int_equal(t.at.leaf, 2);
    assert_true(tree_is_open(&t, &tm, (struct tree_node){1, 1, TREE_NONE}));
    m.shown[1] = 16; /* now it is gone */
    tm = model_of(&m);
    tree_update(&t, &tm);
    assert_int_equal(t.at.group, 1);
    assert_int_equal(t.at.leaf, TREE_NONE);
    m.n_shown = 0;
    tm = model_of(&m);
    tree_update(&t, &tm);
    assert_int_equal(tree_rows(&t), 3); /* the schemas, empty */
    check_rows(&t, &tm);
    fill(&m);
    tm = model_of(&m);
    tree_update(&t, &tm);
    assert_true(tree_is_open(&t, &tm, (struct tree_node){1, 15, TREE_NONE}));
    tree_done(&t);
}

static void restored_before_the_first_update(void **state)
{
    (void)state;
    struct model m = {0};
    struct tree t = {.at = {1, 12, TREE_NONE}};
    fill(&m);
    struct tree_model tm = model_of(&m);
    tree_update(&t, &tm);
    assert_int_equal(t.at.group, 12);
    assert_int_equal(t.at.root, 1);
    tree_done(&t);
    t = (struct tree){.at = {9, 900, 3}}; /* of another database */
    tree_update(&t, &tm);
    assert_true(t.at.group < m.n_shown);
    tree_done(&t);
}

static void drawn(void **state)
{
    (void)state;
    struct model m = {0};
    struct tree t = {0};
    struct page *p = new_page(60, 16);
    fill(&m);
    struct tree_model tm = model_of(&m);
    tree_update(&t, &tm);
    tree_show(&t, &tm, (struct tree_node){0, 3, 1});
    tree_set_open(&t, &tm, (struct tree_node){1, TREE_NONE, TREE_NONE}, false);
    tree_draw(&t, &tm, p);
    assert_page(p, "tree");
    page_set_ascii(p, true);
    page_begin(p, 60, 16);
    tree_key(&t, &tm, TUI_END);
    tree_draw(&t, &tm, p);
    assert_page(p, "tree_ascii");
    tree_done(&t);
    m.n_shown = 0;
    tm = model_of(&m);
    tm.n_roots = 0;
    tm.empty = "no table";
    tree_update(&t, &tm);
    page_begin(p, 60, 16);
    tree_draw(&t, &tm, p);
    assert_true(page_shows(p, "no table"));
    assert_true(tree_key(&t, &tm, TUI_DOWN));
    assert_true(tree_key(&t, &tm, TUI_RIGHT));
    assert_true(tree_key(&t, &tm, TUI_LEFT));
    tree_done(&t);
    page_free(p);
}

/* --- 10 000 groups of 20 --- */

static size_t twenty(const void *ctx, size_t group)
{
    size_t *asked = *(size_t *const *)ctx;
    (void)group;
    (*asked)++;
    return 20;
}

static void put_number(const void *ctx, struct tree_node n, struct page *p)
{
    (void)ctx;
    page_put(p, STYLE_TEXT, "%zu", n.leaf == TREE_NONE ? n.group : n.leaf);
}

static void large(void **state)
{
    (void)state;
    size_t asked = 0, *at = &asked;
    struct tree t = {.open_default = true};
    struct tree_model tm = {
        .ctx = &at, .n_groups = 10000, .hide_roots = true, .leaves = twenty, .put = put_number};
    struct page *p = new_page(80, 24);
    tree_update(&t, &tm);
    assert_int_equal(tree_rows(&t), 210000);
    assert_int_equal(asked, 10000);
    asked = 0;
    for (int i = 0; i < 200; i++) {
        tree_key(&t, &tm, TUI_PGDN);
        page_begin(p, 80, 24);
        tree_draw(&t, &tm, p);
    }
    assert_true(asked < 1000); /* moving counts nothing again */
    tree_key(&t, &tm, TUI_END);
    assert_int_equal(t.at.group, 9999);
    assert_int_equal(t.at.leaf, 19);
    tree_key(&t, &tm, '-');
    assert_int_equal(tree_rows(&t), 10000);
    assert_int_equal(t.at.group, 9999);
    tree_done(&t);
    page_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_and_nodes),
        cmocka_unit_test(left_and_right),
        cmocka_unit_test(a_filter_keeps_cursor_and_openness),
        cmocka_unit_test(restored_before_the_first_update),
        cmocka_unit_test(drawn),
        cmocka_unit_test(large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
