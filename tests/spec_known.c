#include "spec_known.h"

#include <stdio.h>

#include "scratch.h"
#include "support.h"

#include <math.h>
#include <string.h>

static const char *const scopes[] = {"head", "blocks", "all", NULL};
static const char *const dtypes[] = {"f32", "f16", NULL};
static const char *const cuts[] = {"exact", "sampled", NULL};
static const char *const importances[] = {"magnitude", "neighbour-product", "neighbour-mean", NULL};

static const struct param common_rows[] = {
    {.name = "scope", .type = PARAM_CHOICE, .fallback = "head", .choices = scopes, .help = "where"},
    {.name = "group", .type = PARAM_INT, .fallback = "", .min = 1, .max = 65536, .help = "weights"},
    {.name = "grid_dtype",
     .type = PARAM_CHOICE,
     .fallback = "f32",
     .choices = dtypes,
     .help = "as"},
};

static const struct param uniform_rows[] = {
    {.name = "bits", .type = PARAM_INT, .fallback = "4", .min = 1, .max = 8, .help = "of a weight"},
};

static const struct param tiers_rows[] = {
    {.name = "shares",
     .type = PARAM_REALS,
     .min = 0,
     .max = 100,
     .help = "share of each tier, in %"},
    {.name = "bits", .type = PARAM_INTS, .min = 1, .max = 8, .help = "bit width of each tier"},
    {.name = "cut", .type = PARAM_CHOICE, .fallback = "exact", .choices = cuts, .help = "from"},
    {.name = "sample", .type = PARAM_INT, .fallback = "10000", .min = 1, .max = 1e9, .help = "n"},
    {.name = "importance",
     .type = PARAM_CHOICE,
     .fallback = "magnitude",
     .choices = importances,
     .help = "of a weight"},
};

static int check_tiers(const struct params *p, const char **which, struct err *e)
{
    const struct value *shares = params_list(p, "shares"), *bits = params_list(p, "bits");
    double sum = 0;
    for (size_t i = 0; i < shares->n; i++) {
        sum += shares->numbers[i];
    }
    *which = "shares";
    if (fabs(sum - 100) > 1e-6) {
        return err_set(e, "shares add up to %.15g %%, not 100 %%", sum);
    }
    *which = "bits";
    if (bits->n != shares->n) {
        return err_set(e, "bits has %zu widths for %zu shares", bits->n, shares->n);
    }
    for (size_t i = 1; i < bits->n; i++) {
        if (bits->numbers[i] > bits->numbers[i - 1]) {
            return err_set(e, "bits rise from %g to %g: the most important tier comes first",
                           bits->numbers[i - 1], bits->numbers[i]);
        }
    }
    return 0;
}

static bool tiers_use_seed(const struct params *p)
{
    return strcmp(params_choice(p, "cut"), "sampled") == 0;
}

/* One of the importances stands for what has to be learned from texts. */
static bool tiers_use_calibration(const struct params *p)
{
    return strcmp(params_choice(p, "importance"), "neighbour-product") == 0;
}

const struct spec_known *test_known(void)
{
    static const char *const protocols[] = {"paper", "text", "strided"};
    static const unsigned keys[] = {PROTOCOL_MAX_TOKENS, PROTOCOL_MAX_TOKENS,
                                    PROTOCOL_WINDOW | PROTOCOL_STRIDE};
    static struct method_kind kinds[] = {
        {.name = "baseline", .help = "32-bit floats"},
        {.name = "uniform", .help = "one width"},
        {.name = "tiers",
         .help = "widths",
         .check = check_tiers,
         .uses_seed = tiers_use_seed,
         .uses_calibration = tiers_use_calibration},
    };
    static const struct spec_known known = {kinds, 3, protocols, 3, keys};
    if (!kinds[1].schema.n) {
        schema_add(&kinds[1].schema, common_rows, 3);
        schema_add(&kinds[1].schema, uniform_rows, 1);
        schema_add(&kinds[2].schema, common_rows, 3);
        schema_add(&kinds[2].schema, tiers_rows, 5);
    }
    return &known;
}

void test_path(struct buf *out, const char *path)
{
    buf_adds(out, source_path(path));
}

void test_folder(struct buf *out)
{
    buf_adds(out, scratch_new().folder);
}

void test_remove_folder(const char *path)
{
    struct scratch s;
    snprintf(s.folder, sizeof s.folder, "%s", path);
    scratch_remove(&s);
}
