#include "run/methods.h"

#include <string.h>

#include "allocate/budget.h"
#include "base/mem.h"
#include "evaluate/evaluate.h"

enum { KINDS_MAX = 16, PROTOCOLS_MAX = 8 };

static struct method_kind kinds[KINDS_MAX];
static const char *protocol_names[PROTOCOLS_MAX];
static unsigned protocol_keys[PROTOCOLS_MAX];
static struct spec_known known;

static const struct method_kind *kind_of(const struct params *p)
{
    for (size_t i = 0; i < known.n_methods; i++) {
        if (p->schema == &kinds[i].schema) {
            return &kinds[i];
        }
    }
    BUG("parameters of no known method");
}

/* The checks of the grids, of the budget and of the method itself. */
static int check(const struct params *p, const char **which, struct err *e)
{
    const struct allocate_method *m = allocate_method_named(kind_of(p)->name);
    bool steps = grid_options_of(p).fit == FIT_STEP;
    if (quantize_check(p, which, e) || (m->solve && budget_check(p, steps, which, e))) {
        return -1;
    }
    *which = "group";
    if (!m->solve && params_has(p, "group") && !m->groups) {
        return err_set(
            e,
            "group does not go with the method %s: each tier has one grid over the whole "
            "tensor",
            m->name);
    }
    *which = "grid";
    if (!m->solve && steps) {
        return err_set(
            e,
            "grid: step does not go with the method %s: steps are chosen by methods of a "
            "budget",
            m->name);
    }
    return m->check ? m->check(p, which, e) : 0;
}

static bool uses_calibration(const struct params *p)
{
    const struct allocate_method *m = allocate_method_named(kind_of(p)->name);
    return (m->solve && budget_sensitivity(p) != SENSITIVITY_NONE) ||
           grid_options_of(p).rounding == ROUNDING_FEEDBACK || m->measures;
}

static void build(void)
{
    kinds[known.n_methods++] =
        (struct method_kind){.name = "baseline", .help = "the model as it is"};
    for (size_t i = 0; allocate_methods[i]; i++) {
        const struct allocate_method *m = allocate_methods[i];
        if (known.n_methods == KINDS_MAX) {
            BUG("more than %d methods", KINDS_MAX);
        }
        struct method_kind *kind = &kinds[known.n_methods++];
        *kind = (struct method_kind){.name = m->name,
                                     .help = m->help,
                                     .check = check,
                                     .uses_seed = m->uses_seed,
                                     .uses_calibration = uses_calibration};
        if (m->solve) {
            schema_add(&kind->schema, budget_params, budget_n_params);
        }
        schema_add(&kind->schema, m->params, m->n_params);
        schema_add(&kind->schema, quantize_params, quantize_n_params);
    }
    for (const struct protocol *p = protocols; p->name; p++) {
        if (known.n_protocols == PROTOCOLS_MAX) {
            BUG("more than %d protocols", PROTOCOLS_MAX);
        }
        protocol_names[known.n_protocols] = p->name;
        protocol_keys[known.n_protocols++] = p->pass == PASS_TEXTS ? PROTOCOL_MAX_TOKENS
                                             : p->pass == PASS_STRIDED
                                                 ? PROTOCOL_WINDOW | PROTOCOL_STRIDE
                                                 : PROTOCOL_WINDOW;
    }
    known.methods = kinds;
    known.protocols = protocol_names;
    known.protocol_keys = protocol_keys;
}

const struct spec_known *run_known(void)
{
    if (!known.methods) {
        build();
    }
    return &known;
}

const struct method_kind *run_method_named(const char *name)
{
    const struct spec_known *k = run_known();
    for (size_t i = 0; i < k->n_methods; i++) {
        if (strcmp(k->methods[i].name, name) == 0) {
            return &k->methods[i];
        }
    }
    return NULL;
}

bool run_is_baseline(const struct method_kind *kind)
{
    return kind->schema.n == 0;
}

bool run_learns(const struct method_kind *kind, const struct params *p)
{
    return !run_is_baseline(kind) &&
           (allocate_method_named(kind->name)->solve || uses_calibration(p));
}

/* What the methods of shares are called with for each tensor. */
struct request {
    const struct allocate_method *method;
    const struct params *params;
    uint64_t seed;
    struct workshop *workshop;
};

static int allocate(void *context, const struct gpt2_tensor *t, int index, struct allocation *out,
                    struct err *e)
{
    const struct request *r = context;
    struct allocate_tensor tensor = {
        .w_rc = t->f32, .rows = t->rows, .cols = t->cols, .index = (uint32_t)index};
    return r->method->run(out, &tensor, r->params, r->seed, e);
}

static int moments(void *context, const struct gpt2_tensor *t, int index, const double **moment_kk,
                   struct err *e)
{
    const struct request *r = context;
    const struct progress *progress = r->workshop->calibration.progress;
    progress_step(progress, "tensors quantized", false);
    if (progress_tell(progress, (size_t)index, (size_t)r->workshop->base->n_tensors, e)) {
        return -1;
    }
    return workshop_moments(r->workshop, t, index, moment_kk, e);
}

/* The request to one of the methods, none of which is the baseline. */
static struct request request_of(const struct method_kind *kind, const struct params *p,
                                 uint64_t seed, struct workshop *w)
{
    struct request r = {
        .method = allocate_method_named(kind->name), .params = p, .seed = seed, .workshop = w};
    if (!r.method) {
        BUG("no allocator named %s", kind->name);
    }
    return r;
}

int run_quantize(struct quantized *out, struct workshop *w, const struct method_kind *kind,
                 const struct params *p, uint64_t seed, struct err *e)
{
    struct request r = request_of(kind, p, seed, w);
    struct quantize_allocator allocator = {.allocate = allocate, .moments = moments, .context = &r};
    if (r.method->solve) {
        return budget_quantize(out, w, r.method, p, seed, e);
    }
    *out = (struct quantized){.solution = allocate_solution_none()};
    out->bills_t = mem_new((size_t)w->base->n_tensors, sizeof *out->bills_t, e);
    return out->bills_t
               ? quantize_model(&out->variant, &out->bill, out->bills_t, w->base, p, &allocator, e)
               : -1;
}

int run_quantize_packed(const char *path, struct bill *bill, struct workshop *w,
                        const struct method_kind *kind, const struct params *p, uint64_t seed,
                        const struct gpt2_source *sources, size_t n_sources, const char *note,
                        struct err *e)
{
    struct request r = request_of(kind, p, seed, w);
    struct quantize_allocator allocator = {.allocate = allocate, .moments = moments, .context = &r};
    struct quantized q = {0};
    struct budget_allocator of_budget = {.workshop = w};
    int status = 0;
    if (r.method->solve) {
        status = budget_quantize(&q, w, r.method, p, seed, e);
        of_budget.choice = q.solution.choice;
        allocator = (struct quantize_allocator){
            .allocate = budget_allocate, .moments = budget_moments, .context = &of_budget};
    }
    if (!status) {
        status =
            quantize_save(path, bill, NULL, w->base, p, &allocator, sources, n_sources, note, e);
    }
    quantized_release(&q);
    return status;
}
