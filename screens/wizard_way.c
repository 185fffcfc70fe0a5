#include "screens/wizard_inside.h"

void wizard_open_way(struct wizard *w)
{
    struct way way;

    way_read(&w->walk.j, &way);
    steps_open(&w->steps, way.current < WAY_STEPS ? way.current : 0);
}

void wizard_draw_way(const struct wizard *w, struct page *p)
{
    struct way way;

    if (!w->steps.open)
        return;
    way_read(&w->walk.j, &way);
    steps_draw(&w->steps, way.title, way.items, WAY_STEPS, way.current, p);
}

void wizard_way_key(struct wizard *w, int key)
{
    int chosen = steps_key(&w->steps, WAY_STEPS, key);

    if (chosen < 0)
        return;
    way_go(&w->walk, AT_CONNECT + (enum journey_step)chosen);
    w->scroll = 0;
    wizard_set_tick(w);
}
