#include "run/methods.h"

#include <string.h>

#include "evaluate/evaluate.h"

enum { KINDS_MAX = 16, PROTOCOLS_MAX = 8 };

static struct method_kind kinds[KINDS_MAX];
static const char *protocol_names[PROTOCOLS_MAX];
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

/* The allocator's own check, and that of groups, which only some allocators can have. */
static int check(const struct params *p, const char **which, struct err *e)
{
    const struct allocate_method *m = allocate_method_named(kind_of(p)->name);
    if (params_has(p, "group") && !m->groups) {
        *which = "group";
        return err_set(
            e,
            "group does not go with the method %s: each tier has one grid over the whole "
            "tensor",
            m->name);
    }
    return m->check ? m->check(p, which, e) : 0;
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
        *kind = (struct method_kind){
            .name = m->name, .help = m->help, .check = check, .uses_seed = m->uses_seed};
        schema_add(&kind->schema, m->params, m->n_params);
        schema_add(&kind->schema, quantize_params, quantize_n_params);
    }
    for (const struct protocol *p = protocols; p->name; p++) {
        if (known.n_protocols == PROTOCOLS_MAX) {
            BUG("more than %d protocols", PROTOCOLS_MAX);
        }
        protocol_names[known.n_protocols++] = p->name;
    }
    known.methods = kinds;
    known.protocols = protocol_names;
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

/* What the allocators are called with for each tensor. */
struct request {
    const struct allocate_method *method;
    const struct params *params;
    uint64_t seed;
};

static int allocate(void *context, const struct gpt2_tensor *t, int index, struct allocation *out,
                    struct err *e)
{
    const struct request *r = context;
    struct allocate_tensor tensor = {
        .w_rc = t->f32, .rows = t->rows, .cols = t->cols, .index = (uint32_t)index};
    return r->method->run(out, &tensor, r->params, r->seed, e);
}

/* The request to one of the methods, none of which is the baseline. */
static struct request request_of(const struct method_kind *kind, const struct params *p,
                                 uint64_t seed)
{
    struct request r = {.method = allocate_method_named(kind->name), .params = p, .seed = seed};
    if (!r.method) {
        BUG("no allocator named %s", kind->name);
    }
    return r;
}

int run_quantize(struct gpt2 *variant, struct bill *bill, const struct gpt2 *base,
                 const struct method_kind *kind, const struct params *p, uint64_t seed,
                 struct err *e)
{
    struct request r = request_of(kind, p, seed);
    struct quantize_allocator allocator = {.allocate = allocate, .context = &r};
    return quantize_model(variant, bill, NULL, base, p, &allocator, e);
}

int run_quantize_packed(const char *path, struct bill *bill, const struct gpt2 *base,
                        const struct method_kind *kind, const struct params *p, uint64_t seed,
                        const struct gpt2_source *sources, size_t n_sources, const char *note,
                        struct err *e)
{
    struct request r = request_of(kind, p, seed);
    struct quantize_allocator allocator = {.allocate = allocate, .context = &r};
    return quantize_save(path, bill, NULL, base, p, &allocator, sources, n_sources, note, e);
}
