#include "claims/rules.h"

const char *const verdict_names[VERDICTS] = {
    [VERDICT_UNMEASURED] = "not measured",           [VERDICT_UNTESTABLE] = "cannot be tested",
    [VERDICT_UNRESOLVED] = "not resolved",           [VERDICT_CONTRADICTED] = "contradicted",
    [VERDICT_DIRECTION] = "reproduced in direction", [VERDICT_REPRODUCED] = "reproduced",
};

static const char *const quantities[] = {"parameters",
                                         "model_mb",
                                         "uniform_mb",
                                         "tiers_mb",
                                         "uniform_removed_pct",
                                         "tiers_removed_pct",
                                         "uniform_compression_pct",
                                         "tiers_compression_pct",
                                         "advantage_points",
                                         "tiers_bits",
                                         "map_bits",
                                         "stored_bits",
                                         "packed_bits",
                                         NULL};
static const char *const directions[] = {"rises", "falls", NULL};
static const char *const cuts[] = {"exact", "sampled", NULL};

const struct claim_key_row claim_key_rows[CLAIM_KEYS] = {
    [KEY_RESULTS] = {"results", CLAIM_RESULTS, NULL, "whose rows decide"},
    [KEY_METHOD] = {"method", CLAIM_TEXT, NULL, "a method of these results"},
    [KEY_OTHER] = {"other", CLAIM_TEXT, NULL, "the method that it is compared with"},
    [KEY_PROTOCOL] = {"protocol", CLAIM_PROTOCOL, NULL, "how texts are scored"},
    [KEY_AGAINST] = {"against", CLAIM_PROTOCOL, NULL, "the protocol that it is compared with"},
    [KEY_COLUMN] = {"column", CLAIM_COLUMN, NULL, "a column of results"},
    [KEY_QUANTITY] = {"quantity", CLAIM_CHOICE, quantities, "what follows from the shapes"},
    [KEY_DIRECTION] = {"direction", CLAIM_CHOICE, directions, "of the loss"},
    [KEY_CUT] = {"cut", CLAIM_CHOICE, cuts, "sampled allows for random cut points (exact)"},
    [KEY_PUBLISHED] = {"published", CLAIM_PUBLISHED, NULL, "the number that is claimed"},
    [KEY_BASELINE] = {"baseline", CLAIM_PUBLISHED, NULL, "published loss in 32-bit floats"},
    [KEY_QUANTIZED] = {"quantized", CLAIM_PUBLISHED, NULL, "published loss after quantization"},
    [KEY_WORSE] = {"worse", CLAIM_PUBLISHED, NULL, "published loss of the method that loses"},
    [KEY_BETTER] = {"better", CLAIM_PUBLISHED, NULL, "published loss of the method that wins"},
    [KEY_PRINTED_WORSE] = {"printed_worse", CLAIM_PUBLISHED, NULL, "its Δ in %, as printed"},
    [KEY_PRINTED_BETTER] = {"printed_better", CLAIM_PUBLISHED, NULL, "its Δ in %, as printed"},
    [KEY_TOLERANCE] = {"tolerance", CLAIM_NUMBER, NULL,
                       "how far ours may be off (half the last printed digit)"},
    [KEY_FROM] = {"from", CLAIM_NUMBER, NULL, "least value that is claimed"},
    [KEY_TO] = {"to", CLAIM_NUMBER, NULL, "largest value that is claimed"},
    [KEY_SEEDS] = {"seeds", CLAIM_NUMBER, NULL,
                   "so many different ones at least, whose values are not all the same"},
    [KEY_BECAUSE] = {"because", CLAIM_TEXT, NULL, "why it cannot be tested"},
};

#define BIT(key) (UINT32_C(1) << (key))

