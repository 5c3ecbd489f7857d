/* The top level of a spec, and its life from reading to release. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "spec/fields.h"
#include "spec/keys.h"
#include "spec/paths.h"
#include "spec/reading.h"
#include "spec/set.h"

enum { TITLE_MAX = 200, PROTOCOLS_MAX = 8 };

static const struct param seed_row = {.name = "seeds",
                                      .type = PARAM_INT,
                                      .fallback = "0",
                                      .min = 0,
                                      .max = 9007199254740991.0,
                                      .help = "seeds of the random choices"};

static int copy_string(char **out, const char *text, struct err *e)
{
    *out = mem_string(text, e);
    return *out ? 0 : -1;
}

static int read_name(struct reading *r, const struct node *node, struct err *e)
{
    const char *text = "";
    if (node && field_text(&r->problems, node, "name", &text)) {
        field_name(&r->problems, node->at, "name", text);
    }
    return copy_string(&r->spec->name, text, e);
}

static bool is_one_line(const char *text)
{
    while (*text && !iscntrl((unsigned char)*text)) {
        text++;
    }
    return !*text;
}

static int read_title(struct reading *r, const struct node *node, struct err *e)
{
    const char *text = "";
    if (node && node->kind == NODE_SCALAR && !node->plain && !*node->text) {
        node = NULL; /* "" is no title */
    }
    if (node && field_text(&r->problems, node, "title", &text)) {
        if (!is_one_line(text)) {
            problems_add(&r->problems, node->at,
                         "title: one line without control characters is wanted here");
        } else if (strlen(text) > TITLE_MAX) {
            problems_add(&r->problems, node->at, "title: this is over %d bytes long", TITLE_MAX);
        }
    }
    return copy_string(&r->spec->title, text, e);
}

/* Whether the node is a list of at least one item. */
static bool is_filled_list(struct reading *r, const struct node *node, const char *label,
                           const char *wanted)
{
    if (!field_is(&r->problems, node, NODE_LIST, wanted)) {
        return false;
    }
    if (!node->n) {
        problems_add(&r->problems, node->at, "%s: the list is empty", label);
    }
    return node->n > 0;
}

static void read_protocols(struct reading *r, const struct node *node)
{
    struct spec *s = r->spec;
    const struct spec_known *known = s->known;
    if (!node) {
        for (size_t i = known->n_protocols; i-- > 0;) {
            if (i == 0 || strcmp(known->protocols[i], "paper") == 0) {
                s->protocols[0] = i;
                s->n_protocols = 1;
                return;
            }
        }
    }
    if (!node || !is_filled_list(r, node, "protocols", "protocols: a list in [ ] of names")) {
        return;
    }
    for (size_t i = 0; i < node->n; i++) {
        const struct node *item = &node->items[i];
        size_t index, k = 0;
        if (!field_known(&r->problems, item, "protocols", "protocol", known->protocols,
                         known->n_protocols, &index)) {
            continue;
        }
        while (k < s->n_protocols && s->protocols[k] != index) {
            k++;
        }
        if (k < s->n_protocols) {
            problems_add(&r->problems, item->at, "protocols: \"%s\" is listed twice", item->text);
        } else if (k == PROTOCOLS_MAX) {
            BUG("over %d protocols are known", PROTOCOLS_MAX);
        } else {
            s->protocols[s->n_protocols++] = index;
        }
    }
}

static int read_seeds(struct reading *r, const struct node *node, struct err *e)
{
    struct spec *s = r->spec;
    s->seeds = mem_new(node ? node->n : 1, sizeof *s->seeds, e);
    if (!s->seeds) {
        return -1;
    }
    if (!node) {
        s->n_seeds = 1; /* seed 0 */
        return 0;
    }
    if (!is_filled_list(r, node, "seeds", "seeds: a list of whole numbers in [ ]")) {
        return 0;
    }
    for (size_t i = 0; i < node->n; i++) {
        struct value v;
        if (!field_value(&r->problems, &node->items[i], &seed_row, &v)) {
            continue;
        }
        size_t k = 0;
        while (k < s->n_seeds && s->seeds[k] != (long)v.numbers[0]) {
            k++;
        }
        if (k < s->n_seeds) {
            problems_add(&r->problems, node->items[i].at, "seeds: %ld is listed twice",
                         s->seeds[k]);
        } else {
            s->seeds[s->n_seeds++] = (long)v.numbers[0];
        }
    }
    return 0;
}

