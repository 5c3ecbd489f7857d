#include "report/figure_data.h"

#include <math.h>

void figure_data_name(struct buf *out, const char *name)
{
    buf_addc(out, '"');
    for (; *name; name++) {
        bool control = (unsigned char)*name < 0x20;
        buf_addc(out, *name == '"' ? '\'' : control ? ' ' : *name);
    }
    buf_addc(out, '"');
}

void figure_data_number(struct buf *out, double x)
{
    if (isfinite(x)) {
        buf_add_real(out, x);
    } else {
        buf_adds(out, "NaN");
    }
}

const struct figure_column figure_delta_pct = {"delta_pct", "delta_pct_low", "delta_pct_high"};
const struct figure_column figure_delta_nats = {"delta_nats", "delta_low_nats", "delta_high_nats"};
const struct figure_column figure_relative_mse = {"relative_mse", NULL, NULL};

enum figure_bars figure_bars_of(const struct record *rows, size_t n, const struct figure_column *c)
{
    enum figure_bars bars = FIGURE_BARS_NONE;
    for (size_t i = 0; i < n; i++) {
        if (c->low && isfinite(record_number(&rows[i], c->low)) &&
            isfinite(record_number(&rows[i], c->high))) {
            return FIGURE_BARS_TEXTS;
        }
        if (bars == FIGURE_BARS_NONE && selection_opens(rows, i)) {
            struct selection s = selection_under(selection_of(rows, n, i), rows[i].protocol);
            bars = selection_summary(&s, c->mean).n > 1 ? FIGURE_BARS_SEEDS : bars;
        }
    }
    return bars;
}

const char *figure_bars_text(enum figure_bars bars)
{
    static const char *const texts[] = {[FIGURE_BARS_NONE] = "",
                                        [FIGURE_BARS_SEEDS] = "bars: ±σ (seeds)",
                                        [FIGURE_BARS_TEXTS] = "bars: 95 % (texts)"};
    return texts[bars];
}

struct interval figure_bar_of(const struct selection *s, const struct figure_column *c,
                              enum figure_bars bars)
{
    struct interval bar = INTERVAL_NONE;
    struct summary mean = selection_summary(s, c->mean);
    if (bars == FIGURE_BARS_TEXTS) {
        bar = selection_interval(s, c->low, c->high);
    } else if (bars == FIGURE_BARS_SEEDS && mean.n > 1) {
        double deviation = summary_deviation(&mean);
        bar = (struct interval){summary_mean(&mean) - deviation, summary_mean(&mean) + deviation};
    }
    return bar;
}

void figure_data_bar(struct buf *out, struct interval bar)
{
    figure_data_number(out, bar.low);
    buf_addc(out, ' ');
    figure_data_number(out, bar.high);
}