const struct claim_rule claim_rules[] = {
    {"shape", "a size or a number of bits that follows from the shapes alone", false,
     BIT(KEY_QUANTITY) | BIT(KEY_PUBLISHED), BIT(KEY_CUT) | BIT(KEY_TOLERANCE), rule_shape,
     rule_shape_check},
    {"constant", "the same number at every size of model, from shapes or from results", true,
     BIT(KEY_PUBLISHED),
     BIT(KEY_QUANTITY) | BIT(KEY_RESULTS) | BIT(KEY_METHOD) | BIT(KEY_OTHER) | BIT(KEY_COLUMN) |
         BIT(KEY_PROTOCOL) | BIT(KEY_TOLERANCE),
     rule_constant, rule_constant_check},
    {"change", "a printed change in % against the losses that it was made of", false,
     BIT(KEY_PUBLISHED) | BIT(KEY_BASELINE) | BIT(KEY_QUANTIZED), 0, rule_change, NULL},
    {"ratio", "a printed ratio of two changes against the losses that it was made of", false,
     BIT(KEY_PUBLISHED) | BIT(KEY_BASELINE) | BIT(KEY_WORSE) | BIT(KEY_BETTER),
     BIT(KEY_PRINTED_WORSE) | BIT(KEY_PRINTED_BETTER) | BIT(KEY_TOLERANCE), rule_ratio, NULL},
    {"measured", "a column of results against the published number", false,
     BIT(KEY_RESULTS) | BIT(KEY_METHOD) | BIT(KEY_PROTOCOL) | BIT(KEY_COLUMN) | BIT(KEY_PUBLISHED),
     BIT(KEY_TOLERANCE), rule_measured, NULL},
    {"sign", "the method makes the loss rise or fall", false,
     BIT(KEY_RESULTS) | BIT(KEY_METHOD) | BIT(KEY_PROTOCOL) | BIT(KEY_DIRECTION), 0, rule_sign,
     NULL},
    {"hidden",
     "where the loss rises under one protocol, it rises by less under the other, or falls", false,
     BIT(KEY_RESULTS) | BIT(KEY_METHOD) | BIT(KEY_PROTOCOL) | BIT(KEY_AGAINST), 0, rule_hidden,
     NULL},
    {"less", "the method has less of a column than the other: of Δ loss, without `column`", false,
     BIT(KEY_RESULTS) | BIT(KEY_METHOD) | BIT(KEY_OTHER) | BIT(KEY_PROTOCOL), BIT(KEY_COLUMN),
     rule_less, NULL},
    {"factor", "a column of the method is so many times that of the other", false,
     BIT(KEY_RESULTS) | BIT(KEY_METHOD) | BIT(KEY_OTHER) | BIT(KEY_PROTOCOL) | BIT(KEY_COLUMN) |
         BIT(KEY_PUBLISHED),
     BIT(KEY_TOLERANCE), rule_factor, NULL},
    {"decline", "the harm of the method gets less from the first model to the last", true,
     BIT(KEY_RESULTS) | BIT(KEY_METHOD) | BIT(KEY_PROTOCOL), 0, rule_decline, NULL},
    {"range", "a column stays between two values, and with `seeds` moves there from seed to seed",
     false,
     BIT(KEY_RESULTS) | BIT(KEY_METHOD) | BIT(KEY_PROTOCOL) | BIT(KEY_COLUMN) | BIT(KEY_FROM) |
         BIT(KEY_TO),
     BIT(KEY_TOLERANCE) | BIT(KEY_SEEDS), rule_range, rule_range_check},
    {"absent", "nothing that could be measured here decides it", false, BIT(KEY_BECAUSE),
     BIT(KEY_PUBLISHED), rule_absent, NULL},
};
const size_t claim_n_rules = sizeof claim_rules / sizeof *claim_rules;

static void put_keys(uint32_t mask, struct buf *out)
{
    bool any = false;
    for (size_t k = 0; k < CLAIM_KEYS; k++) {
        if (mask & BIT(k)) {
            buf_addf(out, "%s`%s`", any ? ", " : "", claim_key_rows[k].name);
            any = true;
        }
    }
    buf_adds(out, any ? "" : "–");
}

void claim_rules_document(struct buf *out)
{
    static const char *const types[] = {
        [CLAIM_RESULTS] = "an entry of `results:`",
        [CLAIM_TEXT] = "a text",
        [CLAIM_PROTOCOL] = "paper, text, strided or windows",
        [CLAIM_COLUMN] = "a column of results (columns.md) that is a number",
        [CLAIM_PUBLISHED] = "TABLE.COLUMN of `published:`, or a number",
        [CLAIM_NUMBER] = "a number",
    };
    buf_adds(out, "| rule | decides | answers | needs | may have |\n|:---|:---|:---|:---|:---|\n");
    for (size_t i = 0; i < claim_n_rules; i++) {
        const struct claim_rule *r = &claim_rules[i];
        buf_addf(out, "| `%s` | %s | %s | ", r->name, r->help, r->all ? "once" : "each model");
        put_keys(r->needs, out);
        buf_adds(out, " | ");
        put_keys(r->may, out);
        buf_adds(out, " |\n");
    }
    buf_adds(out, "\n| key | type | meaning (default) |\n|:---|:---|:---|\n");
    for (size_t k = 0; k < CLAIM_KEYS; k++) {
        const struct claim_key_row *row = &claim_key_rows[k];
        buf_addf(out, "| `%s` | ", row->name);
        if (row->type == CLAIM_CHOICE) {
            for (size_t i = 0; row->choices[i]; i++) {
                buf_addf(out, "%s%s", i ? ", " : "", row->choices[i]);
            }
        } else {
            buf_adds(out, types[row->type]);
        }
        buf_addf(out, " | %s |\n", row->help);
    }
}
