#include "spec/keys.h"

#include <string.h>

#include "base/err.h"

#define TEXTS_OF(name, what)                                                                       \
    {name ".path", "path", NULL, "", "the file: " what},                                           \
        {name ".name", "name", NULL, "", "a name for it: by default the file's, without .txt"},    \
        {name ".keep_line_ends", "true or false", NULL, "false",                                   \
         "whether a text keeps the line end that follows it"},                                     \
    {                                                                                              \
        name ".count", "int", "texts", "", "how many the file has: another number is refused"      \
    }

const struct spec_key spec_keys[] = {
    {"extends", "path", NULL, "", "a spec to start from: mappings merge, all else is replaced"},
    {"name", "name", NULL, NULL, "of the experiment: the folder below results/ and plots/"},
    {"title", "text", NULL, "", "one line, above tables and figures"},
    {"models", "list", NULL, NULL, "names of configs/models.yaml, or .h5 files"},
    {"texts", "name or path", NULL, NULL, "what is scored: of configs/texts.yaml, or a .txt file"},
    TEXTS_OF("texts", "one text a line"),
    {"calibration", "name or path", NULL, "calibration", "what methods may learn from; likewise"},
    TEXTS_OF("calibration", "apart from all texts that are scored"),
    {"samples", "int", "texts", "all", "how many texts are scored, from the first"},
    {"max_tokens", "int", "tokens", "64", "where a text is cut"},
    {"window", "int", "tokens", "context", "of strided and windows: context is the model's"},
    {"stride", "int", "tokens", "half", "of strided: from one window to the next; half of it"},
    {"protocols", "list of names", NULL, "[paper]", "of paper, text, strided, windows"},
    {"seeds", "list of ints", NULL, "[0]", "of the random choices, for methods that make some"},
    {"methods", "mapping or list", NULL, NULL, "a method under each name, or names of the shared"},
    {"methods.NAME.method", "name", NULL, "", "which method it is: see below for its parameters"},
    {"methods.NAME.use", "name", NULL, "", "another method of the spec or of configs/methods.yaml"},
    {"sweep", "mapping or list", NULL, "", "a grid of values for each key; of several, the union"},
    {"sweep.zip", "mapping or list", NULL, "", "keys whose values move together"},
    {"sweep.exclude", "list of mappings", NULL, "", "combinations to drop: values of some keys"},
    {"sweep.include", "list of mappings", NULL, "", "combinations to add"},
    {"overrides", "mapping", NULL, "", "keys that single models have other values of"},
    {"report", "mapping", NULL, "", "which tables and figures are made"},
    {"report.kind", "name", NULL, "study",
     "study, sweep, allocators or seeds; sweep where one is swept"},
    {"report.uniform", "name", NULL, "", "the method in the uniform role: by default the first"},
    {"report.tiers", "list of names", NULL, "", "methods in the tiers role: by default all"},
    {"report.published", "mapping", "nats", "",
     "losses to show beside ours: {MODEL: {baseline: L, uniform: L, tiers: L}}"},
};
const size_t spec_n_keys = sizeof spec_keys / sizeof *spec_keys;

size_t spec_key_names(const char *mapping, bool required, const char *names[SPEC_KEYS_MAX])
{
    size_t n = 0, skip = *mapping ? strlen(mapping) + 1 : 0;
    for (size_t i = 0; i < spec_n_keys; i++) {
        const struct spec_key *key = &spec_keys[i];
        bool inside =
            !skip || (strncmp(key->name, mapping, skip - 1) == 0 && key->name[skip - 1] == '.');
        if (!inside || strchr(key->name + skip, '.') || (required && key->fallback)) {
            continue;
        }
        if (n < SPEC_KEYS_MAX) {
            names[n] = key->name + skip;
        }
        n++;
    }
    if (n > SPEC_KEYS_MAX) {
        BUG("over %d keys of one mapping", SPEC_KEYS_MAX);
    }
    return n;
}