static void check_keys(struct reading *r, const struct node *root)
{
    const char *names[SPEC_KEYS_MAX];
    field_keys(&r->problems, root, "an experiment", names, spec_key_names("", false, names));
    size_t n = spec_key_names("", true, names);
    for (size_t i = 0; i < n; i++) {
        if (!node_get(root, names[i])) {
            problems_add(&r->problems, root->at, "%s is missing", names[i]);
        }
    }
}

/* Keeps the names of the file's models, which it may speak of further on. */
static int keep_listed(struct reading *r, struct err *e)
{
    const struct spec *s = r->spec;
    r->listed = mem_new(s->n_models, sizeof *r->listed, e);
    if (!r->listed) {
        return -1;
    }
    for (size_t i = 0; i < s->n_models; i++) {
        if (copy_string(&r->listed[i], s->models[i].name, e)) {
            return -1;
        }
        r->n_listed = i + 1;
    }
    return 0;
}

/* --samples and --models in place of what the file says. */
static int take_options(struct reading *r, struct err *e)
{
    const struct spec_overrides *o = r->options;
    if (o && o->samples < 0) {
        problems_add(&r->problems, (struct place){0}, "--samples: %ld is not at least 1",
                     o->samples);
    } else if (o && o->samples > 0) {
        r->spec->evaluations[0].samples = o->samples;
    }
    return o && o->models && (keep_listed(r, e) || read_models_option(r, o->models, e)) ? -1 : 0;
}

/* Every key in turn; −1 only when memory runs out. */
static int read_root(struct reading *r, const struct node *root, struct err *e)
{
    check_keys(r, root);
    const struct node *models = node_get(root, "models"), *texts = node_get(root, "texts"),
                      *sweep = node_get(root, "sweep"), *overrides = node_get(root, "overrides");
    read_protocols(r, node_get(root, "protocols"));
    if (evaluation_read_own(r, root, e) || read_name(r, node_get(root, "name"), e) ||
        read_title(r, node_get(root, "title"), e) || (models && read_models(r, models, e)) ||
        read_texts(r, texts, e) || take_options(r, e) ||
        read_seeds(r, node_get(root, "seeds"), e) ||
        read_methods(r, node_get(root, "methods"), e) || (sweep && read_sweep(r, sweep, e))) {
        return -1;
    }
    if (finish_methods(r, e) || (overrides && read_overrides(r, overrides, e))) {
        return -1;
    }
    check_methods(r);
    return read_calibration(r, node_get(root, "calibration"), e) ||
                   read_report(r, node_get(root, "report"), e)
               ? -1
               : 0;
}

/* --samples is of every cell: a sweep of samples, of all or of one method, gives way to it. */
static int read_tree(struct reading *r, struct node *root, struct err *e)
{
    if (r->options && r->options->samples > 0) {
        set_unsweep(root, "samples", true);
    }
    return read_root(r, root, e);
}

static void reading_release(struct reading *r)
{
    problems_release(&r->problems);
    for (size_t i = 0; r->axis_places && i < r->spec->n_axes; i++) {
        free(r->axis_places[i]);
    }
    free(r->axis_places);
    for (size_t i = 0; i < r->n_listed; i++) {
        free(r->listed[i]);
    }
    free(r->listed);
    free(r->overridden);
    free(r->shared.all);
    free(r->methods.all);
    configs_release(&r->configs);
    sources_release(&r->sources);
}

/* Keeps the texts of --set in the spec, and puts them into its tree. */
static int take_sets(struct reading *r, const struct spec_overrides *o, struct err *e)
{
    struct spec *s = r->spec;
    s->set = mem_new(o->n_set, sizeof *s->set, e);
    if (!s->set) {
        return -1;
    }
    for (size_t i = 0; i < o->n_set; i++) {
        if (copy_string(&s->set[s->n_set++], o->set[i], e)) {
            return -1;
        }
    }
    return sources_set(&r->sources, o->set, o->n_set, &r->problems, e);
}

