#include "report/number.h"

#include <math.h>
#include <stdio.h>

const char number_missing[] = "not measured";

static struct number format(struct summary s, int decimals, bool with_plus, const char *unit)
{
    struct number out;
    const char *blank = *unit ? " " : "";
    double mean = summary_mean(&s);
    if (!isfinite(mean)) {
        snprintf(out.text, sizeof out.text, "%s", number_missing);
        return out;
    }
    const char *sign = signbit(mean) && mean != 0 ? "−" : with_plus ? "+" : "";
    if (s.squares == 0) { /* one value, or seeds that all agree */
        snprintf(out.text, sizeof out.text, "%s%.*f%s%s", sign, decimals, fabs(mean), blank, unit);
    } else {
        snprintf(out.text, sizeof out.text, "%s%.*f ± %.*f%s%s", sign, decimals, fabs(mean),
                 decimals, summary_deviation(&s), blank, unit);
    }
    return out;
}

struct number number_plain(struct summary s, int decimals, const char *unit)
{
    return format(s, decimals, false, unit);
}

struct number number_signed(struct summary s, int decimals, const char *unit)
{
    return format(s, decimals, true, unit);
}

struct number number_significant(double x)
{
    struct number out = {{0}};
    char plain[32];
    if (!isfinite(x)) {
        snprintf(out.text, sizeof out.text, "%s", number_missing);
        return out;
    }
    snprintf(plain, sizeof plain, "%.4g", x);
    size_t n = 0;
    for (const char *c = plain; *c; c++) {
        n += (size_t)snprintf(out.text + n, sizeof out.text - n, "%s",
                              *c == '-' ? "−" : (const char[]){*c, '\0'});
    }
    return out;
}

struct number number_interval(struct interval i, int decimals, bool with_plus)
{
    struct number out;
    if (isnan(i.low) || isnan(i.high)) {
        snprintf(out.text, sizeof out.text, "–");
        return out;
    }
    struct number low = format(summary_one(i.low), decimals, with_plus, "");
    struct number high = format(summary_one(i.high), decimals, with_plus, "");
    size_t n = (size_t)snprintf(out.text, sizeof out.text, "[%.40s, ", low.text);
    snprintf(out.text + n, sizeof out.text - n, "%.40s]", high.text);
    return out;
}

struct number number_p(double p)
{
    struct number out;
    snprintf(out.text, sizeof out.text, isnan(p) ? "–" : p < 0.0001 ? "< 0.0001" : "%.4f", p);
    return out;
}

struct number number_weights(double n)
{
    struct number out;
    if (!isfinite(n)) {
        snprintf(out.text, sizeof out.text, "%s", number_missing);
    } else if (n >= 999.95e6) {
        snprintf(out.text, sizeof out.text, "%.2fB", n / 1e9);
    } else if (n >= 0.99995e6) {
        snprintf(out.text, sizeof out.text, "%.1fM", n / 1e6);
    } else if (n >= 1e3) {
        snprintf(out.text, sizeof out.text, "%.1fK", n / 1e3);
    } else {
        snprintf(out.text, sizeof out.text, "%.0f", n);
    }
    return out;
}
