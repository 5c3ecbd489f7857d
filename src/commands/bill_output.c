#include "commands/bill_output.h"

#include <math.h>

struct line {
    const char *name;
    const struct bill_line *bits;
};

enum { LINES = 4 };

static void lines_of(struct line out[LINES], const struct bill *b)
{
    out[0] = (struct line){"payload", &b->payload};
    out[1] = (struct line){"map", &b->map};
    out[2] = (struct line){"grids", &b->grid};
    out[3] = (struct line){"untouched", &b->untouched};
}

void bill_print(struct buf *out, const struct bill *b, bool steps)
{
    struct line lines[LINES];
    lines_of(lines, b);
    buf_addf(out, "bits a weight, everything stored: %.4f packed; ", bill_packed(b));
    if (!steps) {
        buf_addf(out, "%.4f with plain codes and an ideal map; ", bill_ideal_map(b));
    }
    buf_addf(out, "%.4f with %s and map at their entropy\n", bill_entropy(b),
             steps ? "levels" : "codes");
    buf_addf(out, "  %-10s %16s %16s\n", "bits", "ideal", "packed");
    for (int i = 0; i < LINES; i++) {
        buf_addf(out, "  %-10s %16.0f %16lld\n", lines[i].name, lines[i].bits->ideal_bits,
                 (long long)lines[i].bits->packed_bits);
    }
}

void bill_print_file(struct buf *out, const struct bill *b, const struct gpt2 *m, size_t bytes)
{
    buf_addf(out, "file: %zu bytes, %.2f bits for each weight of the whole model", bytes,
             8.0 * (double)bytes / (double)gpt2_parameters(m));
    if (b) {
        size_t billed = 0, tokenizer = m->vocab_json.n + m->merges_txt.n;
        struct line lines[LINES];
        lines_of(lines, b);
        for (int i = 0; i < LINES; i++) {
            billed += (size_t)lines[i].bits->packed_bits;
        }
        billed = (billed + 7) / 8;
        buf_addf(out, ": %zu as above, %zu of tokenizer, %zu of HDF5", billed, tokenizer,
                 bytes - billed - tokenizer);
    }
    buf_addc(out, '\n');
}

void bill_json(struct json_out *j, const struct bill *b, bool steps)
{
    struct line lines[LINES];
    lines_of(lines, b);
    json_key(j, "bill");
    json_open(j, '{');
    json_key_int(j, "scope_weights", b->scope_weights);
    json_key_real(j, "bits_per_weight", bill_packed(b));
    json_key_real(j, "bits_payload", steps ? (double)NAN : bill_payload(b));
    json_key_real(j, "bits_ideal_map", steps ? (double)NAN : bill_ideal_map(b));
    json_key_real(j, "bits_entropy", bill_entropy(b));
    for (int i = 0; i < LINES; i++) {
        json_key(j, lines[i].name);
        json_open(j, '{');
        json_key_real(j, "ideal_bits", lines[i].bits->ideal_bits);
        json_key_int(j, "packed_bits", lines[i].bits->packed_bits);
        json_close(j, '}');
    }
    json_close(j, '}');
}