/* One option of the command line as it was given. */
static int add_option(struct spec *s, const char *name, const char *value, struct err *e)
{
    struct buf text = BUF_INIT;
    buf_addf(&text, "%s %s", name, value);
    int status = buf_check(&text, e) || copy_string(&s->options[s->n_options], text.s, e) ? -1 : 0;
    s->n_options += !status;
    buf_release(&text);
    return status;
}

static int keep_options(struct spec *s, const struct spec_overrides *o, struct err *e)
{
    char samples[32];
    snprintf(samples, sizeof samples, "%ld", o->samples);
    s->options = mem_new(o->n_set + 2, sizeof *s->options, e);
    if (!s->options || (o->models && add_option(s, "--models", o->models, e)) ||
        (o->samples && add_option(s, "--samples", samples, e))) {
        return -1;
    }
    for (size_t i = 0; i < o->n_set; i++) {
        if (add_option(s, "--set", o->set[i], e)) {
            return -1;
        }
    }
    return 0;
}

/* Paths are seen from the spec's folder, and the resolved spec, which is UTF-8, has them whole. */
static int check_folder(const char *path, struct err *e)
{
    char *absolute = path_absolute(path, e);
    if (!absolute) {
        return -1;
    }
    bool valid = utf8_valid_bytes(absolute, strlen(absolute)) == strlen(absolute);
    free(absolute);
    return valid
               ? 0
               : err_set(e,
                         "the path of %s is not in UTF-8, as specs are; rename the folder or file",
                         path);
}

int spec_read(struct spec *s, const char *path, const struct spec_known *known,
              const struct spec_overrides *overrides, struct buf *problems, struct err *e)
{
    *s = (struct spec){.known = known};
    struct reading r = {.spec = s, .options = overrides};
    struct node *root = &r.sources.files[0].root; /* a mapping unless the sources are cut */
    int status = -1;
    if (check_folder(path, e) || copy_string(&s->path, path, e) ||
        sources_read(&r.sources, path, &r.problems, e) ||
        configs_open(&r.configs, r.sources.folders[0], e) ||
        (overrides && keep_options(s, overrides, e)) ||
        (overrides && overrides->n_set && take_sets(&r, overrides, e)) ||
        (!r.sources.cut && read_tree(&r, root, e))) {
        goto out;
    }
    size_t n = problems_count(&r.problems);
    problems_print(&r.problems, problems);
    if (r.problems.failed || problems->failed) {
        err_set(e, "out of memory while reading %s", path);
    } else if (n) {
        err_set(e, "%s cannot be run: %zu problem%s in it or in what it names", path, n,
                n == 1 ? "" : "s");
    } else {
        status = 0;
    }
out:
    reading_release(&r);
    if (status) {
        spec_release(s);
    }
    return status;
}

void spec_release(struct spec *s)
{
    for (size_t i = 0; i < s->n_models; i++) {
        free(s->models[i].name);
        free(s->models[i].path);
        free(s->models[i].get);
        free(s->models[i].overrides);
        free(s->models[i].evaluations);
    }
    for (size_t i = 0; i < s->n_methods; i++) {
        free(s->methods[i].name);
    }
    for (size_t i = 0; i < s->n_axes; i++) {
        free(s->axes[i].values);
    }
    free(s->models);
    free(s->methods);
    for (size_t i = 0; i < s->n_tables; i++) {
        free(s->tables[i].digits);
        free(s->tables[i].evaluations);
    }
    for (size_t i = 0; i < s->n_set; i++) {
        free(s->set[i]);
    }
    free(s->set);
    for (size_t i = 0; i < s->n_options; i++) {
        free(s->options[i]);
    }
    free(s->options);
    free(s->axes);
    free(s->tables);
    free(s->seeds);
    free(s->report.tiers);
    free(s->report.published);
    for (size_t i = 0; i < s->n_texts; i++) {
        free(s->texts[i].name);
        free(s->texts[i].path);
        free(s->texts[i].get);
    }
    free(s->texts);
    free(s->evaluations);
    free(s->calibration.name);
    free(s->calibration.path);
    free(s->calibration.get);
    free(s->path);
    free(s->name);
    free(s->title);
    *s = (struct spec){0};
}
